namespace AttentionEngine.Core.Rigs;

/// <summary>How a device is reached. <see cref="Virtual"/> has no hardware: its caller is its clock.</summary>
public enum AudioDeviceKind { Virtual = 0, Jack = 1, PortAudio = 2 }

/// <summary>An audio device of this machine that brings the microphones and plays to the ears, in place of an LSL audio stream.</summary>
/// <param name="Server">JACK: server name, null for its default; PortAudio: part of the host API's name, null for any.</param>
/// <param name="Client">JACK: name of our client.</param>
/// <param name="Inputs">JACK: a port for each input channel, in the order of the rig's microphones; PortAudio: the device.</param>
/// <param name="InputChannels">Channels taken.</param>
/// <param name="Outputs">JACK: left, right; PortAudio: the device; empty: nothing is played.</param>
/// <param name="BlockFrames">PortAudio: frames of a callback, 0 for its choice.</param>
public sealed record RigAudioDevice(AudioDeviceKind Kind, string? Server, string Client, IReadOnlyList<string> Inputs, int InputChannels, IReadOnlyList<string> Outputs, int BlockFrames)
{
    public const string DefaultClient = "attend";

    /// <summary>Whether sound can go to the ears.</summary>
    public bool HasOutput => Outputs.Count > 0;

    /// <summary>As an LSL stream would be named, in recordings.</summary>
    public string SourceId => $"{Kind.ToString().ToLowerInvariant()}:{Server ?? "default"}";
}

/// <summary>Which channel of the device each of the array's microphones is, and by what its samples are multiplied so that all are equally sensitive.</summary>
/// <param name="Channels">[M] from 0.</param>
/// <param name="Gains">[M] linear; negative where the polarity is turned.</param>
public sealed record MicrophoneWiring(IReadOnlyList<int> Channels, IReadOnlyList<float> Gains)
{
    /// <summary>Channels in the array's order, all alike.</summary>
    public static MicrophoneWiring Straight(int microphones) => new([.. Enumerable.Range(0, microphones)], [.. Enumerable.Repeat(1f, microphones)]);

    public bool IsStraight => Channels.Select((c, m) => c == m).All(same => same) && Gains.All(g => g == 1);
}
