namespace AttentionEngine.Analysis.Statistics;

/// <summary>Student's t distribution through the regularised incomplete beta function (continued fraction, Press et al., Numerical Recipes §6.4).</summary>
public static class StudentDistribution
{
    /// <summary>P(T ≤ t).</summary>
    /// <param name="degrees">Degrees of freedom, &gt; 0.</param>
    public static double Cumulative(double t, double degrees)
    {
        double tail = 0.5 * IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
        return t > 0 ? 1 - tail : tail;
    }

    /// <summary>t with P(T ≤ t) = <paramref name="probability"/>, in (0, 1).</summary>
    public static double Quantile(double probability, double degrees)
    {
        if (!(probability is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "must lie between 0 and 1");
        double low = -1, high = 1;
        while (Cumulative(low, degrees) > probability) low *= 2;
        while (Cumulative(high, degrees) < probability) high *= 2;
        for (int i = 0; i < 200 && high - low > 1e-13 * Math.Max(1, Math.Abs(low)); i++)
        {
            double middle = (low + high) / 2;
            if (Cumulative(middle, degrees) < probability) low = middle; else high = middle;
        }
        return (low + high) / 2;
    }

    private static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(a, b, x) / a : 1 - front * Fraction(b, a, 1 - x) / b;
    }

    private static double Fraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1), tiny), result = d;
        for (int m = 1; m <= 500; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d, tiny);
            c = NotZero(1 + even / c, tiny);
            result *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d, tiny);
            c = NotZero(1 + odd / c, tiny);
            result *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return result;
    }

    private static double NotZero(double x, double tiny) => Math.Abs(x) < tiny ? tiny : x;

    /// <summary>Lanczos approximation, g = 7, 9 terms.</summary>
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> p = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        double sum = p[0], t = x - 1 + 7.5;
        for (int i = 1; i < p.Length; i++) sum += p[i] / (x - 1 + i);
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
