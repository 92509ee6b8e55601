using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation.Devices;

/// <param name="Inputs">Channels that are taken, 0 to 64.</param>
/// <param name="Outputs">Channels that are played, 0 to 8.</param>
/// <param name="RateHz">What the device must run at.</param>
public sealed record AudioDeviceOptions(AudioDeviceKind Kind, int Inputs, int Outputs, double RateHz)
{
    /// <summary>JACK: name of the server, null for its default; PortAudio: part of the host API's name, null for any.</summary>
    public string? Server { get; init; }

    /// <summary>JACK: name of our client.</summary>
    public string Client { get; init; } = RigAudioDevice.DefaultClient;

    /// <summary>JACK: the port for each channel, "" leaves it unconnected; PortAudio: one entry, the device, or none for the default.</summary>
    public IReadOnlyList<string> InputNames { get; init; } = [];
    public IReadOnlyList<string> OutputNames { get; init; } = [];

    /// <summary>PortAudio: frames of a callback, 0 for its choice.</summary>
    public int BlockFrames { get; init; }

    /// <summary>How far the reader may be behind.</summary>
    public double RingS { get; init; } = 2;
}

/// <summary>What one read brought.</summary>
/// <param name="FirstSample">Index of its first frame; counts frames that were lost.</param>
/// <param name="TimeNs">Monotonic clock at the entry of the callback that brought the last frame.</param>
/// <param name="LostBefore">Frames lost just before.</param>
/// <param name="ServerFrame">JACK's frame time of the first frame, modulo 2³².</param>
/// <param name="Behind">Frames of the same callback after the last of these.</param>
/// <param name="Restarts">How often the device had been got back.</param>
public readonly record struct DeviceBlock(long FirstSample, long TimeNs, long LostBefore, long ServerFrame, int Frames, int Behind, int Restarts);

/// <param name="Samples">Frames seen.</param>
/// <param name="LostSamples">Frames lost in xruns, by the server's count.</param>
/// <param name="DroppedSamples">Frames that nobody read in time.</param>
/// <param name="BlockChanges">Callbacks of another size than the one before.</param>
/// <param name="CallbackMsMax">Longest callback by the clock.</param>
/// <param name="StimulusSample">Frame at which the played sound began, −1 = not yet.</param>
/// <param name="InputLatencyFrames">Converter to callback, as the device says.</param>
/// <param name="OutputLatencyFrames">Callback to converter, as the device says.</param>
public readonly record struct AudioDeviceStatus(bool Running, int BlockFrames, long Samples, long LostSamples, long DroppedSamples, long Xruns, long BlockChanges,
    double CallbackMsMax, long StimulusSample, int Restarts, int InputLatencyFrames, int OutputLatencyFrames, double RateHz);
