using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Attention;

/// <summary>Sound and EEG from devices whose clocks drift apart meet on one grid, aligned.</summary>
public sealed class CommonGridTests
{
    private const double ModulationHz = 4, Seconds = 150, AudioHz = 8000, EegHz = 128;

    /// <summary>Phase of the 4 Hz modulation in grid values, as seconds late.</summary>
    private static double LateS(Func<long, double> value, long from, long to)
    {
        double c = 0, s = 0, mean = 0;
        for (long n = from; n < to; n++) mean += value(n) / (to - from);
        for (long n = from; n < to; n++)
        {
            double phase = 2 * Math.PI * ModulationHz * (n / 64.0);
            c += (value(n) - mean) * Math.Cos(phase);
            s += (value(n) - mean) * Math.Sin(phase);
        }
        return Math.Atan2(s, c) / (2 * Math.PI * ModulationHz);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(180, -120)]
    [InlineData(-200, 200)]
    public void Drift_between_sound_and_EEG_is_corrected(double audioPpm, double eegPpm)
    {
        var random = new SeededRandom(8);
        double audioHz = AudioHz * (1 + audioPpm * 1e-6), eegHz = EegHz * (1 + eegPpm * 1e-6);
        const int block = 320;
        var bank = new EnvelopeBank(AudioHz, 1, block);
        var fitter = new SampleClockFitter(AudioHz / block);
        var envelope = new Dictionary<long, double>();
        var sound = new float[block];
        var fitted = new double[1];
        for (long at = 0; at + block <= Seconds * audioHz; at += block)
        {
            for (int i = 0; i < block; i++) sound[i] = (float)(0.05 * random.Normal() * (1 + 0.8 * Math.Cos(2 * Math.PI * ModulationHz * ((at + i) / audioHz))));
            fitter.Add([(at + block - 1) / audioHz + random.Normal(0, 0.001)], fitted); // the stamp of a block jitters
            var clock = new SampleClock(at + block - 1, StreamTime.FromSeconds(fitted[0]), fitter.Clock.EffectiveRateHz * block, 0);
            var values = bank.Process(new AudioBlock(sound, 1, at, default), clock, 0).Samples;
            for (int i = 0; i < values.Frames; i++) envelope[values.FirstSample + i] = values.Frame(i)[0];
        }

        int frames = (int)(Seconds * eegHz);
        float[] eeg = [.. Enumerable.Range(0, frames).Select(i => (float)Math.Cos(2 * Math.PI * ModulationHz * (i / eegHz)))];
        double[] stamps = [.. Enumerable.Range(0, frames).Select(i => i / eegHz)];
        float[] grid = EegFrontEnd.EegToGrid(eeg, stamps, 1, EegHz, 0, (int)(Seconds * 64));

        // The band-pass of the EEG has a phase at 4 Hz: what counts is that sound and EEG stay where they were to one another.
        double Apart(int fromS) => LateS(n => envelope[n], fromS * 64L, (fromS + 30) * 64L) - LateS(n => grid[n], fromS * 64L, (fromS + 30) * 64L);
        double early = Apart(20), late = Apart(110), uncorrected = Math.Abs(audioPpm - eegPpm) * 1e-6 * 90;
        Assert.InRange(late - early, -0.0015, 0.0015);
        if (audioPpm != 0) Assert.True(uncorrected > 0.02, $"a drift of {uncorrected * 1e3:F1} ms was to be corrected");
    }

    [Fact]
    public void Bad_and_missing_frames_mark_what_they_touch_and_nothing_else()
    {
        var resampler = new GridResampler(1, 128);
        var bad = new List<long>();
        long taken = 0;
        Span<double> value = stackalloc double[1];
        for (int i = 0; i < 640; i++)
        {
            if (i is >= 300 and < 340) continue; // missing
            double timeS = i / 128.0;
            if (resampler.Begins(timeS)) resampler.Begin(timeS);
            resampler.Frame[0] = i;
            resampler.Add(timeS, good: i != 100);
            while (resampler.TryTake(value, out long n, out bool good))
            {
                if (good) Assert.Equal(n * 2, value[0], 9); // a ramp: frame 2 n lies at grid value n
                else bad.Add(n);
                Assert.Equal(taken++, n);
            }
        }
        Assert.All(bad, n => Assert.True(n is 0 or >= 49 and <= 51 or >= 149 and <= 171, $"grid value {n} is marked as bad"));
        Assert.True(bad.Count > 20);
    }
}
