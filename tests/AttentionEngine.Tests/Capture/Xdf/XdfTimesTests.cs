using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

public class XdfTimesTests
{
    /// <summary>
    /// Its offsets are days long, and the reference's own sums lose digits: its times differ from its golden ones by 18 ns when it runs on
    /// the reference BLAS instead of OpenBLAS. On every other file results agree to 1 ns.
    /// </summary>
    private const string ResetFile = "xdfmodules_clock_resets.xdf";

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void The_compatible_mode_gives_the_reference_readers_times_on_real_files(bool sync, bool dejitter)
    {
        string folder = SharedData.PathOrSkip("data/eeg/xdf");
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.PathOrSkip("bench/xdf/pyxdf_golden.json")));
        string key = $"sync={(sync ? "on" : "off")},dejitter={(dejitter ? "on" : "off")}";
        int streams = 0;
        foreach (var file in golden.RootElement.EnumerateObject())
        {
            if (file.Value.GetProperty(key) is not { ValueKind: JsonValueKind.Array } expectedStreams) continue;
            var recording = XdfRecording.Read(Path.Combine(folder, file.Name));
            foreach (var expected in expectedStreams.EnumerateArray())
            {
                var stream = recording.Find(expected.GetProperty("stream_id").GetUInt32())!;
                var times = XdfTimes.Of(stream, new XdfTimingOptions(sync, dejitter, XdfTimingMode.PyxdfCompatible));
                Assert.Equal(expected.GetProperty("sample_count").GetInt32(), times.TimesS.Length);
                if (times.TimesS.Length == 0) continue;
                XdfForeignFileTests.AssertStamps(expected, times.TimesS, sync && file.Name == ResetFile ? 2e-8 : 1e-9);
                double rate = expected.GetProperty("effective_srate").GetDouble();
                Assert.Equal(rate, times.EffectiveRateHz, 1e-7 * Math.Abs(rate) + 1e-12);
                var segments = expected.GetProperty("segments").EnumerateArray().Select(s => new XdfSegment(s[0].GetInt32(), s[1].GetInt32()));
                Assert.Equal(segments, times.Segments);
                streams++;
            }
        }
        Assert.True(streams > 10);
    }

    [Fact]
    public void A_restart_in_a_real_recording_is_two_clocks()
    {
        var recording = XdfRecording.Read(SharedData.PathOrSkip("data/eeg/xdf/xdfmodules_clock_resets.xdf"));
        foreach (var stream in recording.Streams)
        {
            var times = XdfTimes.Of(stream);
            Assert.Equal(1, times.ClockResets);
            Assert.Equal(2, times.ClockSegments.Count);
            Assert.All(times.TimesS.Skip(1).Zip(times.TimesS), pair => Assert.True(pair.First >= pair.Second));
        }
    }

    private static XdfStreamData Stream(double rateHz, double[] stamps, XdfClockOffset[]? offsets = null) =>
        new(new XdfStream(1, XdfTestFile.Info("s", ChannelFormat.Float32, 1, rateHz), ""), Array.Empty<float>(), stamps, offsets ?? [], null);

    [Theory]
    [InlineData(0.05, 0.5e-3)]
    [InlineData(0.3, 0.5e-3)]
    [InlineData(0.9, 0.5e-3)]
    [InlineData(0.05, 3e-3)]
    [InlineData(2.5, 0.5e-3)]
    [InlineData(0.002, 0.2e-3)]
    public void A_gap_stays_where_it_is(double gapS, double jitterS)
    {
        var random = new SeededRandom(31);
        int lost = (int)Math.Round(gapS * 500), n = 30_000;
        var truth = new double[n];
        for (int i = 0; i < n; i++) truth[i] = 700_000 + (i + (i >= 12_345 ? lost : 0)) / 500.02;
        double[] stamps = [.. truth.Select(t => t + random.Normal(0, jitterS))];
        var times = XdfTimes.Of(Stream(500, stamps));
        double worst = times.TimesS.Zip(truth, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 0.5e-3, $"worst {worst * 1e3:F3} ms");
        Assert.Equal([new XdfGap(12_344, lost)], times.Gaps);
        Assert.Equal([new XdfSegment(0, 12_344), new XdfSegment(12_345, n - 1)], times.Segments);
        Assert.Equal(500.02, times.EffectiveRateHz, 2e-3);
        // What the reference reader makes of it, for comparison: the gap is smeared.
        if (gapS is < 1 and > 0.04)
        {
            var smeared = XdfTimes.Of(Stream(500, stamps), new XdfTimingOptions(Mode: XdfTimingMode.PyxdfCompatible));
            Assert.True(smeared.TimesS.Zip(truth, (a, b) => Math.Abs(a - b)).Max() > gapS / 4);
        }
    }

    [Fact]
    public void Bursts_and_late_chunks_are_no_gaps()
    {
        var random = new SeededRandom(32);
        var stamps = new double[20_000];
        for (int chunk = 0; chunk < stamps.Length / 20; chunk++)
        {
            double late = random.Exponential(4e-3) + (chunk % 100 == 50 ? 0.04 : 0);
            for (int i = 0; i < 20; i++) stamps[chunk * 20 + i] = 10 + (chunk * 20 + 19) / 250.0 + late + i * 1e-5;
        }
        var times = XdfTimes.Of(Stream(250, stamps));
        Assert.Empty(times.Gaps);
        Assert.Single(times.Segments);
        Assert.Equal(250, times.EffectiveRateHz, 0.01);
    }

    [Fact]
    public void Our_own_offsets_bring_no_bias_at_80_ppm()
    {
        // The probe is recorded at its own time on the source's clock, so a drifting clock is mapped exactly.
        using var temp = new TempFolder();
        string path = temp.File("drift.xdf");
        const double drift = 80e-6, startS = 5000;
        double Remote(double local) => 77 + (local - startS) * (1 + drift);
        using (var writer = new XdfWriter(path))
        {
            int s = writer.AddStream(XdfTestFile.Info("s", ChannelFormat.Float32, 1, 100));
            for (int i = 0; i < 10_000; i++)
            {
                double local = startS + i / 100.0;
                if (i % 500 == 0) writer.WriteClockOffset(s, new ClockProbe(local, local - Remote(local), 1e-4));
                writer.Write<float>(s, [i], [Remote(local)]);
            }
        }
        foreach (var mode in Enum.GetValues<XdfTimingMode>())
        {
            var times = XdfTimes.Of(XdfRecording.Read(path).Streams[0], new XdfTimingOptions(Mode: mode));
            for (int i = 0; i < 10_000; i++) Assert.Equal(startS + i / 100.0, times.TimesS[i], 2e-6);
        }
    }

    [Fact]
    public void Odd_streams_are_timed_without_error()
    {
        Assert.Empty(XdfTimes.Of(Stream(100, [])).TimesS);
        Assert.Equal([5.0], XdfTimes.Of(Stream(100, [5])).TimesS);
        Assert.Equal(2, XdfTimes.Of(Stream(100, [5, 5])).TimesS.Length);
        Assert.Equal(0, XdfTimes.Of(Stream(0, [5, 4, 9])).EffectiveRateHz);
        Assert.Equal(4, XdfTimes.Of(Stream(100, [double.NaN, 1, double.PositiveInfinity, 2])).TimesS.Length);
        Assert.Equal([8.0, 9], XdfTimes.Of(Stream(0, [5.0, 6]), new XdfTimingOptions()).TimesS.Select(t => t + 3));
        // Found by mutation: stamps of a damaged file beyond any time.
        foreach (var mode in Enum.GetValues<XdfTimingMode>())
            foreach (double stampS in new[] { 1e300, -1e300, double.MaxValue, double.NaN }) Assert.Equal(3, XdfTimes.Of(Stream(100, [stampS, 1, stampS]), new XdfTimingOptions(Mode: mode)).TimesS.Length);
        var equal = new XdfClockOffset(1, 1, double.NaN);
        Assert.Equal(3, XdfTimes.Of(Stream(100, [5, 5.01, 5.02], [equal, equal, equal])).TimesS.Length);
    }

    [Fact]
    public void A_median_by_selection_is_the_median_by_sorting()
    {
        var random = new AttentionEngine.Core.Randomness.SeededRandom(6);
        for (int n = 1; n < 300; n++)
        {
            double[] values = [.. Enumerable.Range(0, n).Select(_ => n % 3 == 0 ? random.Index(5) : n % 5 == 0 && random.Index(4) == 0 ? (random.Index(2) == 0 ? double.NaN : double.PositiveInfinity) : random.Normal())];
            double[] sorted = [.. values.Order()];
            double expected = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
            Assert.Equal(expected, XdfClockSync.Median(values));
        }
    }
}
