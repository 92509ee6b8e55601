using System.Runtime.Intrinsics;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Fourth-order complex gammatone filters (Hohmann, Acta Acustica 88, 2002) at equal steps of the ERB-number scale (Glasberg and
/// Moore 1990); gives each band's Hilbert envelope, averaged over hops. Sixteen lanes in fixed order: same bits on any processor.
/// </summary>
internal sealed class GammatoneBank
{
    public const int BandCount = 15;
    private const int Lanes = 16, Stages = 4;
    private const double WidthErb = 1.5; // as the spacing, so that bands tile 150 to 4000 Hz
    private const float AntiDenormal = 1e-15f;

    private readonly float[] _poleRe = new float[Lanes], _poleIm = new float[Lanes], _gain = new float[Lanes], _sum = new float[Lanes];
    private readonly float[] _re = new float[Lanes * Stages], _im = new float[Lanes * Stages]; // [group × stage × 8]

    public GammatoneBank(double rateHz)
    {
        double top = Math.Min(4000, 0.42 * rateHz), delay = 0;
        for (int b = 0; b < BandCount; b++)
        {
            double centreHz = FromErbNumber(ErbNumber(150) + (ErbNumber(top) - ErbNumber(150)) * b / (BandCount - 1));
            double widthHz = 1.019 * WidthErb * 24.7 * (4.37e-3 * centreHz + 1);
            double radius = ExactMath.Exp(-2 * Math.PI * widthHz / rateHz), angle = 2 * Math.PI * centreHz / rateHz;
            _poleRe[b] = (float)(radius * ExactMath.SinCos(angle).Cos);
            _poleIm[b] = (float)(radius * ExactMath.SinCos(angle).Sin);
            double oneStage = 1 - radius;
            _gain[b] = (float)(2 * oneStage * oneStage * oneStage * oneStage);
            delay += Stages * radius / (1 - radius) / rateHz / BandCount;
        }
        MeanDelayS = delay;
    }

    /// <summary>Group delay of the sub-band envelopes at slow modulations, mean over bands, seconds.</summary>
    public double MeanDelayS { get; }

    /// <summary>Filters samples and adds each band's envelope to its sum.</summary>
    public void Accumulate(ReadOnlySpan<float> samples)
    {
        for (int g = 0; g < Lanes; g += 8) AccumulateGroup(samples, g);
    }

    /// <summary>Mean envelope of each band over the samples since the last call, then clears the sums.</summary>
    /// <param name="bands">[BandCount]</param>
    public void TakeMeans(Span<float> bands, int samples)
    {
        for (int b = 0; b < BandCount; b++) bands[b] = _sum[b] * _gain[b] / samples;
        Array.Clear(_sum);
    }

    public void Reset()
    {
        Array.Clear(_re); Array.Clear(_im); Array.Clear(_sum);
    }

    private void AccumulateGroup(ReadOnlySpan<float> samples, int g)
    {
        var pr = Vector256.LoadUnsafe(ref _poleRe[g]);
        var pi = Vector256.LoadUnsafe(ref _poleIm[g]);
        var sum = Vector256.LoadUnsafe(ref _sum[g]);
        int s = g * Stages;
        var r0 = Vector256.LoadUnsafe(ref _re[s]); var i0 = Vector256.LoadUnsafe(ref _im[s]);
        var r1 = Vector256.LoadUnsafe(ref _re[s + 8]); var i1 = Vector256.LoadUnsafe(ref _im[s + 8]);
        var r2 = Vector256.LoadUnsafe(ref _re[s + 16]); var i2 = Vector256.LoadUnsafe(ref _im[s + 16]);
        var r3 = Vector256.LoadUnsafe(ref _re[s + 24]); var i3 = Vector256.LoadUnsafe(ref _im[s + 24]);
        foreach (float x in samples)
        {
            var t = r0;
            r0 = Vector256.Create(x + AntiDenormal) + (pr * r0 - pi * i0); i0 = pr * i0 + pi * t;
            t = r1;
            r1 = r0 + (pr * r1 - pi * i1); i1 = i0 + (pr * i1 + pi * t);
            t = r2;
            r2 = r1 + (pr * r2 - pi * i2); i2 = i1 + (pr * i2 + pi * t);
            t = r3;
            r3 = r2 + (pr * r3 - pi * i3); i3 = i2 + (pr * i3 + pi * t);
            sum += Vector256.Sqrt(r3 * r3 + i3 * i3);
        }
        sum.StoreUnsafe(ref _sum[g]);
        r0.StoreUnsafe(ref _re[s]); i0.StoreUnsafe(ref _im[s]);
        r1.StoreUnsafe(ref _re[s + 8]); i1.StoreUnsafe(ref _im[s + 8]);
        r2.StoreUnsafe(ref _re[s + 16]); i2.StoreUnsafe(ref _im[s + 16]);
        r3.StoreUnsafe(ref _re[s + 24]); i3.StoreUnsafe(ref _im[s + 24]);
    }

    private static double ErbNumber(double hz) => 21.4 / 2.302585092994046 * ExactMath.Log(1 + 4.37e-3 * hz);
    private static double FromErbNumber(double erb) => (ExactMath.Exp(erb * 2.302585092994046 / 21.4) - 1) / 4.37e-3;
}
