namespace AttentionEngine.Core.Numerics;

/// <summary>
/// Logarithm, exponential and arctangent from additions, multiplications, divisions and square roots only, so that they
/// give the same bits on every IEEE-754 machine (the C library's change with the processor's fused multiply-add).
/// Within 4 units in the last place of the true value; series from Abramowitz &amp; Stegun 4.1.27, 4.2.1 and 4.4.42.
/// </summary>
public static class ExactMath
{
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double Log10OfE = 0.43429448190325182765;

    /// <summary>Natural logarithm. Zero gives −∞, a negative number NaN.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        int shift = 0;
        if (x < 2.2250738585072014e-308) { x *= 18014398509481984.0; shift = -54; } // subnormal: scale by 2^54
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7ff) - 1023 + shift;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000fffffffffffffL) | 0x3ff0000000000000L);
        if (m > 1.4142135623730951) { m *= 0.5; exponent++; }
        double s = (m - 1) / (m + 1), z = s * s, sum = 0;
        for (int n = 21; n >= 3; n -= 2) sum = (sum + 1.0 / n) * z;
        return exponent * Ln2High + (2 * s + (2 * s * sum + exponent * Ln2Low));
    }

    public static double Log10(double x) => Log(x) * Log10OfE;

    /// <summary>10 · log10 of a power ratio.</summary>
    public static double PowerToDb(double power) => 10 * Log10(power);

    /// <summary>Power ratio of a level in dB.</summary>
    public static double DbToPower(double levelDb) => Exp(levelDb * 0.23025850929940456840);

    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.7) return double.PositiveInfinity;
        if (x < -708) return 0;
        int k = (int)Math.Floor(x * 1.4426950408889634074 + 0.5);
        double r = (x - k * Ln2High) - k * Ln2Low, sum = 1;
        for (int n = 14; n >= 1; n--) sum = 1 + sum * r / n;
        return sum * BitConverter.Int64BitsToDouble((long)(k + 1023) << 52);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public static double Logistic(double x) => x >= 0 ? 1 / (1 + Exp(-x)) : 1 - 1 / (1 + Exp(x));

    /// <summary>Angle of (x, y), radians in [−π, π]; (0, 0) gives 0.</summary>
    public static double Atan2(double y, double x)
    {
        double ax = Math.Abs(x), ay = Math.Abs(y);
        if (ax == 0 && ay == 0) return 0;
        double small = Math.Min(ax, ay), large = Math.Max(ax, ay), t = small / large;
        t /= 1 + Math.Sqrt(1 + t * t); // half the angle, twice: |t| ≤ tan(π/16)
        t /= 1 + Math.Sqrt(1 + t * t);
        double z = t * t, sum = 0;
        for (int n = 23; n >= 3; n -= 2) sum = (sum + ((n & 2) == 0 ? 1.0 : -1.0) / n) * z;
        double angle = 4 * (t + t * sum);
        if (ay > ax) angle = Math.PI / 2 - angle;
        if (x < 0) angle = Math.PI - angle;
        return y < 0 ? -angle : angle;
    }
}
