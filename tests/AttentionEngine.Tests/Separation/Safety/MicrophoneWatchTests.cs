using AttentionEngine.Core.Randomness;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation.Safety;

public class MicrophoneWatchTests
{
    private const int M = 4, Rate = 16000;

    // [M × frames] speech at all microphones, with what a fault makes of microphone 1 from a sample on, until another.
    private static float[] Faulty(Func<float, int, float> fault, int from, int to, int frames)
    {
        float[] speech = SpeechLike.Make(frames, 3), x = new float[M * frames], noise = SeparationFixture.Noise(frames, 4, 1e-4);
        for (int m = 0; m < M; m++)
            for (int i = 0; i < frames; i++)
            {
                float clean = speech[i] * (1 - 0.2f * m) + noise[i];
                x[m * frames + i] = m == 1 && i >= from && i < to ? fault(clean, i) : clean;
            }
        return x;
    }

    // Samples at which the active microphones changed, and the last states.
    private static List<int> Watch(MicrophoneWatch watch, float[] x, int block, int microphones = M)
    {
        var changes = new List<int>();
        int frames = x.Length / microphones;
        var part = new float[microphones * block];
        for (int at = 0; at + block <= frames; at += block)
        {
            for (int m = 0; m < microphones; m++) System.Array.Copy(x, m * frames + at, part, m * block, block);
            if (watch.Observe(part)) changes.Add(at + block);
        }
        return changes;
    }

    public static TheoryData<string, MicrophoneState> Faults() => new()
    {
        { "zero", MicrophoneState.Constant }, { "stuck", MicrophoneState.Constant }, { "nan", MicrophoneState.NoNumbers }, { "absurd", MicrophoneState.NoNumbers },
        { "cable", MicrophoneState.Quiet }, { "hum", MicrophoneState.Loud },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_fault_is_found_within_400_ms_and_forgiven_after_two_seconds(string fault, MicrophoneState state)
    {
        float[] x = Faulty((clean, i) => fault switch
        {
            "zero" => 0,
            "stuck" => 0.25f,
            "nan" => i % 20 == 0 ? float.NaN : clean,
            "absurd" => i % 20 == 0 ? 1e20f : clean,
            "cable" => clean * 0.01f,
            _ => 30 * (float)Math.Sin(2 * Math.PI * 150 * i / Rate), // far over full scale in a float stream
        }, 2 * Rate, 4 * Rate, 7 * Rate);
        var watch = new MicrophoneWatch(M, Rate);
        var changes = Watch(watch, x, 160);
        Assert.Equal(2, changes.Count);
        Assert.InRange(changes[0], 2 * Rate + 4800, 2 * Rate + 6400);
        Assert.InRange(changes[1], 4 * Rate + 2 * Rate, (int)(6.6 * Rate));
        watch.Reset();
        Assert.Single(Watch(watch, Faulty((c, i) => x[7 * Rate + i], 2 * Rate, 4 * Rate, 4 * Rate), 160)); // the same fault, and the sound ends with it
        Assert.Equal([true, false, true, true], watch.Active.ToArray());
        Assert.Equal(state, watch.States[1]);
        foreach (int block in new[] { 16, 32, 1600 })
        {
            watch.Reset();
            Assert.All(Watch(watch, x, block).Zip(changes), c => Assert.InRange(c.First - c.Second, -block, block + 160));
        }
    }

    [Fact]
    public void Silence_gaps_and_a_shadowed_side_are_no_faults()
    {
        var watch = new MicrophoneWatch(M, Rate);
        Assert.Empty(Watch(watch, new float[M * 3 * Rate], 160));
        Assert.Empty(Watch(watch, Faulty((clean, _) => clean * 0.06f, 0, 8 * Rate, 8 * Rate), 160)); // 24 dB below
        Assert.Equal([true, true, true, true], watch.Active.ToArray());
    }

    [Fact]
    public void Clipping_is_counted_to_the_sample_and_nothing_is_allocated()
    {
        var watch = new MicrophoneWatch(M, Rate);
        float[] x = Faulty((clean, i) => i % 100 == 0 ? 1 : clean, Rate, 2 * Rate, 3 * Rate);
        Watch(watch, x, 160);
        Assert.Equal([0, 160, 0, 0], watch.Clipped.ToArray());
        float[] block = x[..(M * 160)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) watch.Observe(block);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Whatever_comes_one_microphone_stays()
    {
        var random = new SeededRandom(9);
        foreach (int mics in new[] { 1, 2, 5 })
        {
            var watch = new MicrophoneWatch(mics, Rate);
            for (int step = 0; step < 300; step++)
            {
                var x = new float[mics * 800];
                for (int m = 0; m < mics; m++)
                {
                    int kind = random.Index(6);
                    for (int i = 0; i < 800; i++)
                        x[m * 800 + i] = kind switch { 0 => 0, 1 => float.NaN, 2 => 1e-41f, 3 => float.PositiveInfinity, 4 => (float)(1e-5 * random.Normal()), _ => (float)random.Normal() };
                }
                watch.Observe(x);
                Assert.Contains(true, watch.Active.ToArray());
            }
        }
    }
}
