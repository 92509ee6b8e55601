namespace AttentionEngine.Core.Metrics;

/// <summary>Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019, doi:10.1109/ICASSP.2019.8683855).</summary>
public static class SiSdr
{
    /// <summary>10 log10(|α s|² / |x − α s|²) with α = ⟨x, s⟩ / |s|², means removed.</summary>
    /// <param name="reference">[frames] s.</param>
    /// <param name="estimate">[frames] x, aligned with the reference.</param>
    /// <returns>dB; NaN when the reference is silent, −∞ when the estimate holds nothing of it, +∞ when it is a copy.</returns>
    public static double Db(ReadOnlySpan<float> reference, ReadOnlySpan<float> estimate)
    {
        if (reference.Length != estimate.Length) throw new ArgumentException($"Reference and estimate must be equally long, got {reference.Length} and {estimate.Length} frames.");
        double meanS = Mean(reference), meanX = Mean(estimate), ss = 0, xs = 0, xx = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double s = reference[i] - meanS, x = estimate[i] - meanX;
            ss += s * s;
            xs += x * s;
            xx += x * x;
        }
        if (!(ss > 0)) return double.NaN;
        double target = xs * xs / ss, distortion = 0, scale = xs / ss;
        for (int i = 0; i < reference.Length; i++) // summed itself: a difference of sums would lose a clean estimate's small distortion
        {
            double e = estimate[i] - meanX - scale * (reference[i] - meanS);
            distortion += e * e;
        }
        return xx > 0 ? 10 * Math.Log10(target / distortion) : double.NegativeInfinity;
    }

    private static double Mean(ReadOnlySpan<float> signal)
    {
        double sum = 0;
        foreach (float v in signal) sum += v;
        return signal.Length > 0 ? sum / signal.Length : 0;
    }
}
