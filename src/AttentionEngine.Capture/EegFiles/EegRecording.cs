using System.Numerics;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>What a marker, annotation or trigger of an EEG file says.</summary>
/// <param name="Sample">Index of the sample at which it begins, 0-based, of the recording's rate; fractions as the file has them.</param>
/// <param name="DurationSamples">0 where the file gives none.</param>
/// <param name="Kind">Type in the file (BrainVision "Stimulus", "Status" of BDF); empty where the format has no kinds.</param>
/// <param name="Value">What is marked: description, annotation text or trigger number.</param>
public sealed record EegEvent(double Sample, double DurationSamples, string Kind, string Value);

/// <summary>One channel of an EEG file.</summary>
/// <param name="Unit">Physical unit of the samples. Voltages of any scale are given in µV; other units as the file writes them.</param>
public sealed record EegFileChannel(string Name, string Unit)
{
    /// <summary>In HEAD (x front, y left, z up), m; null where the files do not tell.</summary>
    public Vector3? PositionM { get; init; }

    /// <summary>Null where the files do not tell; the name then decides.</summary>
    public EegChannelType? Type { get; init; }
}

/// <summary>A recording as its file holds it, in time order, all channels at one rate.</summary>
/// <param name="Samples">[samples × channels] sample-major, in each channel's unit. NaN where the file says missing.</param>
/// <param name="LeftOut">Signals of the file that are not in <paramref name="Channels"/>, each with the reason (another rate).</param>
/// <param name="EpochSamples">Samples per epoch when the file holds epochs one after another; 0 when it is continuous.</param>
public sealed record EegRecording(string Path, IReadOnlyList<EegFileChannel> Channels, double RateHz, float[] Samples, IReadOnlyList<EegEvent> Events, IReadOnlyList<string> LeftOut, int EpochSamples = 0)
{
    /// <summary>Values of BDF's Status channel (lower 16 bits) from the sample at which they begin, the first one too; empty without such a channel.</summary>
    public IReadOnlyList<(double Sample, int Value)> StatusChanges { get; init; } = [];

    public int SampleCount => Channels.Count == 0 ? 0 : Samples.Length / Channels.Count;

    /// <summary>Factor to µV, or 1 and the unit itself when it is no voltage.</summary>
    internal static (double Factor, string Unit) ToMicrovolts(string unit) => unit.Trim() switch
    {
        "V" => (1e6, "µV"),
        "mV" => (1e3, "µV"),
        "uV" or "µV" or "μV" or "" => (1, "µV"),
        "nV" => (1e-3, "µV"),
        var other => (1, other),
    };
}
