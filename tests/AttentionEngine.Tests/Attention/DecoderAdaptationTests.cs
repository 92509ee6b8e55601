using AttentionEngine.Attention.Eeg;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Attention;

public class DecoderAdaptationTests
{
    private const double TickS = 0.04;

    /// <summary>Trained for a response after 125 ms at Cz; the listener's comes after 31 ms, upside down, under noise that Fz has as well.</summary>
    [Fact]
    public void A_decoder_that_does_not_fit_its_listener_learns_to()
    {
        var fixedOne = Run(adaptS: 0, seconds: 100, teacher: 0);
        var adaptive = Run(adaptS: 30, seconds: 100, teacher: 0);
        Assert.Equal(0, fixedOne.Adapted);
        Assert.InRange(adaptive.Adapted, 3, 8);
        Assert.InRange(fixedOne.Correlation(2, 0), -0.6, 0.4);
        Assert.InRange(adaptive.Correlation(2, 0), 0.8, 1);
        Assert.InRange(adaptive.Correlation(2, 1), -0.4, 0.4);
    }

    [Fact]
    public void Nothing_changes_without_a_teacher_or_before_one_half_life()
    {
        var without = Run(adaptS: 30, seconds: 50, teacher: -1);
        var fixedOne = Run(adaptS: 0, seconds: 50, teacher: 0);
        Assert.Equal(0, without.Adapted);
        Assert.Equal(0, Run(adaptS: 60, seconds: 50, teacher: 0).Adapted);
        for (int k = 0; k < 2; k++) Assert.Equal(fixedOne.Correlation(1, k), without.Correlation(1, k));
    }

    [Fact]
    public void The_same_data_in_other_chunks_give_the_same_bits_and_nothing_is_allocated()
    {
        var small = Run(adaptS: 30, seconds: 60, teacher: 0, chunk: 1);
        var large = Run(adaptS: 30, seconds: 60, teacher: 0, chunk: 4);
        Assert.True(small.Adapted > 0);
        Assert.Equal(small.Adapted, large.Adapted);
        for (int k = 0; k < 2; k++) Assert.Equal(small.Correlation(1, k), large.Correlation(1, k));
    }

    [Fact]
    public void The_half_life_is_in_the_file_and_too_short_a_one_is_refused()
    {
        using var folder = new TempFolder();
        Trf(45).Write(folder.Path, "For a test.");
        Assert.Equal(45, TemporalResponseFunction.Read(folder.File("decoder.yaml")).AdaptHalfLifeS);
        File.WriteAllText(folder.File("decoder.yaml"), File.ReadAllText(folder.File("decoder.yaml")).Replace("adapt_half_life_s: 45", "adapt_half_life_s: 5", StringComparison.Ordinal));
        Assert.Contains("30 and more", Assert.Throws<ConfigurationException>(() => TemporalResponseFunction.Read(folder.File("decoder.yaml"))).Message, StringComparison.Ordinal);
    }

    private static TemporalResponseFunction Trf(double adaptS) => new()
    {
        Name = "t", Version = "1", Channels = ["Fz", "Cz"], Lags = 17, Weights = [.. Enumerable.Range(0, 34).Select(i => i == 17 + 8 ? 1f : 0f)], AdaptHalfLifeS = adaptS,
    };

    private static EegDecoder Run(double adaptS, double seconds, int teacher, int chunk = 2)
    {
        const int rate = 100;
        var random = new SeededRandom(11);
        double[] hz = [.. Enumerable.Range(0, 24).Select(_ => random.Uniform(1.5, 8))];
        double Envelope(int talker, double t) => 3 + Enumerable.Range(0, 12).Sum(i => Math.Sin(2 * Math.PI * hz[12 * talker + i] * t + i));
        var decoder = new EegDecoder(Trf(adaptS), 2, ["Fz", "Cz"], rate);
        decoder.Teach(teacher);
        var features = new float[2 * FeatureLayout.Count];
        int perTick = (int)(TickS * rate), sample = 0;
        long grid = 0, allocated = 0;
        float[] eeg = new float[2 * perTick], envelope = new float[2 * 8];
        double[] times = new double[perTick], gridTimes = new double[8];
        for (int tick = 1; tick * TickS <= seconds; tick++)
        {
            for (int i = 0; i < perTick; i++)
            {
                double t = (sample + i) / (double)rate, noise = 20 * random.Normal();
                times[i] = t;
                (eeg[2 * i], eeg[2 * i + 1]) = ((float)(noise + random.Normal()), (float)(noise - 10 * Envelope(0, t - 0.031)));
            }
            int n = 0;
            for (; grid / 64.0 < tick * TickS - 0.05; grid++, n++)
            {
                gridTimes[n] = grid / 64.0;
                (envelope[2 * n], envelope[2 * n + 1]) = ((float)Envelope(0, gridTimes[n]), (float)Envelope(1, gridTimes[n]));
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < perTick; i += chunk) decoder.AddEeg(new EegChunk(new SampleChunk(eeg.AsSpan(2 * i, 2 * chunk), times.AsSpan(i, chunk), 2, sample + i, 0)));
            decoder.AddEnvelope(new SpeechEnvelope(new SampleChunk(envelope.AsSpan(0, 2 * n), gridTimes.AsSpan(0, n), 2, grid - n, 0)));
            decoder.Tick(TickS * 64, features);
            if (tick > 100) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            sample += perTick;
        }
        Assert.Equal(0, allocated);
        return decoder;
    }
}
