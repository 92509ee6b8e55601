using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis;

public class StatisticsTests
{
    [Theory] // tables; scipy.stats.t.ppf(0.975, n) agrees to 1e-10
    [InlineData(1, 12.706204736432095)]
    [InlineData(4, 2.7764451051977987)]
    [InlineData(9, 2.2621571627982055)]
    [InlineData(29, 2.045229642132703)]
    [InlineData(1000, 1.9623390808264078)]
    public void Student_quantiles_are_those_of_tables(int degrees, double expected)
    {
        Assert.Equal(expected, StudentDistribution.Quantile(0.975, degrees), 1e-9 * expected);
        Assert.Equal(0.975, StudentDistribution.Cumulative(expected, degrees), 1e-12);
    }

    [Fact]
    public void Intervals_of_a_small_sample()
    {
        MeanInterval t = MeanInterval.StudentT([1, 2, 3, 4, 5, double.NaN]);
        Assert.Equal(5, t.Count);
        Assert.Equal(3, t.Mean, 1e-12);
        Assert.Equal(3 + 2.7764451051977987 * Math.Sqrt(2.5 / 5), t.High, 1e-9);
        MeanInterval b = MeanInterval.Bootstrap([1, 2, 3, 4, 5], new SeededRandom(1));
        Assert.InRange(b.Low, 1.6, 2.0);
        Assert.InRange(b.High, 4.0, 4.4);
        Assert.True(double.IsNaN(MeanInterval.StudentT([7]).Low));
        Assert.Equal(1, MeanInterval.Paired([2, 3, 4], [1, 2, 3]).Mean, 1e-12);
    }

    [Fact]
    public void The_interval_covers_the_truth_as_often_as_it_says()
    {
        var random = new SeededRandom(9);
        int covered = 0;
        for (int run = 0; run < 2000; run++)
        {
            MeanInterval i = MeanInterval.StudentT(Enumerable.Range(0, 10).Select(_ => random.Normal()));
            if (i.Low <= 0 && i.High >= 0) covered++;
        }
        Assert.InRange(covered / 2000.0, 0.935, 0.965);
    }

    [Fact]
    public void Kaplan_Meier_keeps_censored_waits_in_the_count()
    {
        Assert.Equal(2, KaplanMeier.Median([(1, false), (2, false), (3, false), (4, true)]));
        Assert.Equal(3, KaplanMeier.Median([(1, false), (2, true), (3, false), (4, true)]));
        Assert.True(double.IsNaN(KaplanMeier.Median([(1, false), (2, true), (3, true), (4, true)])));
        Assert.True(double.IsNaN(KaplanMeier.Median([])));
    }
}
