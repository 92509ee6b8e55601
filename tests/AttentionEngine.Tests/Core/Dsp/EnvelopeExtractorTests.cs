using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Core.Dsp;

public class EnvelopeExtractorTests
{
    private static SampleClock Clock(double rateHz, double startS = 100.0037) => new(0, StreamTime.FromSeconds(startS), rateHz, 1e-4);

    private static float[] ModulatedNoise(double rateHz, double seconds, double modulationHz, double startS)
    {
        var random = new SeededRandom(5);
        var x = new float[(int)(rateHz * seconds)];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)(0.05 * random.Normal() * (1 + 0.8 * Math.Cos(2 * Math.PI * modulationHz * (startS + i / rateHz))));
        return x;
    }

    private static List<float> Run(EnvelopeExtractor extractor, float[] audio, SampleClock clock, int block, out long first)
    {
        var all = new List<float>();
        var room = new float[block + 8];
        first = -1;
        for (int at = 0; at < audio.Length; at += block)
        {
            int n = extractor.Process(audio.AsSpan(at, Math.Min(block, audio.Length - at)), clock, room, out long grid);
            if (n > 0 && first < 0) first = grid;
            all.AddRange(room.AsSpan(0, n));
        }
        return all;
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    [InlineData(44100)]
    [InlineData(48000)]
    public void Stated_delay_holds_on_the_grid(double rateHz)
    {
        const double startS = 100.0037, modulationHz = 4;
        var audio = ModulatedNoise(rateHz, 12, modulationHz, startS);
        var extractor = new EnvelopeExtractor(rateHz);
        var envelope = Run(extractor, audio, Clock(rateHz, startS), 512, out long first);
        Assert.Equal((long)Math.Ceiling(startS * 64), first);
        // Phase of the modulation against the grid's own time.
        double c = 0, s = 0, mean = 0;
        for (int i = 64; i < 64 * 11; i++) mean += envelope[i] / (64 * 10.0);
        for (int i = 64; i < 64 * 11; i++)
        {
            double phase = 2 * Math.PI * modulationHz * ((first + i) / 64.0);
            c += (envelope[i] - mean) * Math.Cos(phase);
            s += (envelope[i] - mean) * Math.Sin(phase);
        }
        double lateS = Math.Atan2(s, c) / (2 * Math.PI * modulationHz);
        Assert.InRange(lateS, -0.004, 0.004);
        Assert.InRange(extractor.DelayS, 0.015, 0.045);
        // The last value came out when DelayS of sound had followed it.
        Assert.InRange(startS + 12 - (first + envelope.Count) / 64.0, extractor.DelayS - 0.02, extractor.DelayS + 0.02);
    }

    [Fact]
    public void Block_size_changes_no_bit_and_reset_equals_fresh()
    {
        var audio = ModulatedNoise(16000, 3, 4, 0);
        var clock = Clock(16000);
        var reference = Run(new EnvelopeExtractor(16000), audio, clock, 32, out _);
        foreach (int block in new[] { 1, 7, 160, 641, 48000 })
            Assert.Equal(reference, Run(new EnvelopeExtractor(16000), audio, clock, block, out _));
        var used = new EnvelopeExtractor(16000);
        Run(used, audio, Clock(16000, 7), 100, out _);
        used.Reset();
        Assert.Equal(reference, Run(used, audio, clock, 32, out _));
    }

    [Fact]
    public void Bank_gives_each_talker_its_own_envelope_and_allocates_nothing()
    {
        var a = ModulatedNoise(16000, 2, 3, 0);
        var bank = new EnvelopeBank(16000, 2, 320);
        var clock = Clock(16000, 0);
        var alone = Run(new EnvelopeExtractor(16000), a, clock, 320, out _);
        var planar = new float[640];
        int seen = 0;
        long before = 0;
        for (int at = 0; at < a.Length; at += 320)
        {
            a.AsSpan(at, 320).CopyTo(planar); // talker 0 speaks, talker 1 is silent
            if (at == 3200) before = GC.GetAllocatedBytesForCurrentThread();
            var envelope = bank.Process(new AudioBlock(planar, 2, at, StreamTime.Zero), clock, 0).Samples;
            if (at == 32000 - 320) Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            for (int i = 0; i < envelope.Frames; i++, seen++)
            {
                if (envelope.Frame(i)[0] != alone[seen] || envelope.TimesS[i] != (envelope.FirstSample + i) / 64.0) Assert.Fail($"value {seen} differs");
                if (Math.Abs(envelope.Frame(i)[1]) > 1e-6) Assert.Fail($"silence gave {envelope.Frame(i)[1]}");
            }
        }
        Assert.Equal(alone.Count, seen);
    }

    [Fact]
    public void Follows_a_clock_that_is_not_nominal()
    {
        var audio = ModulatedNoise(16000, 10, 4, 0);
        var extractor = new EnvelopeExtractor(16000);
        var envelope = Run(extractor, audio, Clock(16000 * 1.01, 0), 400, out _);
        // 10 s of nominal samples at +1 % last 9.901 s: six grid values fewer than at the nominal rate.
        Assert.InRange(envelope.Count, 64 * (10 / 1.01 - extractor.DelayS) - 1, 64 * (10 / 1.01 - extractor.DelayS) + 1);
    }

    [Fact]
    public void Rates_outside_the_range_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new EnvelopeExtractor(4000));
}
