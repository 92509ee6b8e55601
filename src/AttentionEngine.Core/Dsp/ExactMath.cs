namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Functions that give the same bits on any x86-64: only +, −, ×, ÷, √ in a fixed order. (<c>Math.Sin</c> and friends call the C
/// library, whose last bit depends on whether the CPU has FMA.) Errors stay below 1e-15 for arguments as stated.
/// </summary>
public static partial class ExactMath
{
    // π/2 in three parts (Cody & Waite); the first two have trailing zeros so that q·part is exact for |q| < 2^20.
    private const double HalfPi1 = 1.5707963267341256, HalfPi2 = 6.0771005063039660e-11, HalfPi3 = 2.0222662487959506e-21;

    /// <summary>Sine and cosine of <paramref name="angleRad"/>, |angle| &lt; 1e6 radians.</summary>
    public static (double Sin, double Cos) SinCos(double angleRad)
    {
        double q = Math.Round(angleRad * (2 / Math.PI));
        double r = angleRad - q * HalfPi1 - q * HalfPi2 - q * HalfPi3;
        double x = r * r;
        double s = r * (1 - x / 6 * (1 - x / 20 * (1 - x / 42 * (1 - x / 72 * (1 - x / 110 * (1 - x / 156 * (1 - x / 210 * (1 - x / 272))))))));
        double c = 1 - x / 2 * (1 - x / 12 * (1 - x / 30 * (1 - x / 56 * (1 - x / 90 * (1 - x / 132 * (1 - x / 182 * (1 - x / 240)))))));
        return ((long)q & 3) switch { 0 => (s, c), 1 => (c, -s), 2 => (-s, -c), _ => (-c, s) };
    }

    /// <summary>Arc tangent, radians in (−π/2, π/2).</summary>
    public static double Atan(double x)
    {
        if (x < 0) return -Atan(-x);
        if (x > 1) return Math.PI / 2 - Atan(1 / x);
        // Halve the angle three times, then the series up to x^21 (x ≤ 0.0985).
        for (int i = 0; i < 3; i++) x /= 1 + Math.Sqrt(1 + x * x);
        double y = x * x, sum = 0;
        for (int n = 21; n >= 1; n -= 2) sum = 1.0 / n - y * sum;
        return 8 * x * sum;
    }

    /// <summary>Arc cosine of a value clamped to [−1, 1], radians in [0, π].</summary>
    public static double Acos(double x)
    {
        if (x >= 1) return 0;
        if (x <= -1) return Math.PI;
        return 2 * Atan(Math.Sqrt((1 - x) / (1 + x)));
    }
}
