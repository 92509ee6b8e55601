using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class StatisticsParityTests
{
    /// <summary>Acceptance 1: bit for bit.</summary>
    [Theory]
    [InlineData("tiny_64hz")]
    [InlineData("tinyhard_64hz")]
    public void Covariances_are_the_golden_ones_bit_for_bit(string set)
    {
        var data = GoldenSet.Load(set);
        var sum = data.Sum();
        int n = sum.Columns;
        double[] att = data.Golden("cov_xy_att_sum").ToDoubles(), unatt = data.Golden("cov_xy_unatt_sum").ToDoubles();
        Assert.Equal(att[1..], sum.Cross[..n]);
        Assert.Equal(unatt[1..], sum.Cross[n..]);
        Assert.Equal(data.Golden("cov_xy_att_trial0").ToDoubles()[1..], data.Statistics(0).Cross[..n]);
        Assert.Equal([att[0], unatt[0]], sum.TargetSums);
    }

    [Fact]
    public void The_lagged_covariance_and_sums_are_the_golden_ones_bit_for_bit()
    {
        var data = GoldenSet.Load("tiny_64hz");
        var sum = data.Sum();
        int n = sum.Columns;
        double[] golden = data.Golden("cov_xx_sum").ToDoubles(); // with the column of ones first
        Assert.Equal(golden[1..(n + 1)], sum.Sums);
        Assert.Equal(golden[0], sum.Samples);
        for (int i = 0; i < n; i++) Assert.Equal(golden[((i + 1) * (n + 1) + 1)..((i + 2) * (n + 1))], sum.Covariance[(i * n)..((i + 1) * n)]);
    }

    /// <summary>Any lags, before and after, also longer than the trial, against the lagged matrix itself; both backends.</summary>
    [Theory]
    [InlineData(4, 5, 30)]
    [InlineData(3, 8, 30)]
    [InlineData(-2, 4, 30)]
    [InlineData(6, 13, 9)]
    [InlineData(12, 25, 9)]
    public void Edges_are_exact_for_any_lags(int firstShift, int count, int samples)
    {
        var random = new SeededRandom(7);
        int channels = 3;
        var lags = new LagRange(firstShift, count);
        double[] x = [.. Enumerable.Range(0, samples * channels).Select(_ => Math.Round(random.Normal() * 64))];
        double[] y = [.. Enumerable.Range(0, samples * 2).Select(_ => Math.Round(random.Normal() * 64))];
        int n = channels * count;
        var lagged = new double[samples, n];
        for (int t = 0; t < samples; t++)
            for (int b = 0; b < count; b++)
                for (int c = 0; c < channels; c++)
                    if (t + lags.Shift(b) >= 0 && t + lags.Shift(b) < samples) lagged[t, b * channels + c] = x[(t + lags.Shift(b)) * channels + c];
        foreach (var algebra in new[] { GoldenSet.Algebra, new ManagedAlgebra() })
        {
            var statistics = LaggedStatistics.Of(algebra, x, channels, y, 2, lags);
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(Enumerable.Range(0, samples).Sum(t => lagged[t, i]), statistics.Sums[i]);
                for (int q = 0; q < 2; q++) Assert.Equal(Enumerable.Range(0, samples).Sum(t => lagged[t, i] * y[t * 2 + q]), statistics.Cross[q * n + i]);
                for (int j = 0; j < n; j++) Assert.Equal(Enumerable.Range(0, samples).Sum(t => lagged[t, i] * lagged[t, j]), statistics.Covariance[i * n + j]);
            }
        }
    }

    [Fact]
    public void The_origin_can_be_moved()
    {
        var data = GoldenSet.Load("tiny_64hz");
        var moved = data.Statistics(0);
        double[] means = [.. moved.Sums.Select(s => s / moved.Samples + 0.25)];
        moved.ShiftOrigin(means, [0.5, -1]);
        var shifted = data.Statistics(0);
        // Against the definition, on a few entries.
        foreach (var (i, j) in new[] { (0, 0), (3, 200), (271, 14) })
        {
            double expected = shifted.Covariance[i * 272 + j] - means[i] * shifted.Sums[j] - means[j] * shifted.Sums[i] + 640 * means[i] * means[j];
            Assert.Equal(expected, moved.Covariance[i * 272 + j], 1e-9 * Math.Abs(shifted.Covariance[0]));
        }
        Assert.Equal(shifted.TargetSums[1] + 640, moved.TargetSums[1], 1e-9);
        Assert.Equal(shifted.TargetSquares[0] - shifted.TargetSums[0] + 160, moved.TargetSquares[0], 1e-9);
        Assert.Equal(-160, moved.Sums[5], 1e-9);
    }
}
