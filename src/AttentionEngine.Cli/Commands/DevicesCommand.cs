using System.CommandLine;
using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend devices</c>: the audio devices that a rig can name.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var server = new Option<string?>("--server") { Description = "Name of the JACK server, where it is not the default one" };
        var command = new Command("devices", "Lists JACK's ports and PortAudio's devices: the names for a rig's `audio_device`. Example: attend devices --json") { server };
        command.SetAction(parsed =>
        {
            var jack = DeviceCatalog.Jack(parsed.GetValue(server), out string? noJack);
            var portAudio = DeviceCatalog.PortAudio(out string? noPortAudio);
            if (parsed.GetValue(GlobalOptions.Json)) JsonOutput.Print(new { Schema = "attend.devices/1", Jack = jack, JackMissing = noJack, Portaudio = portAudio, PortaudioMissing = noPortAudio });
            else Print(jack, noJack, portAudio, noPortAudio);
            return noJack is not null && noPortAudio is not null ? ExitCode.StreamMissing : ExitCode.Ok;
        });
        return command;
    }

    private static void Print(IReadOnlyList<JackPort> jack, string? noJack, IReadOnlyList<PortAudioDevice> portAudio, string? noPortAudio)
    {
        Console.Out.WriteLine(noJack is null ? string.Create(CultureInfo.InvariantCulture, $"jack: {(jack.Count > 0 ? $"{jack[0].RateHz} Hz, blocks of {jack[0].BlockFrames} frames" : "no ports")}") : $"jack: {noJack}");
        foreach (var p in jack) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(p.Input ? "input " : "output")}  {p.Name}  (latency {p.LatencyFrames} frames)"));
        Console.Out.WriteLine(noPortAudio is null ? $"portaudio: {(portAudio.Count > 0 ? "" : "no devices")}" : $"portaudio: {noPortAudio}");
        foreach (var d in portAudio)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {d.HostApi}  `{d.Name}`  {d.Inputs} inputs, {d.Outputs} outputs, {d.RateHz} Hz, latency {d.InputLatencyMs:F1} + {d.OutputLatencyMs:F1} ms"));
    }
}
