using System.Globalization;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Cli.Doctor;

/// <summary>Audio libraries and what they find. Neither is needed by the demo.</summary>
internal static class DeviceFacts
{
    public static IEnumerable<DoctorFact> All()
    {
        var jack = DeviceCatalog.Jack(null, out string? noJack);
        yield return noJack is null
            ? DoctorFact.Ok("jack", false, string.Create(CultureInfo.InvariantCulture, $"default server: {jack.Count(p => p.Input)} inputs, {jack.Count(p => !p.Input)} outputs{(jack.Count > 0 ? $", {jack[0].RateHz} Hz, blocks of {jack[0].BlockFrames} frames" : "")}"))
            : DoctorFact.Missing("jack", false, noJack, "Only rigs with an `audio_device` of kind jack need it. `attend devices --server NAME` looks at another server.");
        var portAudio = DeviceCatalog.PortAudio(out string? noPortAudio);
        yield return noPortAudio is null
            ? DoctorFact.Ok("portaudio", false, string.Create(CultureInfo.InvariantCulture, $"{portAudio.Count} devices{(portAudio.Count > 0 ? ": " + string.Join(", ", portAudio.Select(d => $"{d.Name} ({d.HostApi})")) : "")}"))
            : DoctorFact.Missing("portaudio", false, noPortAudio, "Only rigs with an `audio_device` of kind portaudio need it.");
    }
}
