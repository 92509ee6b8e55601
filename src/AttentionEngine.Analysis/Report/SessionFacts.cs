using AttentionEngine.Core.Health;

namespace AttentionEngine.Analysis.Report;

/// <summary>What a report says of a run beside its files. Every field may be left out.</summary>
public sealed record SessionFacts
{
    /// <summary>Heading, for example "demo".</summary>
    public string Title { get; init; } = "session";
    public IReadOnlyList<StreamFacts> Streams { get; init; } = [];
    public IReadOnlyList<DelayFacts> Delays { get; init; } = [];
    public IReadOnlyList<HealthEvent> Events { get; init; } = [];
    public IReadOnlyList<BeamPattern> Patterns { get; init; } = [];

    /// <summary>CPU seconds per second by part ("engine", "simulator").</summary>
    public IReadOnlyList<(string Part, double CpuSPerS)> Cpu { get; init; } = [];

    /// <summary>Audio block, CPU time, ms; NaN when not measured.</summary>
    public double BlockP99Ms { get; init; } = double.NaN;

    /// <summary>Fusion tick, CPU time, ms; NaN when not measured.</summary>
    public double TickP99Ms { get; init; } = double.NaN;

    /// <summary>Missed audio deadlines; −1 when not measured.</summary>
    public long Xruns { get; init; } = -1;

    /// <summary>Seed, versions, model hashes, rig, scene, command line: name and value, in the order shown.</summary>
    public IReadOnlyList<(string Name, string Value)> Provenance { get; init; } = [];
}

/// <summary>One stream's health.</summary>
/// <param name="NominalRateHz">0 = irregular.</param>
/// <param name="EffectiveRateHz">Measured; NaN when unknown.</param>
/// <param name="OffsetMs">Source clock to ours; NaN when unknown.</param>
/// <param name="OffsetUncertaintyUs">Half-width, µs; NaN when unknown.</param>
/// <param name="Lost">Samples that never came.</param>
/// <param name="Gaps">Interruptions.</param>
/// <param name="Status">In words: "good", "died at 12.3 s, back at 15.0 s", "never seen".</param>
/// <param name="Ok">False marks the row.</param>
public sealed record StreamFacts(string Name, string Type, double NominalRateHz, double EffectiveRateHz, double OffsetMs, double OffsetUncertaintyUs, long Received, long Lost, int Gaps, string Status, bool Ok);

public enum DelayKind
{
    /// <summary>Between microphone sample and output sample, by construction of the sound path.</summary>
    Algorithmic,

    /// <summary>From the network, buffers and devices: measured.</summary>
    Transport,
}

/// <summary>One step from the microphone to the ear.</summary>
/// <param name="Note">How it is known: declared, measured, from the filter length.</param>
public sealed record DelayFacts(string Step, double Ms, DelayKind Kind, string Note);

/// <summary>Response of one talker's beam against direction.</summary>
/// <param name="Talker">Whose beam.</param>
/// <param name="Ear">"left" or "right".</param>
/// <param name="AzimuthHeadDeg">[n] counter-clockwise from front.</param>
/// <param name="GainDb">[n] relative to that ear's reference microphone.</param>
public sealed record BeamPattern(string Talker, string Ear, double FrequencyHz, IReadOnlyList<double> AzimuthHeadDeg, IReadOnlyList<double> GainDb);
