using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Covariances of seconds: [second × M²] per trial, about the second's own mean.</summary>
internal static class SecondCovariances
{
    public static double[] Of(DenseAlgebra algebra, double[] eeg, int channels, int second)
    {
        int count = eeg.Length / channels / second, square = channels * channels;
        var all = new double[count * square];
        var part = new double[second * channels];
        for (int s = 0; s < count; s++)
        {
            eeg.AsSpan(s * second * channels, part.Length).CopyTo(part);
            for (int c = 0; c < channels; c++)
            {
                double mean = 0;
                for (int n = c; n < part.Length; n += channels) mean += part[n] / second;
                for (int n = c; n < part.Length; n += channels) part[n] -= mean;
            }
            algebra.Multiply(true, false, channels, channels, second, 1.0 / second, part, channels, part, channels, 0, all.AsSpan(s * square, square), channels);
        }
        return all;
    }

    /// <returns>[M × M] mean over seconds.</returns>
    public static double[] Mean(double[] covariances, int square)
    {
        var mean = new double[square];
        for (int s = 0; s < covariances.Length; s += square) RowMath.AddScaled((double)square / covariances.Length, covariances.AsSpan(s, square), mean);
        return mean;
    }
}

/// <summary>Log power of common spatial patterns, band by band; more than two classes: each against the others.</summary>
internal sealed class CspFeatures : ISpatialFeatures
{
    private readonly DenseAlgebra _algebra;
    private readonly int _channels, _classes;
    private readonly double[][][] _seconds, _means; // [band][trial]

    public CspFeatures(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, double[][] eeg, int channels, int classes)
    {
        (_algebra, _channels, _classes) = (algebra, channels, classes);
        int second = (int)Math.Round(participant.RateHz);
        _seconds = [.. Enumerable.Range(0, job.FilterBankHz.Count - 1).Select(b => eeg.Select(e => SecondCovariances.Of(algebra, ReconstructionModel.Filtered(e, channels, job, b, participant.RateHz), channels, second)).ToArray())];
        // Of trace one: a loud trial does not speak for its class.
        _means = [.. _seconds.Select(band => band.Select(s => Unit(SecondCovariances.Mean(s, channels * channels), channels)).ToArray())];
    }

    public bool DependOnLabels => true;

    public double[][][] Of(int[] left, int size, int[] labels)
    {
        int classes = _classes, square = _channels * _channels, trials = labels.Length;
        double[][][] rows = [.. Enumerable.Range(0, trials).Select(t => Enumerable.Range(0, _seconds[0][t].Length / square).Select(_ => new double[_seconds.Length * (classes == 2 ? 1 : classes) * 2 * size]).ToArray())];
        int at = 0;
        for (int b = 0; b < _seconds.Length; b++)
            for (int c = 0; c < (classes == 2 ? 1 : classes); c++)
            {
                double[] own = new double[square], others = new double[square];
                for (int t = 0; t < trials; t++)
                    if (!left.Contains(t)) RowMath.AddScaled(1, _means[b][t], labels[t] == c ? own : others);
                Scale(own, labels, left, c, true);
                Scale(others, labels, left, c, false);
                var filters = CommonSpatialPatterns.Filters(_algebra, own, others, _channels, size);
                var outer = new double[filters.Length * square];
                for (int f = 0; f < filters.Length; f++)
                    for (int i = 0; i < _channels; i++) RowMath.AddScaled(filters[f][i], filters[f], outer.AsSpan(f * square + i * _channels, _channels));
                for (int t = 0; t < trials; t++)
                {
                    int seconds = rows[t].Length;
                    var power = new double[seconds * filters.Length];
                    _algebra.Multiply(false, true, seconds, filters.Length, square, 1, _seconds[b][t], square, outer, square, 0, power, filters.Length);
                    for (int s = 0; s < seconds; s++)
                        for (int f = 0; f < filters.Length; f++) rows[t][s][at + f] = Math.Log(Math.Max(power[s * filters.Length + f], 1e-300));
                }
                at += filters.Length;
            }
        return rows;
    }

    private static void Scale(double[] sum, int[] labels, int[] left, int c, bool own)
    {
        int count = Enumerable.Range(0, labels.Length).Count(t => !left.Contains(t) && labels[t] == c == own);
        foreach (ref double v in sum.AsSpan()) v /= Math.Max(1, count);
    }

    private static double[] Unit(double[] covariance, int n)
    {
        double trace = 0;
        for (int i = 0; i < n; i++) trace += covariance[i * n + i];
        foreach (ref double v in covariance.AsSpan()) v /= Math.Max(trace, 1e-300);
        return covariance;
    }
}

/// <summary>Upper triangle of the matrix logarithm of a second's covariance, whitened by the strongest components of the training trials' mean.</summary>
internal sealed class TangentFeatures(DenseAlgebra algebra, double[][] eeg, int channels, int second) : ISpatialFeatures
{
    private const double LeastEigenvalue = 1e-6;
    private readonly double[][] _seconds = [.. eeg.Select(e => SecondCovariances.Of(algebra, e, channels, second))];

    public bool DependOnLabels => false;

    public double[][][] Of(int[] left, int size, int[] labels)
    {
        int square = channels * channels;
        var mean = new double[square];
        foreach (var (covariances, _) in _seconds.Select((s, t) => (s, t)).Where(s => !left.Contains(s.t))) RowMath.AddScaled(1, SecondCovariances.Mean(covariances, square), mean);
        var values = new double[channels];
        algebra.SymmetricEigen(mean, channels, values);
        var whitening = new double[size * channels];
        int used = _seconds.Length - left.Length;
        for (int k = 0; k < size; k++) RowMath.AddScaled(1 / Math.Sqrt(Math.Max(values[channels - 1 - k] / used, 1e-300)), mean.AsSpan((channels - 1 - k) * channels, channels), whitening.AsSpan(k * channels, channels));
        return [.. _seconds.Select(trial => Enumerable.Range(0, trial.Length / square).Select(s => Logarithm(trial.AsSpan(s * square, square), whitening, size)).ToArray())];
    }

    private double[] Logarithm(ReadOnlySpan<double> covariance, double[] whitening, int size)
    {
        double[] half = new double[size * channels], small = new double[size * size], values = new double[size];
        algebra.Multiply(false, false, size, channels, channels, 1, whitening, channels, covariance, channels, 0, half, channels);
        algebra.Multiply(false, true, size, size, channels, 1, half, channels, whitening, channels, 0, small, size);
        algebra.SymmetricEigen(small, size, values);
        var row = new double[size * (size + 1) / 2];
        for (int i = 0, at = 0; i < size; i++)
            for (int j = i; j < size; j++, at++)
            {
                for (int k = 0; k < size; k++) row[at] += Math.Log(Math.Max(values[k], LeastEigenvalue)) * small[k * size + i] * small[k * size + j];
                if (j > i) row[at] *= Math.Sqrt(2);
            }
        return row;
    }
}
