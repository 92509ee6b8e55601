using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>The times of an ideal replay: jitter, drift and a restarted clock taken out, by the fits that run live.</summary>
public sealed class FittedTimesTests
{
    private static ScannedStream Scanned(XdfClockOffset[] offsets, double rateHz) =>
        new(new StreamInfo { Name = "s", Type = "EEG", ChannelCount = 1, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = "s" }, offsets, rateHz, double.NaN, 0);

    /// <summary>A source's clock that runs fast by some ppm and lies apart: remote = (host − at) · (1 + ppm) + zero.</summary>
    private static double Remote(double hostS, double ppm, double zeroS) => (hostS - 1000) * (1 + ppm * 1e-6) + zeroS;

    private static IEnumerable<XdfClockOffset> Offsets(double fromS, double toS, double ppm, double zeroS, SeededRandom random)
    {
        for (double t = fromS; t < toS; t += 5)
        {
            double remote = Remote(t, ppm, zeroS), offset = t - remote + random.Normal(0, 8e-6);
            yield return new XdfClockOffset(remote, offset, 1e-4 + random.Exponential(5e-5)) { LocalTimeS = t };
        }
    }

    [Theory]
    [InlineData(0, 0.0005)]
    [InlineData(80, 0.002)]
    [InlineData(-200, 0.005)]
    public void Drift_and_jitter_are_taken_out(double ppm, double jitterS)
    {
        var random = new SeededRandom(3);
        var fitted = new FittedTimes(Scanned([.. Offsets(1000, 1120, ppm, 5e5, random)], 500));
        double worst = 0, worstStamp = 0;
        var stamps = new double[25];
        for (int block = 0; block < 120 * 20; block++)
        {
            double late = Math.Abs(random.Normal(0, jitterS)); // what came together is late together
            for (int i = 0; i < stamps.Length; i++) stamps[i] = Remote(1000 + (block * 25 + i) / 500.0 + late, ppm, 5e5);
            var times = fitted.Next(stamps);
            if (block < 20 * 20) continue;
            for (int i = 0; i < stamps.Length; i++)
            {
                double truth = 1000 + (block * 25 + i) / 500.0;
                worst = Math.Max(worst, Math.Abs(times[i] - truth - jitterS * 0.8)); // the mean lateness cannot be known
                worstStamp = Math.Max(worstStamp, late);
            }
        }
        Assert.True(worst < 0.25 * worstStamp, $"{worst * 1e3:F3} ms with stamps wrong by up to {worstStamp * 1e3:F3} ms");
        Assert.InRange(fitted.UncertaintyS, 1e-6, 1e-3);
    }

    [Fact]
    public void A_restarted_clock_is_two_clocks_and_no_sample_is_taken_for_the_other_s()
    {
        var random = new SeededRandom(4);
        var offsets = Offsets(1000, 1060, 30, 9e5, random).Concat(Offsets(1070, 1120, 30, 12, random)).ToArray();
        var fitted = new FittedTimes(Scanned(offsets, 100));
        int changes = 0;
        for (int n = 0; n < 12_000; n++)
        {
            double host = 1000 + n / 100.0;
            if (host is >= 1060 and < 1070) continue; // down
            double time = fitted.Next([Remote(host, 30, host < 1065 ? 9e5 : 12)])[0];
            if (fitted.ClockChanged) changes++;
            Assert.True(Math.Abs(time - host) < 50e-6, $"sample {n}: {(time - host) * 1e6:F1} us off");
        }
        Assert.Equal(1, changes);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.3)]
    [InlineData(0.03)]
    [InlineData(-40)]
    public void A_clock_that_was_set_is_found_at_the_sample_at_which_it_was(double jumpS)
    {
        var random = new SeededRandom(6);
        var offsets = Offsets(1000, 1061, 30, 500, random).Concat(Offsets(1062, 1120, 30, 500 + jumpS, random)).ToArray();
        var fitted = new FittedTimes(Scanned(offsets, 128));
        for (int n = 0; n < 120 * 128; n++)
        {
            double host = 1000 + n / 128.0;
            double time = fitted.Next([Remote(host, 30, host < 1061.3 ? 500 : 500 + jumpS)])[0];
            Assert.True(Math.Abs(time - host) < 100e-6, $"at {host:F3} s: {(time - host) * 1e6:F1} us off");
        }
        Assert.InRange(fitted.UncertaintyS, 1e-6, 1e-3);
    }

    [Fact]
    public void An_irregular_stream_keeps_its_times()
    {
        var fitted = new FittedTimes(Scanned([], 0));
        Assert.Equal([1.0, 1.5, 7.25], fitted.Next([1.0, 1.5, 7.25]).ToArray());
        Assert.True(double.IsNaN(fitted.UncertaintyS));
    }

    /// <summary>One estimator live and offline: the whole recording at once agrees with the probes as they came, where those knew enough.</summary>
    [Fact]
    public void Offline_and_live_offsets_agree_within_what_live_states()
    {
        var random = new SeededRandom(5);
        var probes = Offsets(1000, 1600, 45, 77, random).Select(o => o.ToProbe()).ToArray();
        var live = new ClockOffsetEstimator();
        var track = new ClockOffsetTrack(probes);
        int seen = 0;
        foreach (var probe in probes)
        {
            live.Add(probe);
            if (++seen < 12) continue;
            double remote = Remote(probe.LocalTimeS, 45, 77);
            Assert.InRange(Math.Abs(track.ToLocal(remote) - probe.LocalTimeS), 0, 12e-6);
            Assert.InRange(Math.Abs(track.ToLocal(remote) - live.ToLocal(remote)), 0, live.UncertaintyAt(probe.LocalTimeS));
        }
    }
}
