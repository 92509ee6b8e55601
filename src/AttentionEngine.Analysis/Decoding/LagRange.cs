using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Which samples of the regressor a model sees. Column block b of a model holds the regressor at n + FirstShift − b, that is, latest first:
/// the order of mTRF-Toolbox and mTRFpy.
/// </summary>
/// <param name="FirstShift">Shift of block 0, samples; positive: after the sample that is modelled.</param>
/// <param name="Count">Blocks.</param>
public readonly record struct LagRange(int FirstShift, int Count)
{
    public int LastShift => FirstShift - Count + 1;

    /// <summary>Shift of a block, samples.</summary>
    public int Shift(int block) => FirstShift - block;

    /// <summary>EEG from <paramref name="minLagS"/> to <paramref name="maxLagS"/> after the sound, for a backward model; bounds go outwards to whole samples.</summary>
    public static LagRange Backward(double minLagS, double maxLagS, double rateHz)
    {
        var (low, high) = Samples(minLagS, maxLagS, rateHz);
        return new LagRange(high, high - low + 1);
    }

    /// <summary>Sound from <paramref name="maxLagS"/> to <paramref name="minLagS"/> before the EEG, for a forward model (TRF); block 0 is the smallest lag.</summary>
    public static LagRange Forward(double minLagS, double maxLagS, double rateHz)
    {
        var (low, high) = Samples(minLagS, maxLagS, rateHz);
        return new LagRange(-low, high - low + 1);
    }

    private static (int Low, int High) Samples(double minLagS, double maxLagS, double rateHz)
    {
        if (!(rateHz > 0)) throw new ConfigurationException(FormattableString.Invariant($"The rate is {rateHz} Hz, expected a positive number."));
        if (!(minLagS <= maxLagS && maxLagS - minLagS < 60)) throw new ConfigurationException(FormattableString.Invariant($"Lags go from {minLagS} s to {maxLagS} s; expected the first not to be after the last, within a minute."));
        // 0.3 s at 10 Hz is 3.0000000000000004 samples: three, not four.
        return ((int)Math.Floor(minLagS * rateHz + 1e-9), (int)Math.Ceiling(maxLagS * rateHz - 1e-9));
    }
}
