using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

public class AudioPathTests
{
    private const int K = 3, M = 4;

    private static BeamformerWeights RandomWeights(AudioPath path, long id, ulong seed)
    {
        int taps = path.Layout.Taps;
        return new BeamformerWeights(K, 2, M, taps, SeparationFixture.Noise(K * 2 * M * taps, seed, 0.05)) { Id = id };
    }

    // Output and beams of a run that is cut into calls of the given lengths.
    private static (float[] Output, float[] Beams) Run(AudioPath path, float[] input, Func<int> next)
    {
        int frames = input.Length / M;
        var output = new float[2 * frames];
        var beams = new float[K * frames];
        for (int at = 0; at < frames;)
        {
            int n = Math.Min(next(), frames - at);
            float[] x = new float[M * n], y = new float[2 * n], b = new float[K * n];
            for (int m = 0; m < M; m++) System.Array.Copy(input, m * frames + at, x, m * n, n);
            path.Process(x, y, b);
            for (int e = 0; e < 2; e++) System.Array.Copy(y, e * n, output, e * frames + at, n);
            for (int k = 0; k < K; k++) System.Array.Copy(b, k * n, beams, k * frames + at, n);
            at += n;
        }
        return (output, beams);
    }

    [Fact]
    public void Any_cut_into_calls_gives_the_same_bits_and_reset_equals_fresh()
    {
        float[] input = SeparationFixture.Noise(M * 8000, 1, 0.4);
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), K);
        var reference = Scheduled(path, () => 8000);
        var random = new SeededRandom(5);
        foreach (Func<int> next in new Func<int>[] { () => 16, () => 32, () => 1024, () => 37, () => 1 + random.Index(700) })
        {
            path.Reset();
            var other = Scheduled(path, next);
            Assert.Equal(reference.Output, other.Output);
            Assert.Equal(reference.Beams, other.Beams);
        }

        (float[] Output, float[] Beams) Scheduled(AudioPath p, Func<int> next)
        {
            Assert.True(p.PushWeights(RandomWeights(p, 1, 2), 1000));
            Assert.True(p.PushWeights(RandomWeights(p, 2, 3), 3001));
            Assert.True(p.PushGains(SeparationFixture.Gains(0, 0, 1, 0.2f, 0.2f), 1000));
            Assert.True(p.PushGains(SeparationFixture.Gains(1, 0.1f, 0.2f, 1, 0.2f), 5003));
            return Run(p, input, next);
        }
    }

    [Fact]
    public void Pass_through_lags_by_the_stated_delay_to_the_sample()
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(delayMs: 4), K);
        Assert.Equal(80, path.AlgorithmicDelaySamples); // 4 ms filter + 1 ms look-ahead at 16 kHz
        Assert.Equal(5.0, path.AlgorithmicDelayMs, 1e-9);
        Assert.Equal(path.AlgorithmicDelayMs, path.Delays.Where(d => d.Algorithmic).Sum(d => d.Ms), 1e-9);
        Assert.Equal(32, path.BlockFrames);
        float[] input = SeparationFixture.Noise(M * 2000, 1, 0.1);
        var (output, beams) = Run(path, input, () => path.BlockFrames);
        for (int i = 80; i < 2000; i++)
        {
            Assert.Equal(input[i - 80], output[i], 1e-6f);
            Assert.Equal(input[2000 + i - 80], output[2000 + i], 1e-6f);
            Assert.Equal(0.5f * (input[i - 64] + input[2000 + i - 64]), beams[i], 1e-6f);
        }
        Assert.True(path.ReadStatus().Bypassed);
    }

    [Fact]
    public void Hostile_pushes_are_refused_and_counted_and_wrong_sizes_say_so()
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), K);
        var weights = RandomWeights(path, 1, 2);
        weights.Filters[77] = float.NaN;
        Assert.False(path.PushWeights(weights, -1));
        Assert.False(path.PushGains(SeparationFixture.Gains(0, float.PositiveInfinity, 1), -1));
        Assert.Equal(2, path.ReadStatus().RejectedPushes);
        Assert.Throws<ArgumentException>(() => path.PushWeights(new BeamformerWeights(K, 2, M + 1, 8, new float[K * 2 * (M + 1) * 8]) { Id = 1 }, -1));
        Assert.Throws<ArgumentException>(() => path.PushWeights(new BeamformerWeights(K, 2, M, 8, new float[7]) { Id = 1 }, -1));
        Assert.Throws<ArgumentException>(() => path.Process(new float[M * 8 + 1], new float[16], new float[K * 8]));
        Assert.Throws<ArgumentException>(() => new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), 1000));

        float[] input = SeparationFixture.Noise(M * 1000, 1, 0.1);
        for (int i = 100; i < 200; i++) input[i] = i % 2 == 0 ? float.NaN : float.NegativeInfinity;
        var (output, _) = Run(path, input, () => 100);
        Assert.All(output, v => Assert.True(float.IsFinite(v)));
        Assert.Equal(100, path.ReadStatus().BadInputSamples);
    }

    [Fact]
    public void What_was_taken_is_reported_and_nothing_is_allocated()
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), K);
        var weights = RandomWeights(path, 1, 2);
        var gains = SeparationFixture.Gains(0, 0, 1, 0, 0);
        float[] input = SeparationFixture.Noise(M * 640, 1, 0.1), output = new float[2 * 640], beams = new float[K * 640];
        int taken = Tick(); // warm
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) taken += Tick();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(11 * 2 + 1, taken); // weights and gains each tick, and once the end of pass-through
        Assert.Equal(11 * 640, path.ReadStatus().Samples);

        int Tick()
        {
            int count = 0;
            weights.Id++;
            gains.Tick++;
            path.PushWeights(weights, -1);
            path.PushGains(gains, -1);
            path.Process(input, output, beams);
            while (path.TryReadTaken(out long id, out long sample, out _)) { Assert.True(id >= 0 && sample % 640 == 0); count++; }
            return count;
        }
    }

    [Theory]
    [InlineData(4, 32)]
    [InlineData(8, 128)]
    [InlineData(16, 1024)] // every cross-fade is cut by the next set
    public void A_set_every_8_ms_is_taken_at_exactly_its_sample(double fadeMs, int block)
    {
        const int Cadence = 128, Sets = 50;
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), K, filterFadeMs: fadeMs);
        var weights = RandomWeights(path, 1, 2);
        Assert.True(path.PushGains(SeparationFixture.Gains(0, 0, 1, 0, 0), 0));
        int at = 0;
        long pushed = 0;
        Run(path, SeparationFixture.Noise(M * Cadence * (Sets + 1), 1, 0.1), () =>
        {
            for (; pushed < Sets && pushed * Cadence < at + (2 * block); pushed++)
            {
                weights.Id = pushed + 1;
                Assert.True(path.PushWeights(weights, pushed * Cadence));
            }
            at += block;
            return block;
        });
        long expected = 0;
        while (path.TryReadTaken(out long id, out long sample, out var kind))
        {
            if (kind != TakenKind.Weights) continue;
            Assert.Equal((expected + 1, expected * Cadence), (id, sample));
            expected++;
        }
        Assert.Equal(Sets, expected);
        Assert.Equal(0, path.ReadStatus().RejectedPushes + path.ReadStatus().TakenLost);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1e9)]
    public void A_cross_fade_outside_its_range_is_refused_by_name(double fadeMs) =>
        Assert.Equal("filterFadeMs", Assert.Throws<ArgumentOutOfRangeException>(() => new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), K, filterFadeMs: fadeMs)).ParamName);

    [Fact]
    public void The_ceiling_holds_whatever_comes()
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings() with { LimiterCeilingDbfs = -6 }, K);
        path.PushWeights(RandomWeights(path, 1, 2), -1);
        path.PushGains(SeparationFixture.Gains(0, 1, 3, 3, 3), -1);
        var (output, _) = Run(path, SeparationFixture.Noise(M * 8000, 1, 5), () => 640);
        Assert.True(output.Max(Math.Abs) <= Math.Pow(10, -6 / 20.0) + 1e-6);
        Assert.True(SeparationFixture.PowerDb(output) > -30);
        Assert.True(path.ReadStatus().LimitedSamples > 4000);
    }
}
