namespace AttentionEngine.Core.Time;

/// <summary>The rate by which samples are counted: the declared one, unless the stamps clearly show another (drivers declare what was asked for).</summary>
public static class RateCheck
{
    private const double Tolerance = 0.005;

    /// <param name="stampsS">[≥ 2] the first second or so of a stream.</param>
    /// <param name="nominalHz">Declared, &gt; 0.</param>
    /// <returns>The declared rate, or what the stamps show where that differs by more than half a percent; Hz.</returns>
    public static double RateOf(ReadOnlySpan<double> stampsS, double nominalHz)
    {
        if (stampsS.Length < 2) return nominalHz;
        var steps = new double[stampsS.Length - 1];
        for (int i = 0; i < steps.Length; i++) steps[i] = stampsS[i + 1] - stampsS[i];
        Array.Sort(steps);
        double medianS = steps[steps.Length / 2];
        // Stamps that come in bursts have no step worth the name; then only the whole stretch tells.
        double seenHz = medianS > 0.2 / nominalHz ? 1 / medianS : steps.Length / (stampsS[^1] - stampsS[0]);
        return double.IsFinite(seenHz) && seenHz > 0 && Math.Abs(seenHz / nominalHz - 1) > Tolerance ? seenHz : nominalHz;
    }
}
