using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Simulation.Faults;

public enum FaultKind
{
    /// <summary>Samples that are never sent.</summary>
    Drop,

    /// <summary>Nothing is sent for a while, then everything at once.</summary>
    Stall,

    /// <summary>Sent in bursts, four a second.</summary>
    Burst,

    /// <summary>The outlet goes away and comes back under the same source_id; what it would have sent meanwhile is lost.</summary>
    Die,

    /// <summary>The source's clock is set: its stamps and its answers to time probes jump by so much (forward where positive).</summary>
    Jump,

    /// <summary>A stall of the sound that is longer than any playout buffer: a device would have run dry.</summary>
    Xrun,
}

/// <summary>Something that goes wrong with one simulated stream.</summary>
/// <param name="AtS">When it begins, seconds since the start of the scene.</param>
/// <param name="ForS">How long it lasts, seconds; for <see cref="FaultKind.Jump"/> how far the clock jumps.</param>
public sealed record Fault(FaultKind Kind, StreamRole Role, double AtS, double ForS)
{
    public double EndS => Kind == FaultKind.Jump ? AtS : AtS + ForS;

    /// <summary>Whether a chunk that would arrive now is not sent at all.</summary>
    public bool Loses(double arrivalS) => Kind is FaultKind.Drop or FaultKind.Die && arrivalS >= AtS && arrivalS < EndS;
}
