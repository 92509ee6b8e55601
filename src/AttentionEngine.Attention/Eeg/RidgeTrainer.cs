using AttentionEngine.Core.Errors;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// Ridge regression from lagged EEG to an envelope, on sufficient statistics in FP64: sums over trials, so that leaving a trial out is a
/// subtraction. Outside a trial the signals count as zero, which makes the lagged covariance Toeplitz per channel pair: C² · L
/// products a sample in place of (C L)².
/// </summary>
public sealed class RidgeTrainer
{
    private readonly int _channels, _lags;

    /// <param name="channels">C</param>
    /// <param name="lags">L, EEG 0 … L − 1 samples after the sound.</param>
    public RidgeTrainer(int channels, int lags)
    {
        (_channels, _lags) = (channels, lags);
        Covariance = new double[channels * channels * lags];
        Cross = new double[channels * lags];
    }

    /// <summary>[C × C × L]: entry (c, d, τ) = Σ_n x_c(n) x_d(n + τ).</summary>
    internal double[] Covariance { get; }

    /// <summary>[C × L]: Σ_n y(n) x_c(n + lag).</summary>
    internal double[] Cross { get; }
    public long Samples { get; private set; }

    /// <summary>Adds a trial.</summary>
    /// <param name="eeg">[frames × C] frame-major, filtered, on the 64 Hz grid.</param>
    /// <param name="envelope">[frames] filtered by the same filter, in step.</param>
    public void Add(ReadOnlySpan<float> eeg, ReadOnlySpan<float> envelope)
    {
        int frames = envelope.Length;
        if (eeg.Length != frames * _channels) throw new ArgumentException($"{eeg.Length} EEG values are not {frames} frames of {_channels} channels.", nameof(eeg));
        // Planar with zeros after the end, so that every lag reads inside.
        var planar = new float[_channels][];
        for (int c = 0; c < _channels; c++)
        {
            planar[c] = new float[frames + _lags];
            for (int n = 0; n < frames; n++)
            {
                float v = eeg[n * _channels + c];
                if (!float.IsFinite(v)) throw new InputDataException($"EEG channel {c}, frame {n} is not a finite number; cut such spans out before training.");
                planar[c][n] = v;
            }
        }
        for (int lag = 0; lag < _lags; lag++)
            for (int c = 0; c < _channels; c++)
            {
                Cross[c * _lags + lag] += FixedOrderDot.Of(envelope, planar[c].AsSpan(lag, frames));
                for (int d = 0; d < _channels; d++)
                    Covariance[(c * _channels + d) * _lags + lag] += FixedOrderDot.Of(planar[c].AsSpan(0, frames), planar[d].AsSpan(lag, frames));
            }
        Samples += frames;
    }

    /// <summary>Adds (or takes away) the statistics of another trainer of the same size.</summary>
    public void Add(RidgeTrainer other, double sign = 1)
    {
        for (int i = 0; i < Covariance.Length; i++) Covariance[i] += sign * other.Covariance[i];
        for (int i = 0; i < Cross.Length; i++) Cross[i] += sign * other.Cross[i];
        Samples += (long)sign * other.Samples;
    }

    /// <param name="relativeLambda">Ridge parameter relative to the mean of the covariance's diagonal, &gt; 0.</param>
    /// <returns>[C × L] weights, row-major.</returns>
    public float[] Solve(double relativeLambda)
    {
        int size = _channels * _lags;
        var a = new double[size * size];
        double trace = 0;
        for (int c = 0; c < _channels; c++) trace += Covariance[(c * _channels + c) * _lags] * _lags;
        if (!(trace > 0)) throw new InputDataException("The EEG given for training is all zero: check the channels and the filter.");
        for (int c = 0; c < _channels; c++)
            for (int l = 0; l < _lags; l++)
                for (int d = 0; d < _channels; d++)
                    for (int m = 0; m < _lags; m++)
                        // Σ_n x_c(n + l) x_d(n + m) depends on m − l only.
                        a[(c * _lags + l) * size + d * _lags + m] = m >= l ? Covariance[(c * _channels + d) * _lags + m - l] : Covariance[(d * _channels + c) * _lags + l - m];
        double ridge = relativeLambda * trace / size;
        for (int i = 0; i < size; i++) a[i * size + i] += ridge;
        var b = (double[])Cross.Clone();
        Cholesky.Solve(a, b, size);
        return Array.ConvertAll(b, v => (float)v);
    }
}
