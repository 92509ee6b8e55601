using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Attention;

public class RecursiveRidgeTests
{
    /// <summary>After any number of rows: the weights of batch ridge regression in which row t has the weight keep^(T − t).</summary>
    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(0.99, 0.01)]
    [InlineData(0.5, 1e-3)] // the internal scale is renewed several times
    public void Equals_batch_weighted_ridge(double keep, double lambda)
    {
        const int n = 7, rows = 1500;
        var random = new SeededRandom(5);
        double[][] x = [.. Enumerable.Range(0, rows).Select(_ => Draw(random, n))];
        double[] y = [.. x.Select(r => r[0] - 2 * r[3] + 0.5 * random.Normal())];
        var recursive = new RecursiveRidge(n, keep, lambda);
        var found = new double[n];
        for (int t = 0; t < rows; t++)
        {
            recursive.Add(x[t], y[t]);
            if (t is not (99 or 700 or rows - 1)) continue;
            recursive.Solve(found);
            double[] expected = Batch(x[..(t + 1)], y[..(t + 1)], keep, lambda);
            for (int i = 0; i < n; i++) Assert.Equal(expected[i], found[i], 1e-9 * expected.Max(Math.Abs));
        }
        Assert.Equal(rows, recursive.Rows);
    }

    [Fact]
    public void Follows_a_change_with_its_half_life()
    {
        var random = new SeededRandom(6);
        var recursive = new RecursiveRidge(3, RecursiveRidge.KeepOf(2, 64), 1e-6);
        var weights = new double[3];
        for (int t = 0; t < 64 * 60; t++) { var row = Draw(random, 3); recursive.Add(row, row[1]); }
        recursive.Solve(weights);
        Assert.Equal(1, weights[1], 1e-3);
        for (int t = 0; t < 64 * 2; t++) { var row = Draw(random, 3); recursive.Add(row, -row[1]); }
        recursive.Solve(weights);
        Assert.InRange(weights[1], -0.2, 0.2); // half the weight says 1, half says −1
        for (int t = 0; t < 64 * 20; t++) { var row = Draw(random, 3); recursive.Add(row, -row[1]); }
        recursive.Solve(weights);
        Assert.Equal(-1, weights[1], 0.01);
    }

    [Fact]
    public void Refuses_what_is_no_number_and_allocates_nothing()
    {
        var recursive = new RecursiveRidge(4, 0.999, 0.1);
        var weights = new double[4];
        Assert.Throws<InputDataException>(() => recursive.Solve(weights));
        recursive.Add([1, double.NaN, 0, 0], 1);
        recursive.Add([1, 2, 0, 0], double.PositiveInfinity);
        Assert.Equal((0, 2), (recursive.Rows, recursive.Refused));
        double[] row = [1, 2, 3, 5];
        recursive.Add(row, 1);
        recursive.Solve(weights);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) recursive.Add(row, i);
        recursive.Solve(weights);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(weights, w => Assert.True(double.IsFinite(w)));
        Assert.Throws<ArgumentException>(() => recursive.Add([1, 2], 1));
    }

    private static double[] Draw(SeededRandom random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.Normal())];

    /// <summary>Normal equations by elimination with pivots, nothing shared with the code under test.</summary>
    private static double[] Batch(double[][] x, double[] y, double keep, double lambda)
    {
        int n = x[0].Length;
        var a = new double[n, n + 1];
        for (int t = 0; t < x.Length; t++)
        {
            double weight = Math.Pow(keep, x.Length - 1 - t);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++) a[i, j] += weight * x[t][i] * x[t][j];
                a[i, n] += weight * x[t][i] * y[t];
            }
        }
        double mean = Enumerable.Range(0, n).Average(i => a[i, i]);
        for (int i = 0; i < n; i++) a[i, i] += lambda * mean;
        for (int c = 0; c < n; c++)
        {
            int pivot = Enumerable.Range(c, n - c).MaxBy(r => Math.Abs(a[r, c]));
            for (int j = 0; j <= n; j++) (a[c, j], a[pivot, j]) = (a[pivot, j], a[c, j]);
            for (int r = 0; r < n; r++)
            {
                if (r == c) continue;
                double factor = a[r, c] / a[c, c];
                for (int j = c; j <= n; j++) a[r, j] -= factor * a[c, j];
            }
        }
        return [.. Enumerable.Range(0, n).Select(i => a[i, n] / a[i, i])];
    }
}
