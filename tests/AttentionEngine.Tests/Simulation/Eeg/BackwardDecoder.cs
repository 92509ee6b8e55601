using AttentionEngine.Core.Dsp;
using AttentionEngine.Simulation.Eeg;

namespace AttentionEngine.Tests.Simulation.Eeg;

/// <summary>
/// A plain linear backward model (ridge; lags 0 to 250 ms after the sound; 1 to 9 Hz at 64 Hz) to measure how much attention simulated
/// EEG carries. Kept apart from the engine's decoder on purpose: an independent measuring stick.
/// </summary>
internal sealed class BackwardDecoder
{
    public const int Lags = 17;
    private static readonly int Channels = EegMontage.Count;
    private readonly double[,] _covariance = new double[Channels * Lags, Channels * Lags];
    private readonly double[] _cross = new double[Channels * Lags];
    private double[] _weights = [];

    /// <summary>[frames × 32] at 64 Hz, 1–9 Hz, each channel divided by its standard deviation.</summary>
    public static float[] Prepare(EegRecording eeg)
    {
        int frames = eeg.Samples / 2;
        var values = new float[frames * Channels];
        for (int i = 0; i < frames; i++)
            for (int c = 0; c < Channels; c++)
                values[i * Channels + c] = 0.5f * (eeg.Frames[2 * i * Channels + c] + eeg.Frames[Math.Max(0, 2 * i - 1) * Channels + c]);
        new GridBandPass(Channels).Process(values);
        for (int c = 0; c < Channels; c++)
        {
            double power = 0;
            for (int i = 0; i < frames; i++) power += values[i * Channels + c] * values[i * Channels + c];
            float scale = (float)(1 / Math.Sqrt(power / frames));
            for (int i = 0; i < frames; i++) values[i * Channels + c] *= scale;
        }
        return values;
    }

    public static float[] Prepare(float[] envelope)
    {
        var values = (float[])envelope.Clone();
        new GridBandPass(1).Process(values);
        return values;
    }

    /// <summary>Adds a trial; stationarity makes the lagged covariance block Toeplitz.</summary>
    public void Add(float[] eeg, float[] attended)
    {
        int frames = Math.Min(eeg.Length / Channels, attended.Length);
        var auto = new double[Lags, Channels, Channels];
        for (int i = 0; i < frames; i++)
            for (int lag = 0; lag < Math.Min(Lags, frames - i); lag++) // zero beyond the end keeps it positive semi-definite
                for (int a = 0; a < Channels; a++)
                {
                    float x = eeg[i * Channels + a];
                    for (int b = 0; b < Channels; b++) auto[lag, a, b] += x * eeg[(i + lag) * Channels + b];
                    _cross[lag * Channels + a] += attended[i] * eeg[(i + lag) * Channels + a];
                }
        for (int p = 0; p < Lags; p++)
            for (int q = 0; q < Lags; q++)
                for (int a = 0; a < Channels; a++)
                    for (int b = 0; b < Channels; b++)
                        _covariance[p * Channels + a, q * Channels + b] += q >= p ? auto[q - p, a, b] : auto[p - q, b, a];
    }

    public void Solve(double ridge)
    {
        int n = _cross.Length;
        double mean = 0;
        for (int i = 0; i < n; i++) mean += _covariance[i, i] / n;
        var l = new double[n][];
        for (int i = 0; i < n; i++)
        {
            l[i] = new double[i + 1];
            for (int j = 0; j <= i; j++)
            {
                double sum = _covariance[i, j] + (i == j ? ridge * mean : 0);
                for (int k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
                l[i][j] = i == j ? Math.Sqrt(sum) : sum / l[j][j];
            }
        }
        var w = (double[])_cross.Clone();
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++) w[i] -= l[i][k] * w[k];
            w[i] /= l[i][i];
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++) w[i] -= l[k][i] * w[k];
            w[i] /= l[i][i];
        }
        _weights = w;
    }

    /// <summary>[frames] reconstructed envelope; the last 250 ms are missing (0).</summary>
    public float[] Reconstruct(float[] eeg)
    {
        int frames = eeg.Length / Channels;
        var output = new float[frames];
        for (int i = 0; i + Lags <= frames; i++)
        {
            double sum = 0;
            for (int j = 0; j < _weights.Length; j++) sum += _weights[j] * eeg[i * Channels + j];
            output[i] = (float)sum;
        }
        return output;
    }

    /// <summary>Pearson's r over [from, from + count).</summary>
    public static double Correlation(float[] a, float[] b, int from, int count)
    {
        double ma = 0, mb = 0;
        for (int i = from; i < from + count; i++) { ma += a[i]; mb += b[i]; }
        ma /= count;
        mb /= count;
        double ab = 0, aa = 0, bb = 0;
        for (int i = from; i < from + count; i++) { ab += (a[i] - ma) * (b[i] - mb); aa += (a[i] - ma) * (a[i] - ma); bb += (b[i] - mb) * (b[i] - mb); }
        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }
}
