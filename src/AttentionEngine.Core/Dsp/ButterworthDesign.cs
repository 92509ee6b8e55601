using System.Numerics;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Digital Butterworth filters as second-order sections: analogue prototype, pre-warped, bilinear transform (the method and the
/// conventions of <c>scipy.signal.butter(order, …, fs=rateHz, output='sos')</c>; the order of a band-pass counts per edge).
/// </summary>
public static class ButterworthDesign
{
    /// <param name="order">1 to 12.</param>
    /// <param name="cutoffHz">−3 dB point, below half of <paramref name="rateHz"/>.</param>
    public static Biquad[] LowPass(int order, double cutoffHz, double rateHz) => OneEdge(order, cutoffHz, rateHz, highPass: false);

    /// <inheritdoc cref="LowPass"/>
    public static Biquad[] HighPass(int order, double cutoffHz, double rateHz) => OneEdge(order, cutoffHz, rateHz, highPass: true);

    /// <param name="order">Order of each edge, 1 to 12: the filter has 2 × order poles in as many sections.</param>
    public static Biquad[] BandPass(int order, double lowHz, double highHz, double rateHz)
    {
        CheckOrder(order);
        double w1 = Warp(lowHz, rateHz), w2 = Warp(highHz, rateHz);
        if (w2 <= w1) throw new ArgumentOutOfRangeException(nameof(highHz), highHz, $"The upper edge must lie above the lower edge ({lowHz} Hz).");
        double width = w2 - w1, centreSquared = w1 * w2;
        // Digital frequency at which the response is exactly 1.
        var centre = new Complex((1 - centreSquared) / (1 + centreSquared), 2 * Math.Sqrt(centreSquared) / (1 + centreSquared));
        var sections = new Biquad[order];
        int n = 0;
        for (int k = 0; k < (order + 1) / 2; k++)
        {
            var p = PrototypePole(k, order) * (width / 2);
            var root = Complex.Sqrt(p * p - centreSquared);
            Complex a = Bilinear(p + root), b = Bilinear(p - root);
            bool real = order % 2 == 1 && k == order / 2;
            if (real) sections[n++] = Normalise(new Biquad(1, 0, -1, -(a + b).Real, (a * b).Real), centre);
            else
            {
                sections[n++] = Normalise(new Biquad(1, 0, -1, -2 * a.Real, Squared(a)), centre);
                sections[n++] = Normalise(new Biquad(1, 0, -1, -2 * b.Real, Squared(b)), centre);
            }
        }
        return sections;
    }

    /// <summary>Group delay of a cascade at one frequency, seconds: the derivative of the phase, in closed form.</summary>
    public static double GroupDelayS(ReadOnlySpan<Biquad> sections, double frequencyHz, double rateHz)
    {
        double w = 2 * Math.PI * frequencyHz / rateHz;
        var z1 = new Complex(ExactMath.SinCos(w).Cos, -ExactMath.SinCos(w).Sin);
        var z2 = z1 * z1;
        double samples = 0;
        foreach (var s in sections)
        {
            samples += ((s.B1 * z1 + 2 * s.B2 * z2) / (s.B0 + s.B1 * z1 + s.B2 * z2)).Real;
            samples -= ((s.A1 * z1 + 2 * s.A2 * z2) / (1 + s.A1 * z1 + s.A2 * z2)).Real;
        }
        return samples / rateHz;
    }

    /// <summary>Complex response of a cascade at one frequency.</summary>
    public static Complex Response(ReadOnlySpan<Biquad> sections, double frequencyHz, double rateHz)
    {
        double w = 2 * Math.PI * frequencyHz / rateHz;
        var z = new Complex(ExactMath.SinCos(w).Cos, ExactMath.SinCos(w).Sin);
        var h = Complex.One;
        foreach (var s in sections) h *= At(s, z);
        return h;
    }

    private static Biquad[] OneEdge(int order, double cutoffHz, double rateHz, bool highPass)
    {
        CheckOrder(order);
        double w = Warp(cutoffHz, rateHz);
        var sections = new Biquad[(order + 1) / 2];
        double sign = highPass ? -1 : 1;
        var unity = new Complex(sign, 0); // where the response is 1: z = 1, or z = −1 for a high-pass
        for (int k = 0; k < sections.Length; k++)
        {
            var p = PrototypePole(k, order);
            var z = Bilinear(highPass ? w / p : w * p);
            bool real = order % 2 == 1 && k == order / 2;
            sections[k] = Normalise(real ? new Biquad(1, sign, 0, -z.Real, 0) : new Biquad(1, 2 * sign, 1, -2 * z.Real, Squared(z)), unity);
        }
        return sections;
    }

    /// <summary>Poles with positive imaginary part, then the real one of an odd order; unit circle, left half plane.</summary>
    private static Complex PrototypePole(int k, int order)
    {
        if (order % 2 == 1 && k == order / 2) return new Complex(-1, 0);
        double angle = Math.PI * (2 * k + 1) / (2.0 * order);
        return new Complex(-ExactMath.SinCos(angle).Sin, ExactMath.SinCos(angle).Cos);
    }

    private static double Warp(double frequencyHz, double rateHz)
    {
        if (!(frequencyHz > 0 && frequencyHz < rateHz / 2))
            throw new ArgumentOutOfRangeException(nameof(frequencyHz), frequencyHz, FormattableString.Invariant($"An edge must lie between 0 and half the rate ({rateHz / 2} Hz)."));
        var (sin, cos) = ExactMath.SinCos(Math.PI * frequencyHz / rateHz);
        return sin / cos;
    }

    private static Complex Bilinear(Complex s) => (1 + s) / (1 - s);
    private static double Squared(Complex z) => z.Real * z.Real + z.Imaginary * z.Imaginary;
    private static Complex At(Biquad s, Complex z) => (s.B0 + (s.B1 + s.B2 / z) / z) / (1 + (s.A1 + s.A2 / z) / z);

    private static Biquad Normalise(Biquad s, Complex at)
    {
        double g = 1 / Math.Sqrt(Squared(At(s, at)));
        return s with { B0 = s.B0 * g, B1 = s.B1 * g, B2 = s.B2 * g };
    }

    private static void CheckOrder(int order)
    {
        if (order is < 1 or > 12) throw new ArgumentOutOfRangeException(nameof(order), order, "The order must be 1 to 12.");
    }
}
