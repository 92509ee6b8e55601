using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// How far a sample covariance S is drawn towards μ I (μ: its mean eigenvalue): (1 − ρ) S + ρ μ I with the ρ of least expected squared error
/// (Ledoit and Wolf 2004, J. Multivar. Anal. 88:365). No search over λ: up to a factor, which no correlation sees, the decoder is ridge
/// regression with λ = ρ / (1 − ρ) per sample. Derived for independent samples; those of EEG are not, so ρ is rather too small.
/// </summary>
public static class LedoitWolf
{
    /// <param name="training">Statistics summed over the training trials, about any origin.</param>
    /// <param name="mean">[n] mean of a row of the lagged EEG over the training samples, in the units and about the origin of <paramref name="eeg"/>.</param>
    /// <param name="eeg">[trial][samples × M] row-major, the training trials.</param>
    /// <returns>ρ, 0 to 1.</returns>
    public static double Intensity(DenseAlgebra algebra, LaggedStatistics training, ReadOnlySpan<double> mean, IEnumerable<double[]> eeg)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(eeg);
        int n = training.Columns, samples = training.Samples;
        double squares = 0, mu = RidgeFit.MeanDiagonal(training) / samples;
        for (int i = 0; i < n; i++)
        {
            var row = training.Covariance.AsSpan(i * n, n);
            for (int j = 0; j < n; j++)
            {
                double s = (row[j] - training.Sums[i] * training.Sums[j] / samples) / samples;
                squares += s * s;
            }
        }
        double distance = squares - n * mu * mu;
        if (!(distance > 0)) return 1; // S is μ I already
        var along = new LinearModel(training.Channels, training.Lags, mean.ToArray(), [0]);
        double meanSquare = RowMath.Dot(mean, mean), fourth = 0;
        foreach (double[] trial in eeg)
        {
            double[] energy = RowEnergy(trial, training.Channels, training.Lags), projection = along.Predict(algebra, trial);
            for (int t = 0; t < energy.Length; t++)
            {
                double power = energy[t] - 2 * projection[t] + meanSquare;
                fourth += power * power;
            }
        }
        return Math.Clamp((fourth / samples - squares) / samples / distance, 0, 1);
    }

    /// <returns>[samples] squared length of each row of the lagged EEG, zeros outside the trial.</returns>
    private static double[] RowEnergy(double[] trial, int channels, LagRange lags)
    {
        int samples = trial.Length / channels;
        var energy = new double[samples];
        for (int t = 0; t < samples; t++)
        {
            var row = trial.AsSpan(t * channels, channels);
            double power = RowMath.Dot(row, row);
            for (int b = 0; b < lags.Count; b++)
                if (t - lags.Shift(b) is var at && at >= 0 && at < samples) energy[at] += power;
        }
        return energy;
    }
}
