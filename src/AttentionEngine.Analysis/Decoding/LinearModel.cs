using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>A fitted linear model with lags: target(n) = bias + Σ_block Σ_channel weight · regressor(n + shift).</summary>
/// <param name="Weights">[Q × n] row-major: per target, block by block (see <see cref="LagRange"/>), channels within.</param>
/// <param name="Bias">[Q]</param>
public sealed record LinearModel(int Channels, LagRange Lags, double[] Weights, double[] Bias)
{
    public int Targets => Bias.Length;

    /// <param name="regressor">[samples × M] row-major.</param>
    /// <returns>[samples × Q] row-major; zeros are assumed outside the trial.</returns>
    public double[] Predict(DenseAlgebra algebra, ReadOnlySpan<double> regressor)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        int m = Channels, q = Targets, samples = regressor.Length / m, columns = m * Lags.Count;
        var prediction = new double[samples * q];
        for (int t = 0; t < samples; t++) Bias.CopyTo(prediction.AsSpan(t * q, q));
        if (q == 1) PredictOne(algebra, regressor, samples, prediction);
        else
            for (int b = 0; b < Lags.Count; b++)
            {
                int shift = Lags.Shift(b), from = Math.Max(0, -shift), count = samples - Math.Abs(shift);
                if (count > 0) algebra.Multiply(false, true, count, q, m, 1, regressor[((from + shift) * m)..], m, Weights.AsSpan(b * m), columns, 1, prediction.AsSpan(from * q), q);
            }
        return prediction;
    }

    /// <summary>One target: all blocks at once, then L shifted sums.</summary>
    private void PredictOne(DenseAlgebra algebra, ReadOnlySpan<double> regressor, int samples, double[] prediction)
    {
        var parts = new double[Lags.Count * samples];
        algebra.Multiply(false, true, Lags.Count, samples, Channels, 1, Weights, Channels, regressor, Channels, 0, parts, samples);
        for (int b = 0; b < Lags.Count; b++)
        {
            int shift = Lags.Shift(b), from = Math.Max(0, -shift), count = samples - Math.Abs(shift);
            if (count > 0) RowMath.AddScaled(1, parts.AsSpan(b * samples + from + shift, count), prediction.AsSpan(from, count));
        }
    }

    /// <summary>
    /// Activation patterns of a backward model (Haufe et al. 2014, NeuroImage 87:96): covariance of the EEG times the weights of each lag, over
    /// the power of the prediction; not centred, as in mTRF-Toolbox and mTRFpy.
    /// </summary>
    /// <param name="trials">[samples × M] each.</param>
    /// <returns>[L × M] row-major for target 0, smallest EEG lag first.</returns>
    public double[] ActivationPatterns(DenseAlgebra algebra, IEnumerable<double[]> trials)
    {
        int m = Channels, blocks = Lags.Count;
        var covariance = new double[m * m];
        double power = 0;
        foreach (double[] trial in trials)
        {
            algebra.Multiply(true, false, m, m, trial.Length / m, 1, trial, m, trial, m, 1, covariance, m);
            double[] prediction = Predict(algebra, trial);
            for (int t = 0; t < prediction.Length; t += Targets) power += prediction[t] * prediction[t];
        }
        var patterns = new double[blocks * m];
        algebra.Multiply(false, false, blocks, m, m, 1 / power, Weights, m, covariance, m, 0, patterns, m);
        for (int low = 0, high = blocks - 1; low < high; low++, high--)
            for (int c = 0; c < m; c++) (patterns[low * m + c], patterns[high * m + c]) = (patterns[high * m + c], patterns[low * m + c]);
        return patterns;
    }
}
