using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Core.Time;

/// <summary>Clock estimates against known truth over many seeds, drifts and offsets: the error, and how often the stated uncertainty covers it. Prints its table.</summary>
public class ClockTruthTests
{
    private static readonly double[] DriftsPpm = [-200, -80, 0, 50, 200], OffsetsS = [-1e6, 0, 1e6];

    [Theory]
    [InlineData("loopback, 15 us queues", 15e-6, 0, 30e-6), InlineData("5 ms jitter each way", 0, 5e-3, 1e-3)]
    public void The_stated_uncertainty_covers_the_truth(string link, double queueS, double jitterS, double limitS) => Table(link, queueS, jitterS, limitS, seeds: 4);

    [Theory, Trait("tier", "long")]
    [InlineData("loopback, 15 us queues", 15e-6, 0, 30e-6), InlineData("5 ms jitter each way", 0, 5e-3, 1e-3)]
    public void The_stated_uncertainty_covers_the_truth_over_many_seeds(string link, double queueS, double jitterS, double limitS) => Table(link, queueS, jitterS, limitS, seeds: 100);

    /// <summary>A remote clock that stands behind ours by an offset that shrinks with its drift; bursts of 8 probes every 2 s, of which the quickest counts, as an inlet makes them.</summary>
    private static void Table(string link, double queueS, double jitterS, double limitS, int seeds)
    {
        long checks = 0, covered = 0;
        var all = new List<double>();
        foreach (double ppm in DriftsPpm)
        {
            var errors = new List<double>();
            var uncertainties = new List<double>();
            long here = 0, coveredHere = 0;
            foreach (double offsetS in OffsetsS)
            {
                for (ulong seed = 0; seed < (ulong)seeds; seed++)
                {
                    var random = new SeededRandom(1000 + seed);
                    double Truth(double t) => offsetS - ppm * 1e-6 * (t - 5000);
                    var clock = new ClockOffsetEstimator();
                    for (int burst = 0; burst < 100; burst++)
                    {
                        double t = 5000 + 2 * burst;
                        var best = new ClockProbe(0, 0, double.PositiveInfinity);
                        for (int i = 0; i < 8; i++, t += 0.02)
                        {
                            double there = 20e-6 + random.Exponential(1) * queueS + random.Uniform(0, jitterS), back = 20e-6 + random.Exponential(1) * queueS + random.Uniform(0, jitterS);
                            if (there + back < best.RoundTripS) best = new ClockProbe(t, Truth(t) + (there - back) / 2, there + back);
                        }
                        clock.Add(best);
                        if (burst < 5) continue; // 10 s
                        double ahead = t + random.Uniform(0, 1.8), error = Math.Abs(clock.OffsetAt(ahead) - Truth(ahead)), uncertainty = clock.UncertaintyAt(ahead);
                        errors.Add(error);
                        uncertainties.Add(uncertainty);
                        here++;
                        if (error <= uncertainty) coveredHere++;
                    }
                    Assert.Equal(0, clock.Jumps);
                }
            }
            errors.Sort();
            uncertainties.Sort();
            double p99 = errors[(int)(errors.Count * 0.99)];
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
                $"{link}, {ppm,4:0} ppm, offsets ±1e6 s, {seeds} seeds: error p50 {errors[errors.Count / 2] * 1e6:0.0} us, p99 {p99 * 1e6:0.0} us, max {errors[^1] * 1e6:0.0} us; stated ±{uncertainties[uncertainties.Count / 2] * 1e6:0} us (median), covers {100.0 * coveredHere / here:0.00} %"));
            Assert.True(p99 <= limitS, $"p99 {p99 * 1e6:0.0} us at {ppm} ppm");
            Assert.True(coveredHere >= 0.99 * here, $"covers {100.0 * coveredHere / here:0.00} % at {ppm} ppm");
            (checks, covered) = (checks + here, covered + coveredHere);
            all.AddRange(errors);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{link}: {checks} checks, covered {100.0 * covered / checks:0.000} %, largest error {all.Max() * 1e6:0.0} us"));
    }

    /// <summary>G11: dropouts in a jittered stream, each length in a stream of its own.</summary>
    [Theory]
    [InlineData(2), InlineData(20)]
    [Trait("tier", "long")]
    public void After_a_dropout_stamps_are_right_from_the_first_sample(int chunk)
    {
        foreach (double gapS in new[] { 0.05, 0.1, 0.3, 0.9, 2, 5, 10 })
        {
            var worst = new List<double>();
            int exact = 0;
            const int seeds = 20;
            for (ulong seed = 0; seed < seeds; seed++)
            {
                var (worstS, missing, lost) = Dropout(500, 80, 0.5e-3, chunk, gapS, seed);
                worst.Add(worstS);
                if (missing == lost) exact++;
            }
            worst.Sort();
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"500 Hz, chunks of {chunk}, 0.5 ms jitter, {gapS:0.00} s lost: stamp error after it max {worst[^1] * 1e3:0.00} ms (median seed {worst[seeds / 2] * 1e3:0.00}), lost samples counted exactly in {exact} of {seeds}"));
            Assert.InRange(worst[^1], 0, 2e-3);
        }
    }

    private static (double WorstS, long Missing, long Lost) Dropout(double hz, double ppm, double jitterS, int chunk, double gapS, ulong seed)
    {
        var random = new SeededRandom(seed);
        var fitter = new SampleClockFitter(hz);
        double period = 1 / (hz * (1 + ppm * 1e-6)), worst = 0;
        int first = (int)(60 * hz) / chunk * chunk, lost = (int)Math.Ceiling(gapS * hz / chunk) * chunk;
        double[] stamps = new double[chunk], smooth = new double[chunk];
        for (int n = 0; n < 90 * hz; n += chunk)
        {
            if (n >= first && n < first + lost) continue;
            double jitter = random.Normal(0, jitterS);
            for (int i = 0; i < chunk; i++) stamps[i] = 1e5 + (n + i) * period + jitter;
            fitter.Add(stamps, smooth);
            if (n < first + lost) continue;
            for (int i = 0; i < chunk; i++) worst = Math.Max(worst, Math.Abs(smooth[i] - 1e5 - (n + i) * period));
        }
        return (worst, fitter.Missing, lost);
    }
}
