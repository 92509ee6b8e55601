namespace AttentionEngine.Core.Dsp;

/// <summary>Second-order notch filters (zeros on the unit circle; the conventions of <c>scipy.signal.iirnotch</c>).</summary>
public static class NotchDesign
{
    /// <param name="frequencyHz">Where nothing passes; below half of <paramref name="rateHz"/>.</param>
    /// <param name="widthHz">Between the −3 dB points.</param>
    public static Biquad Notch(double frequencyHz, double widthHz, double rateHz)
    {
        if (!(frequencyHz > 0 && frequencyHz < rateHz / 2))
            throw new ArgumentOutOfRangeException(nameof(frequencyHz), frequencyHz, FormattableString.Invariant($"A notch must lie between 0 and half the rate ({rateHz / 2} Hz)."));
        if (!(widthHz > 0 && widthHz < rateHz / 2)) throw new ArgumentOutOfRangeException(nameof(widthHz), widthHz, "The width must lie between 0 and half the rate.");
        var (sin, cos) = ExactMath.SinCos(Math.PI * widthHz / rateHz);
        double gain = 1 / (1 + sin / cos), middle = -2 * gain * ExactMath.SinCos(2 * Math.PI * frequencyHz / rateHz).Cos;
        return new Biquad(gain, middle, gain, middle, 2 * gain - 1);
    }
}
