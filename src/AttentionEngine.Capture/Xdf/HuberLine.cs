namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// A line through clock offsets that minimises the Huber loss with a knee at 0.1 ms, by the alternating direction method of multipliers
/// (Boyd et al. 2011, section 6.1.1, ρ = 1) with a fixed 1000 iterations: the estimator of the XDF reference readers, so that results
/// agree with theirs also where it has not converged. Offsets are taken relative to the first one, which changes nothing but the
/// rounding: for offsets of days the reference's own result is uncertain by some 10 ns.
/// </summary>
internal static class HuberLine
{
    private const double KneeS = 1e-4;
    private const int Iterations = 1000;

    /// <returns>offset(t) = intercept + slope · t, seconds; zeros when the offsets define no line.</returns>
    public static (double InterceptS, double Slope) Fit(ReadOnlySpan<XdfClockOffset> offsets)
    {
        int n = offsets.Length;
        double[] x = new double[n], y = new double[n], z = new double[n], u = new double[n];
        double least = double.PositiveInfinity;
        for (int i = 0; i < n; i++)
        {
            (x[i], y[i]) = (offsets[i].CollectionTimeS / KneeS, (offsets[i].OffsetS - offsets[0].OffsetS) / KneeS);
            least = Math.Min(least, x[i]);
        }
        double sx = 0, sxx = 0, sy = 0, sxy = 0;
        for (int i = 0; i < n; i++)
        {
            x[i] -= least;
            sx += x[i];
            sxx += x[i] * x[i];
            sy += y[i];
            sxy += x[i] * y[i];
        }
        // Cholesky factor of [n sx; sx sxx].
        double l00 = Math.Sqrt(n), l10 = sx / l00, rest = sxx - l10 * l10;
        if (!(rest > 0)) return (0, 0); // as the reference: offsets that define no line are not used
        double l11 = Math.Sqrt(rest), a = 0, b = 0;
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            // Summed apart from the large sums of the data, which would swallow its last digits.
            double q0 = 0, q1 = 0;
            for (int i = 0; i < n; i++)
            {
                double v = z[i] - u[i];
                q0 += v;
                q1 += x[i] * v;
            }
            q0 += sy;
            q1 += sxy;
            double w0 = q0 / l00, w1 = (q1 - l10 * w0) / l11;
            b = w1 / l11;
            a = (w0 - l10 * b) / l00;
            for (int i = 0; i < n; i++)
            {
                double d = a + b * x[i] - y[i] + u[i];
                double shrink = d == 0 ? 1 : Math.Max(0, 1 - 2 / Math.Abs(d));
                z[i] = d / 2 + shrink * d / 2;
                u[i] = d - z[i];
            }
        }
        return (offsets[0].OffsetS + (a - b * least) * KneeS, b);
    }
}
