using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Tests.Pipeline;

public class DriftReportTests
{
    /// <summary>An array that samples 180 ppm fast beside EEG that is 40 ppm slow, both with jitter, stamped by clocks that drift themselves.</summary>
    [Fact]
    public void The_drift_of_audio_against_EEG_is_found_through_jitter_gaps_and_clock_drift()
    {
        var audio = Report(StreamRole.Audio, 16000, 180, clockPpm: 60, chunk: 160, jitterS: 1e-3, seed: 3);
        var eeg = Report(StreamRole.Eeg, 500, -40, clockPpm: -90, chunk: 5, jitterS: 2e-3, seed: 4);
        Assert.Equal(180, audio.DriftPpm, 10.0);
        Assert.Equal(-40, eeg.DriftPpm, 10.0);
    }

    private static StreamReport Report(StreamRole role, double hz, double ppm, double clockPpm, int chunk, double jitterS, ulong seed)
    {
        var random = new SeededRandom(seed);
        var info = new StreamInfo { Name = "s", Type = "x", ChannelCount = 1, NominalRateHz = hz, Format = ChannelFormat.Float32 };
        var gaps = new GapWatch(info, new HealthLog(), "s");
        // host = stamp + slope · stamp: the source's clock is slow by its ppm.
        var clock = new ClockModel(0, 0, clockPpm * 1e-6, 1e-4);
        double hostPeriodS = 1 / (hz * (1 + ppm * 1e-6));
        var stamps = new double[chunk];
        for (long n = 0; n < 300 * hz; n += chunk)
        {
            if (n > 100 * hz && n < 102 * hz) continue; // two seconds lost
            double jitter = random.Normal(0, jitterS);
            for (int i = 0; i < chunk; i++) stamps[i] = ((n + i) * hostPeriodS + jitter) / (1 + clockPpm * 1e-6);
            gaps.Observe(stamps, clock);
        }
        Assert.Equal(2 * hz, gaps.Missing, hz * 0.02); // the jitter is some samples of audio long
        return new StreamReport(role, "s", "x", "s", hz, hz, 0, 0, 0, 0, 0, 0) { FittedRateHz = gaps.FittedRateHz / (1 + clock.Slope) };
    }
}
