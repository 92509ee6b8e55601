using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Core.Time;

public class ClockOffsetEstimatorTests
{
    /// <summary>A remote clock that runs at 1 + drift and stands <paramref name="offsetS"/> behind ours at time <paramref name="t0"/>.</summary>
    private static ClockProbe Probe(SeededRandom random, double t, double t0, double drift, double offsetS, double queueS)
    {
        double there = 20e-6 + random.Exponential(1) * queueS, back = 20e-6 + random.Exponential(1) * queueS;
        double truth = offsetS - drift * (t - t0);
        return new ClockProbe(t, truth + (there - back) / 2, there + back);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(200e-6, 1e6)]
    [InlineData(-200e-6, -1e6)]
    [InlineData(50e-6, 86400)]
    public void On_a_quiet_link_the_error_is_below_30_microseconds_after_10_s_and_within_the_stated_bound(double drift, double offsetS)
    {
        var random = new SeededRandom(5);
        const double t0 = 5000;
        int within = 0, checks = 0;
        for (int run = 0; run < 20; run++)
        {
            var estimator = new ClockOffsetEstimator();
            for (int i = 0; i < 200; i++)
            {
                double t = t0 + i * 2;
                estimator.Add(Probe(random, t, t0, drift, offsetS, 15e-6));
                if (i < 5) continue;
                double ahead = t + random.Uniform(0, 2), truth = offsetS - drift * (ahead - t0);
                double error = Math.Abs(estimator.OffsetAt(ahead) - truth);
                Assert.True(error < 60e-6, $"error {error * 1e6:F1} us at {ahead - t0:F1} s");
                checks++;
                if (error <= estimator.UncertaintyAt(ahead)) within++;
                // The remote stamp of that instant comes back to it.
                Assert.InRange(estimator.ToLocal(ahead - truth) - ahead, -60e-6, 60e-6);
            }
            Assert.Equal(-drift * 1e6, estimator.DriftPpm, 1.0);
            Assert.Equal(0, estimator.Jumps);
        }
        Assert.True(within >= 0.99 * checks, $"{within} of {checks}");
    }

    [Fact]
    public void With_5_ms_of_random_delay_the_error_is_below_1_ms_and_the_bound_covers()
    {
        var random = new SeededRandom(6);
        var errors = new List<double>();
        int within = 0;
        for (int run = 0; run < 30; run++)
        {
            var estimator = new ClockOffsetEstimator();
            for (int i = 0; i < 150; i++)
            {
                double there = random.Uniform(0, 5e-3), back = random.Uniform(0, 5e-3), t = 100 + i * 2;
                double truth = 3.5 - 80e-6 * (t - 100);
                estimator.Add(new ClockProbe(t, truth + (there - back) / 2, there + back));
                if (i < 30) continue;
                errors.Add(Math.Abs(estimator.OffsetAt(t) - truth));
                if (errors[^1] <= estimator.UncertaintyAt(t)) within++;
                Assert.True(estimator.UncertaintyAt(t) < 5e-3);
            }
            Assert.Equal(0, estimator.Jumps);
        }
        errors.Sort();
        Assert.InRange(errors[(int)(errors.Count * 0.99)], 0, 1e-3);
        Assert.True(within >= 0.99 * errors.Count, $"{within} of {errors.Count}");
    }

    [Fact]
    public void A_stray_probe_is_set_aside_and_a_restart_is_a_jump()
    {
        var random = new SeededRandom(7);
        var estimator = new ClockOffsetEstimator();
        for (int i = 0; i < 20; i++) estimator.Add(Probe(random, i, 0, 20e-6, 100, 20e-6));
        Assert.False(estimator.Add(new ClockProbe(20, 250, 1e-4)));
        Assert.Equal(100 - 20e-6 * 20, estimator.OffsetAt(20), 1e-4);
        Assert.False(estimator.Add(Probe(random, 21, 0, 20e-6, 100, 20e-6)));
        Assert.Equal((0, 1L), (estimator.Jumps, estimator.Rejected));
        // The source restarts: its clock now begins elsewhere.
        Assert.False(estimator.Add(Probe(random, 30, 30, 20e-6, 5030, 20e-6)));
        Assert.True(estimator.Add(Probe(random, 31, 30, 20e-6, 5030, 20e-6)));
        Assert.Equal(1, estimator.Jumps);
        Assert.Equal(5030, estimator.OffsetAt(31), 1e-3);
    }

    [Fact]
    public void Before_the_first_probe_it_claims_nothing_and_nonsense_is_rejected()
    {
        var estimator = new ClockOffsetEstimator();
        Assert.False(estimator.HasEstimate);
        Assert.Equal(double.PositiveInfinity, estimator.UncertaintyAt(1));
        estimator.Add(new ClockProbe(double.NaN, 1, 1));
        estimator.Add(new ClockProbe(1, 1, -1));
        Assert.Equal((2L, false), (estimator.Rejected, estimator.HasEstimate));
        estimator.Add(new ClockProbe(1, 7, 2e-3));
        Assert.InRange(estimator.UncertaintyAt(1), 1e-3, 5e-3);
        Assert.True(estimator.UncertaintyAt(101) > 200e-6 * 100);
    }

    [Fact]
    public void A_probe_allocates_nothing()
    {
        var random = new SeededRandom(8);
        var estimator = new ClockOffsetEstimator();
        for (int i = 0; i < 100; i++) estimator.Add(Probe(random, i, 0, 0, 0, 1e-5));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 100; i < 300; i++) estimator.Add(Probe(random, i, 0, 0, 0, 1e-5));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
