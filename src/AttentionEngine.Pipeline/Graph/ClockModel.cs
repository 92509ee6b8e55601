namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// From a source's clock to the capture host's: <c>host = stamp + OffsetS + Slope · (stamp − ReferenceS)</c>.
/// Journaled with the sample index from which it holds, so that a replay maps every stamp to the same bits.
/// </summary>
/// <param name="Slope">Drift, dimensionless (1e-6 is 1 ppm).</param>
/// <param name="UncertaintyS">Half-width that covers the truth with at least 99 %, seconds; NaN before the first probe.</param>
public readonly record struct ClockModel(double ReferenceS, double OffsetS, double Slope, double UncertaintyS)
{
    /// <summary>Same clock on both sides: recordings made in virtual time.</summary>
    public static readonly ClockModel Identity = new(0, 0, 0, double.NaN);

    public double ToHost(double stampS) => stampS + OffsetS + Slope * (stampS - ReferenceS);
}

/// <summary>A clock model and the sample of its stream from which it holds.</summary>
/// <param name="Jumped">The source's clock was set or the source restarted there: its stamps do not go on from the ones before.</param>
public readonly record struct ClockModelUpdate(long FromSample, ClockModel Model, bool Jumped);
