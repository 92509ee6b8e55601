using System.Globalization;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation.Devices;

/// <summary>A port of a JACK server.</summary>
/// <param name="Input">Whether sound comes in through it.</param>
public sealed record JackPort(bool Input, string Name, double RateHz, int BlockFrames, int LatencyFrames);

/// <summary>A device that PortAudio knows.</summary>
public sealed record PortAudioDevice(string HostApi, string Name, int Inputs, int Outputs, double RateHz, double InputLatencyMs, double OutputLatencyMs);

/// <summary>What audio devices there are.</summary>
public static class DeviceCatalog
{
    /// <param name="server">Name, or null for the default.</param>
    /// <param name="missing">Why there is nothing, or null.</param>
    public static IReadOnlyList<JackPort> Jack(string? server, out string? missing)
    {
        (var lines, missing) = AudioDevice.List(AudioDeviceKind.Jack, server);
        return [.. lines.Select(l => new JackPort(l[0] == "in", l[1], Number(l[2]), (int)Number(l[3]), (int)Number(l[4])))];
    }

    /// <param name="missing">Why there is nothing, or null.</param>
    public static IReadOnlyList<PortAudioDevice> PortAudio(out string? missing)
    {
        (var lines, missing) = AudioDevice.List(AudioDeviceKind.PortAudio, null);
        return [.. lines.Select(l => new PortAudioDevice(l[0], l[1], (int)Number(l[2]), (int)Number(l[3]), Number(l[4]), Number(l[5]), Number(l[6])))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
