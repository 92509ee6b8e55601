using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Statistics;

/// <summary>A mean with its 95 % interval over independent listeners or sessions.</summary>
/// <param name="Count">Finite values; NaN ones are left out and counted by the caller.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High, int Count)
{
    /// <summary>Student's t: mean ± t(0.975, n − 1) · s/√n. The interval is NaN with fewer than two values.</summary>
    public static MeanInterval StudentT(IEnumerable<double> values)
    {
        double[] x = [.. values.Where(double.IsFinite)];
        if (x.Length == 0) return new(double.NaN, double.NaN, double.NaN, 0);
        double mean = x.Average();
        if (x.Length == 1) return new(mean, double.NaN, double.NaN, 1);
        double s = Math.Sqrt(x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1));
        double half = StudentDistribution.Quantile(0.975, x.Length - 1) * s / Math.Sqrt(x.Length);
        return new(mean, mean - half, mean + half, x.Length);
    }

    /// <summary>Percentile bootstrap of the mean (Efron 1979): resamples values, not ticks, so that what one listener gives stays together.</summary>
    public static MeanInterval Bootstrap(IEnumerable<double> values, SeededRandom random, int resamples = 10_000)
    {
        double[] x = [.. values.Where(double.IsFinite)];
        if (x.Length == 0) return new(double.NaN, double.NaN, double.NaN, 0);
        if (x.Length == 1) return new(x[0], double.NaN, double.NaN, 1);
        var means = new double[resamples];
        for (int r = 0; r < resamples; r++)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++) sum += x[random.Index(x.Length)];
            means[r] = sum / x.Length;
        }
        Array.Sort(means);
        return new(x.Average(), Percentile(means, 0.025), Percentile(means, 0.975), x.Length);
    }

    /// <summary>Of the differences a − b, pair by pair; pairs with a NaN are left out.</summary>
    public static MeanInterval Paired(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count) throw new ArgumentException($"Paired values must be equal in number, got {a.Count} and {b.Count}.");
        return StudentT(a.Select((value, i) => value - b[i]));
    }

    private static double Percentile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int low = (int)position;
        return low + 1 < sorted.Length ? sorted[low] + (position - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }
}
