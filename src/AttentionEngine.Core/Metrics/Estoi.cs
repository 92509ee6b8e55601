using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Core.Metrics;

/// <summary>
/// Extended short-time objective intelligibility (Jensen &amp; Taal 2016, doi:10.1109/TASLP.2016.2585878): at 10 kHz, 15 third-octave bands
/// from 150 Hz, segments of 30 frames (384 ms), frames more than 40 dB below the loudest of the reference left out.
/// </summary>
public static class Estoi
{
    private const int RateHz = 10_000, Frame = 256, Hop = 128, FftSize = 512, Bands = 15, Segment = 30;
    private const double LowestHz = 150, RangeDb = 40, Tiny = 2.220446049250313e-16;

    /// <param name="reference">[frames] clean speech.</param>
    /// <param name="estimate">[frames], aligned with the reference.</param>
    /// <returns>About 0 (nothing understood) to 1; NaN with less than 384 ms of speech.</returns>
    public static double Score(ReadOnlySpan<float> reference, ReadOnlySpan<float> estimate, double rateHz)
    {
        if (reference.Length != estimate.Length) throw new ArgumentException($"Reference and estimate must be equally long, got {reference.Length} and {estimate.Length} frames.");
        double[] x = ToRate(reference, rateHz), y = ToRate(estimate, rateHz);
        (x, y) = WithoutSilence(x, y);
        double[,] clean = BandMagnitudes(x), other = BandMagnitudes(y); // [bands, frames]
        int frames = clean.GetLength(1);
        if (frames < Segment) return double.NaN;
        double sum = 0;
        double[,] a = new double[Bands, Segment], b = new double[Bands, Segment];
        for (int end = Segment; end <= frames; end++)
        {
            Normalise(clean, end - Segment, a);
            Normalise(other, end - Segment, b);
            for (int j = 0; j < Bands; j++)
                for (int n = 0; n < Segment; n++) sum += a[j, n] * b[j, n];
        }
        return sum / Segment / (frames - Segment + 1);
    }

    private static double[] ToRate(ReadOnlySpan<float> signal, double rateHz)
    {
        float[] resampled = rateHz == RateHz ? signal.ToArray() : Resampler.Resample(signal, rateHz, RateHz);
        return Array.ConvertAll(resampled, v => (double)v);
    }

    private static double Window(int i) => 0.5 - 0.5 * Math.Cos(2 * Math.PI * (i + 1) / (Frame + 1));

    /// <summary>Frames of the reference within the range of its loudest, of both signals, overlapped and added again.</summary>
    private static (double[] X, double[] Y) WithoutSilence(double[] x, double[] y)
    {
        int count = x.Length >= Frame ? (x.Length - Frame + Hop - 1) / Hop : 0;
        var levelDb = new double[count];
        for (int f = 0; f < count; f++)
        {
            double energy = 0;
            for (int i = 0; i < Frame; i++) { double v = Window(i) * x[f * Hop + i]; energy += v * v; }
            levelDb[f] = 20 * Math.Log10(Math.Sqrt(energy) + Tiny);
        }
        double loudest = count > 0 ? levelDb.Max() : 0;
        int[] kept = [.. Enumerable.Range(0, count).Where(f => loudest - RangeDb - levelDb[f] < 0)];
        if (kept.Length == 0) return ([], []);
        double[] shortX = new double[(kept.Length - 1) * Hop + Frame], shortY = new double[shortX.Length];
        for (int k = 0; k < kept.Length; k++)
            for (int i = 0; i < Frame; i++)
            {
                shortX[k * Hop + i] += Window(i) * x[kept[k] * Hop + i];
                shortY[k * Hop + i] += Window(i) * y[kept[k] * Hop + i];
            }
        return (shortX, shortY);
    }

    private static double[,] BandMagnitudes(double[] signal)
    {
        var fft = new RealFft<double>(FftSize);
        int count = signal.Length >= Frame ? (signal.Length - Frame + Hop - 1) / Hop : 0;
        var magnitudes = new double[Bands, count];
        double[] time = new double[FftSize], re = new double[fft.Bins], im = new double[fft.Bins];
        for (int f = 0; f < count; f++)
        {
            for (int i = 0; i < Frame; i++) time[i] = Window(i) * signal[f * Hop + i];
            fft.Forward(time, re, im);
            for (int j = 0; j < Bands; j++)
            {
                double power = 0;
                for (int bin = Edge(2 * j - 1); bin < Edge(2 * j + 1); bin++) power += re[bin] * re[bin] + im[bin] * im[bin];
                magnitudes[j, f] = Math.Sqrt(power);
            }
        }
        return magnitudes;
    }

    /// <summary>Bin nearest to 150 Hz · 2^(sixths / 6).</summary>
    private static int Edge(int sixths) => (int)Math.Round(LowestHz * Math.Pow(2, sixths / 6.0) * FftSize / RateHz);

    /// <summary>Each band over time, then each frame over bands: mean removed, length 1.</summary>
    private static void Normalise(double[,] magnitudes, int start, double[,] segment)
    {
        for (int j = 0; j < Bands; j++)
        {
            double mean = 0, square = 0;
            for (int n = 0; n < Segment; n++) mean += magnitudes[j, start + n] / Segment;
            for (int n = 0; n < Segment; n++) { segment[j, n] = magnitudes[j, start + n] - mean; square += segment[j, n] * segment[j, n]; }
            double scale = 1 / (Math.Sqrt(square) + Tiny);
            for (int n = 0; n < Segment; n++) segment[j, n] *= scale;
        }
        for (int n = 0; n < Segment; n++)
        {
            double mean = 0, square = 0;
            for (int j = 0; j < Bands; j++) mean += segment[j, n] / Bands;
            for (int j = 0; j < Bands; j++) { segment[j, n] -= mean; square += segment[j, n] * segment[j, n]; }
            double scale = 1 / (Math.Sqrt(square) + Tiny);
            for (int j = 0; j < Bands; j++) segment[j, n] *= scale;
        }
    }
}
