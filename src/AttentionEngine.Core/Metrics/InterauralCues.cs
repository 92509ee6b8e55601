using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Core.Metrics;

/// <summary>
/// Level and time difference between the ears, long-term. Both are positive when the sound is on the left: louder and earlier there.
/// </summary>
/// <param name="IldDb">Interaural level difference, left over right, dB, above 100 Hz.</param>
/// <param name="ItdUs">Interaural time difference, microseconds: by how much the right ear lags, from the fine structure below 1.5 kHz.</param>
public readonly record struct InterauralCues(double IldDb, double ItdUs)
{
    private const double LowPassHz = 1500, LargestItdS = 1.2e-3;
    private const int Lobes = 16, Steps = 32; // of the interpolation between lags

    /// <param name="left">[n].</param>
    /// <param name="right">[n].</param>
    /// <param name="mask">[n] which samples count, or empty for all.</param>
    /// <returns>NaN where an ear is silent.</returns>
    public static InterauralCues Measure(ReadOnlySpan<float> left, ReadOnlySpan<float> right, double rateHz, ReadOnlySpan<bool> mask = default)
    {
        if (left.Length != right.Length || (mask.Length != 0 && mask.Length != left.Length))
            throw new ArgumentException($"the ears and the mask must have one length, got {left.Length}, {right.Length}, {mask.Length}");
        float[] l = SiSdr.HighPass(left, rateHz), r = SiSdr.HighPass(right, rateHz);
        double powerLeft = Power(l, mask), powerRight = Power(r, mask);
        if (!(powerLeft > 0 && powerRight > 0)) return new InterauralCues(double.NaN, double.NaN);
        double ildDb = 10 * Math.Log10(powerLeft / powerRight);
        if (LowPassHz < rateHz / 2)
        {
            new BiquadCascade(ButterworthDesign.LowPass(4, LowPassHz, rateHz)).Process(l);
            new BiquadCascade(ButterworthDesign.LowPass(4, LowPassHz, rateHz)).Process(r);
        }
        return new InterauralCues(ildDb, 1e6 * LagSamples(l, r, rateHz, mask) / rateHz);
    }

    private static double Power(ReadOnlySpan<float> x, ReadOnlySpan<bool> mask)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) if (mask.Length == 0 || mask[i]) sum += (double)x[i] * x[i];
        return sum;
    }

    // Peak of the cross-correlation Σ l(t) r(t + lag), interpolated by a windowed sinc, then a parabola.
    private static double LagSamples(float[] l, float[] r, double rateHz, ReadOnlySpan<bool> mask)
    {
        int largest = (int)Math.Ceiling(LargestItdS * rateHz), reach = largest + Lobes;
        var correlation = new double[2 * reach + 1];
        for (int lag = -reach; lag <= reach; lag++)
        {
            double sum = 0;
            for (int i = Math.Max(0, -lag); i < Math.Min(l.Length, l.Length - lag); i++)
                if (mask.Length == 0 || mask[i]) sum += (double)l[i] * r[i + lag];
            correlation[lag + reach] = sum;
        }
        int best = 0;
        double peak = double.NegativeInfinity;
        for (int step = -largest * Steps; step <= largest * Steps; step++)
        {
            double value = At(correlation, reach, (double)step / Steps);
            if (value > peak) (peak, best) = (value, step);
        }
        double before = At(correlation, reach, (best - 1.0) / Steps), after = At(correlation, reach, (best + 1.0) / Steps), bend = before - 2 * peak + after;
        return (best + (bend < 0 ? 0.5 * (before - after) / bend : 0)) / Steps;
    }

    private static double At(double[] correlation, int centre, double lag)
    {
        int nearest = (int)Math.Round(lag);
        double sum = 0;
        for (int i = nearest - Lobes + 1; i < nearest + Lobes; i++)
        {
            if (i + centre < 0 || i + centre >= correlation.Length) continue;
            double x = lag - i, sinc = Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
            sum += correlation[i + centre] * sinc * (0.5 + 0.5 * Math.Cos(Math.PI * x / Lobes));
        }
        return sum;
    }
}
