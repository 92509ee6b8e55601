using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Core.Acoustics;

/// <summary>
/// Sound field around a rigid sphere, exact series (Duda &amp; Martens, "Range dependence of the response of a spherical head model",
/// JASA 104, 1998; off the surface: incident plus scattered field). Values are transfer functions relative to the sound that the same
/// source would give at the sphere's centre in free field; convention e^{+jωt}: a positive phase is an earlier arrival.
/// </summary>
public sealed class RigidSphere
{
    private const double LowestKa = 1e-3; // the limit for frequency 0

    /// <param name="radiusM">Radius a, metres, &gt; 0.</param>
    /// <param name="soundSpeedMPerS">Metres per second.</param>
    public RigidSphere(double radiusM, double soundSpeedMPerS = SoundSpeed.Default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(radiusM);
        RadiusM = radiusM;
        SoundSpeedMPerS = soundSpeedMPerS;
    }

    public double RadiusM { get; }
    public double SoundSpeedMPerS { get; }

    /// <summary>Transfer function for one frequency at several angles.</summary>
    /// <param name="frequencyHz">≥ 0; 0 gives the static limit.</param>
    /// <param name="microphoneRadiusM">Distance r of the microphone from the centre; less than the radius counts as on the surface.</param>
    /// <param name="sourceDistanceM">Distance of the point source from the centre, &gt; r; infinity for a plane wave.</param>
    /// <param name="cosines">[n] cosine of the angle at the centre between microphone and source.</param>
    /// <param name="result">[n].</param>
    public void Fill(double frequencyHz, double microphoneRadiusM, double sourceDistanceM, ReadOnlySpan<double> cosines, Span<Complex> result)
    {
        double r = Math.Max(microphoneRadiusM, RadiusM);
        if (!(sourceDistanceM > r)) throw new ArgumentOutOfRangeException(nameof(sourceDistanceM), sourceDistanceM, FormattableString.Invariant($"must be beyond the microphone's distance of {r} m from the centre"));
        double k = Math.Max(2 * Math.PI * frequencyHz / SoundSpeedMPerS, LowestKa / RadiusM);
        Span<Complex> coefficients = stackalloc Complex[Orders(k * r, r / sourceDistanceM)];
        int used = Coefficients(k, r, sourceDistanceM, coefficients);
        for (int i = 0; i < cosines.Length; i++)
        {
            double x = cosines[i], p0 = 1, p1 = x; // Legendre polynomials by upward recurrence
            Complex sum = coefficients[0];
            for (int m = 1; m < used; m++)
            {
                sum += coefficients[m] * p1;
                (p0, p1) = (p1, ((2 * m + 1) * x * p1 - m * p0) / (m + 1));
            }
            result[i] = sum;
        }
    }

    /// <summary>One value; parameters as in <see cref="Fill"/>.</summary>
    public Complex At(double frequencyHz, double cosine, double microphoneRadiusM = 0, double sourceDistanceM = double.PositiveInfinity)
    {
        Span<double> cosines = [cosine];
        Span<Complex> result = [default];
        Fill(frequencyHz, microphoneRadiusM, sourceDistanceM, cosines, result);
        return result[0];
    }

    // Terms fall quickly once m exceeds kr, and like (r/d)^m for a near source.
    private static int Orders(double kr, double rOverDistance) => Math.Min(24 + (int)(1.5 * kr) + (int)(60 * rOverDistance * rOverDistance), 400);

    private int Coefficients(double k, double r, double distanceM, Span<Complex> coefficients)
    {
        int n = coefficients.Length;
        double ka = k * RadiusM, kr = k * r, kd = k * distanceM;
        bool plane = double.IsInfinity(distanceM);
        Span<double> ja = stackalloc double[n + 1], ya = stackalloc double[n + 1], jr = stackalloc double[n + 1], yr = stackalloc double[n + 1];
        Span<double> jd = stackalloc double[n + 1], yd = stackalloc double[n + 1];
        SphericalBessel.Fill(ka, ja, ya);
        if (r > RadiusM) SphericalBessel.Fill(kr, jr, yr);
        var sourcePhase = Complex.One;
        if (!plane)
        {
            SphericalBessel.Fill(kd, jd, yd);
            var (s, c) = ExactMath.SinCos(kd);
            sourcePhase = new Complex(0, -kd) * new Complex(c, s); // −jkd e^{+jkd}
        }
        double largest = 0;
        for (int m = 0; m < n; m++)
        {
            var derivative = new Complex(SphericalBessel.Derivative(ja, m, ka), -SphericalBessel.Derivative(ya, m, ka)); // h2'(ka)
            // On the surface the Wronskian turns j − j'h/h' into −j / ((ka)² h').
            Complex radial = r > RadiusM
                ? jr[m] - SphericalBessel.Derivative(ja, m, ka) / derivative * new Complex(jr[m], -yr[m])
                : new Complex(0, -1 / (ka * ka)) / derivative;
            Complex source = plane ? PowerOfJ(m) : sourcePhase * new Complex(jd[m], -yd[m]);
            Complex term = (2 * m + 1) * source * radial;
            double size = Complex.Abs(term);
            if (!double.IsFinite(size)) return m;
            coefficients[m] = term;
            largest = Math.Max(largest, size);
            if (m > kr && size < 1e-14 * largest) return m + 1;
        }
        return n;
    }

    private static Complex PowerOfJ(int m) => (m & 3) switch { 0 => new(1, 0), 1 => new(0, 1), 2 => new(-1, 0), _ => new(0, -1) };
}

/// <summary>Speed of sound used throughout, metres per second (dry air at about 20 °C; the benchmark's value).</summary>
public static class SoundSpeed
{
    public const double Default = 343.0;
}
