using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Separation.Devices.Measurement;

/// <summary>Level of a calibrator's tone in a recording.</summary>
/// <param name="FrequencyHz">Measured.</param>
/// <param name="LevelDbfs">Root mean square of the tone relative to full scale (a full-scale sine is −3.01 dB).</param>
/// <param name="PurityDb">Tone over everything else.</param>
/// <param name="UnsteadyDb">Largest minus smallest level of the parts of the recording.</param>
/// <param name="Clipped">Samples at full scale.</param>
public readonly record struct ToneLevel(double FrequencyHz, double LevelDbfs, double PurityDb, double UnsteadyDb, int Clipped)
{
    private const double SearchPart = 0.05; // calibrators are within 2 %
    private const int Parts = 4;
    private const float FullScale = 0.9999f;

    /// <param name="nominalHz">Of the calibrator.</param>
    public static ToneLevel Measure(ReadOnlySpan<float> recorded, double rateHz, double nominalHz)
    {
        if (!(nominalHz > 0 && nominalHz * (1 + SearchPart) < rateHz / 2)) throw new ArgumentOutOfRangeException(nameof(nominalHz), nominalHz, $"must be above 0 and below half the rate ({rateHz} Hz)");
        double frequencyHz = Peak(recorded, rateHz, nominalHz), tone = Power(recorded, rateHz, frequencyHz), all = 0;
        int clipped = 0;
        foreach (float x in recorded)
        {
            all += (double)x * x;
            if (Math.Abs(x) >= FullScale) clipped++;
        }
        all /= recorded.Length;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        int part = recorded.Length / Parts;
        for (int p = 0; p < Parts; p++)
        {
            double power = Power(recorded.Slice(p * part, part), rateHz, frequencyHz);
            (low, high) = (Math.Min(low, power), Math.Max(high, power));
        }
        return new ToneLevel(frequencyHz, Db(tone), Db(tone / Math.Max(all - tone, 1e-12 * all + 1e-30)), Db(high) - Db(low), clipped);
    }

    // Largest power near the nominal frequency: bins of a long transform, then a golden section between them.
    private static double Peak(ReadOnlySpan<float> x, double rateHz, double nominalHz)
    {
        var fft = new RealFft<double>((int)BitOperations.RoundUpToPowerOf2((uint)x.Length));
        var time = new double[fft.Size];
        double[] re = new double[fft.Bins], im = new double[fft.Bins];
        for (int i = 0; i < x.Length; i++) time[i] = x[i] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / x.Length));
        fft.Forward(time, re, im);
        int first = (int)(nominalHz * (1 - SearchPart) * fft.Size / rateHz), last = (int)(nominalHz * (1 + SearchPart) * fft.Size / rateHz) + 1, best = first;
        for (int k = first; k <= last; k++)
            if (re[k] * re[k] + im[k] * im[k] > re[best] * re[best] + im[best] * im[best]) best = k;
        double low = (best - 1) * rateHz / fft.Size, high = (best + 1) * rateHz / fft.Size;
        const double golden = 0.6180339887498949;
        for (int i = 0; i < 30; i++)
        {
            double a = high - golden * (high - low), b = low + golden * (high - low);
            if (Power(x, rateHz, a) > Power(x, rateHz, b)) high = b;
            else low = a;
        }
        return (low + high) / 2;
    }

    /// <summary>Mean square of the part of <paramref name="x"/> that is a sine of this frequency, Hann-weighted.</summary>
    private static double Power(ReadOnlySpan<float> x, double rateHz, double frequencyHz)
    {
        double re = 0, im = 0, weights = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double w = 0.5 - 0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / x.Length), phase = 2 * Math.PI * frequencyHz * i / rateHz;
            re += w * x[i] * Math.Cos(phase);
            im += w * x[i] * Math.Sin(phase);
            weights += w;
        }
        return 2 * (re * re + im * im) / (weights * weights);
    }

    private static double Db(double power) => 10 * Math.Log10(Math.Max(power, 1e-30));
}
