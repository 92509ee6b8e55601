using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Core.Metrics;

/// <summary>Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019, doi:10.1109/ICASSP.2019.8683855).</summary>
public static class SiSdr
{
    /// <summary>Rumble would decide otherwise: 4th-order Butterworth, as the beamforming benchmark has it.</summary>
    public const double HighPassHz = 100;
    public const int HighPassOrder = 4;

    /// <summary>The same after a 100 Hz high-pass of both, with the reference delayed by the estimate's declared delay, never by a fitted one.</summary>
    /// <param name="reference">[frames] what should be heard.</param>
    /// <param name="estimate">[frames] what is heard.</param>
    /// <param name="delaySamples">By how much the estimate lags, ≥ 0; the reference's last samples have no partner and do not count.</param>
    /// <param name="mask">[frames] which samples of the reference count, or empty for all.</param>
    public static double Db(ReadOnlySpan<float> reference, ReadOnlySpan<float> estimate, double rateHz, int delaySamples = 0, ReadOnlySpan<bool> mask = default)
    {
        if (reference.Length != estimate.Length || (mask.Length != 0 && mask.Length != reference.Length))
            throw new ArgumentException($"Reference, estimate and mask must be equally long, got {reference.Length}, {estimate.Length} and {mask.Length} frames.");
        ArgumentOutOfRangeException.ThrowIfNegative(delaySamples);
        float[] s = HighPass(reference, rateHz), x = HighPass(estimate, rateHz);
        int count = 0;
        for (int i = 0; i + delaySamples < s.Length; i++)
            if (mask.Length == 0 || mask[i]) (s[count], x[count++]) = (s[i], x[i + delaySamples]);
        return Db(s.AsSpan(0, count), x.AsSpan(0, count));
    }

    /// <summary>A copy with the high-pass that speech figures are taken after.</summary>
    public static float[] HighPass(ReadOnlySpan<float> signal, double rateHz)
    {
        float[] filtered = signal.ToArray();
        new BiquadCascade(ButterworthDesign.HighPass(HighPassOrder, HighPassHz, rateHz)).Process(filtered);
        return filtered;
    }

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
