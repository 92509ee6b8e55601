namespace AttentionEngine.Pipeline.Replay;

/// <param name="FirstDivergence">Null when every compared hash was equal.</param>
/// <param name="Compared">Ticks whose hashes were compared.</param>
public sealed record ReplayVerdict(long Compared, Divergence? FirstDivergence);

/// <summary>The first node whose output differs from the recorded run; of several in one tick, the first along the signal path.</summary>
/// <param name="TimeS">Of the tick, on the capture host's clock.</param>
/// <param name="Recorded">Running hash, recorded.</param>
/// <param name="Replayed">Running hash, replayed.</param>
public sealed record Divergence(string Node, long Tick, double TimeS, string Recorded, string Replayed)
{
    /// <summary>Where in the node's output, and by how much; null where the session's files cannot tell.</summary>
    public DivergenceSize? Size { get; init; }
}

/// <param name="Value">The first value that differs, with its place in its array.</param>
/// <param name="AudioSample">Sample of the array's sound: the one that differs, or the last that the tick had consumed.</param>
/// <param name="MaxAbsDifference">Largest absolute difference of that output in the tick; 0 when the recorded values are equal, NaN where only <see cref="RmsDifference"/> is known.</param>
/// <param name="Differing">Values that differ.</param>
/// <param name="Compared">Values compared.</param>
public sealed record DivergenceSize(string Value, long AudioSample, double MaxAbsDifference, int Differing, int Compared)
{
    /// <summary>RMS of the difference of the most different beam in the tick, known to about a third (<see cref="Graph.BeamSketch"/>); NaN for other outputs.</summary>
    public double RmsDifference { get; init; } = double.NaN;
}
