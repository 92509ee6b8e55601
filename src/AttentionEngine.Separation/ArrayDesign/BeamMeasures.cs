using System.Numerics;

namespace AttentionEngine.Separation.ArrayDesign;

/// <summary>
/// What a beam with transfer functions h (output = Σ h_m x_m) does at one frequency. White-noise gain and directivity index are the gains in
/// signal-to-noise ratio over the free field at the head's centre, against noise of equal power in each microphone and against an isotropic field.
/// </summary>
internal static class BeamMeasures
{
    private const double Least = 1e-30;

    /// <summary>Σ h_m a_m.</summary>
    public static Complex Response(ReadOnlySpan<Complex> h, ReadOnlySpan<Complex> a)
    {
        Complex sum = 0;
        for (int m = 0; m < h.Length; m++) sum += h[m] * a[m];
        return sum;
    }

    /// <summary>10 log10 |Σ h a|² / Σ |h|².</summary>
    public static double WhiteNoiseGainDb(ReadOnlySpan<Complex> h, ReadOnlySpan<Complex> a)
    {
        double noise = 0;
        foreach (var value in h) noise += Power(value);
        return Db(Power(Response(h, a)) / Math.Max(Least, noise));
    }

    /// <summary>10 log10 |Σ h a|² / Σ_ij h_i Γ_ij h_j*.</summary>
    /// <param name="isotropic">[M × M] E[a aᴴ].</param>
    public static double DirectivityIndexDb(ReadOnlySpan<Complex> h, ReadOnlySpan<Complex> a, ReadOnlySpan<Complex> isotropic)
    {
        double noise = 0;
        for (int i = 0; i < h.Length; i++)
            for (int j = 0; j < h.Length; j++) noise += (h[i] * isotropic[i * h.Length + j] * Complex.Conjugate(h[j])).Real;
        return Db(Power(Response(h, a)) / Math.Max(Least, noise));
    }

    public static double Db(double power) => 10 * Math.Log10(Math.Max(Least, power));

    public static double Power(Complex z) => z.Real * z.Real + z.Imaginary * z.Imaginary;

    /// <summary>[M] transfer functions of FIR filters.</summary>
    /// <param name="filters">[M × taps].</param>
    public static Complex[] Transfer(ReadOnlySpan<float> filters, int microphones, double radiansPerSample)
    {
        int taps = filters.Length / microphones;
        var h = new Complex[microphones];
        for (int n = 0; n < taps; n++)
        {
            var turn = Complex.FromPolarCoordinates(1, -radiansPerSample * n);
            for (int m = 0; m < microphones; m++) h[m] += filters[m * taps + n] * turn;
        }
        return h;
    }
}
