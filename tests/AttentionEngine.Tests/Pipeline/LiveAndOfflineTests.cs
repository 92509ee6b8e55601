using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>
/// Two estimators with one task: the live fit knows only the past (<see cref="SampleClockFitter"/>), reading a file knows the future too
/// (gap-aware <see cref="XdfTimes"/>). On the same stamps they count the same lost samples and agree on the times.
/// </summary>
public sealed class LiveAndOfflineTests
{
    [Theory]
    [InlineData(500, 40, 0.0003, 2, 90)]
    [InlineData(500, -150, 0.0005, 3, 90)]
    [InlineData(128, 0, 0.001, 4, 90)]
    [InlineData(16000, 90, 0.00005, 5, 90)]
    [InlineData(120, 0, 0.0003, 6, 22)]
    public void They_count_the_same_gaps_and_agree_on_the_times(double nominalHz, double ppm, double jitterS, int seed, int lengthS)
    {
        var random = new SeededRandom((ulong)seed);
        double hz = nominalHz * (1 + ppm * 1e-6);
        var stamps = new List<double>();
        var truth = new List<double>();
        // The shorter one has gaps within what any long stride spans.
        (double AtS, double ForS)[] gaps = lengthS > 30 ? [(25, 0.3), (40, 0.9), (55, 4)] : [(12, 0.3), (16, 1.55)];
        for (long n = 0; n < lengthS * nominalHz; n++)
        {
            double timeS = 1000 + n / hz;
            if (Array.Exists(gaps, g => timeS - 1000 >= g.AtS && timeS - 1000 < g.AtS + g.ForS)) continue;
            truth.Add(timeS);
            stamps.Add(timeS + random.Normal(0, jitterS));
        }
        var fitter = new SampleClockFitter(nominalHz);
        double[] live = new double[stamps.Count], all = [.. stamps];
        int chunk = Math.Max(1, (int)(nominalHz / 100));
        for (int at = 0; at < all.Length; at += chunk)
        {
            int frames = Math.Min(chunk, all.Length - at);
            fitter.Add(all.AsSpan(at, frames), live.AsSpan(at, frames));
        }
        var stream = new XdfStreamData(new XdfStream(1, new StreamInfo { Name = "s", Type = "EEG", ChannelCount = 1, NominalRateHz = nominalHz, Format = ChannelFormat.Float32 }, ""), Array.Empty<float>(), all, [], null);
        var offline = XdfTimes.Of(stream);
        // The engine's own fit over the file is the live one to the bit.
        var again = XdfTimes.Of(stream, new XdfTimingOptions(Mode: XdfTimingMode.Live));
        Assert.Equal(live, again.TimesS);
        Assert.Equal(fitter.Missing, again.Gaps.Sum(g => g.MissingSamples));
        Assert.Equal(fitter.Clock.EffectiveRateHz, again.EffectiveRateHz);
        long lost = (long)(lengthS * nominalHz) - stamps.Count;
        Assert.Equal(lost, offline.Gaps.Sum(g => g.MissingSamples));
        Assert.InRange(fitter.Missing, lost - 3, lost + 3); // jitter may tip the count of a gap by one sample
        int settled = (int)(10 * nominalHz);
        double worst = 0, worstOffline = 0;
        for (int i = settled; i < all.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(live[i] - offline.TimesS[i]));
            worstOffline = Math.Max(worstOffline, Math.Abs(offline.TimesS[i] - truth[i]));
        }
        double limitS = Math.Max(0.002, 1.2 / nominalHz);
        Assert.True(worst < limitS, $"live and offline are up to {worst * 1e3:F3} ms apart, limit {limitS * 1e3:F3} ms");
        Assert.True(worstOffline < Math.Max(0.0005, jitterS), $"offline {worstOffline * 1e3:F3} ms off");
    }
}
