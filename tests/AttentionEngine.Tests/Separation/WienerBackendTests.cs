using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

public class WienerBackendTests
{
    private const int Frames = 65536, M = 4;

    private static float[] Speech(ulong seed) => SpeechLike.Make(Frames, seed);

    private static float[] Mix(params float[][] images)
    {
        float[] mix = SeparationFixture.Noise(M * Frames, 99, 1e-4);
        foreach (float[] image in images) for (int i = 0; i < mix.Length; i++) mix[i] += image[i];
        return mix;
    }

    private static double ImprovementDb(float[] mix, float[] target, string backend, double floorDb, TalkerScene scene)
    {
        using var run = new OfflineSeparation(SeparationFixture.Array, SeparationFixture.Settings(backend) with { TapsMs = 32, FloorDb = floorDb }, scene.Count);
        var output = new float[2 * Frames];
        run.Run(mix, output, _ => (scene, 0));
        var learned = new bool[Frames];
        learned.AsSpan(24000).Fill(true);
        double input = SiSdr.Db(target.AsSpan(0, Frames), mix.AsSpan(0, Frames), SeparationFixture.RateHz, 0, learned);
        return SiSdr.Db(target.AsSpan(0, Frames), output.AsSpan(0, Frames), SeparationFixture.RateHz, run.Path.AlgorithmicDelaySamples, learned) - input;
    }

    [Fact]
    public void Two_talkers_are_separated_and_the_floor_is_kept()
    {
        float[] target = SeparationFixture.Image(Speech(1), 30), other = SeparationFixture.Image(Speech(2), -45), mix = Mix(target, other);
        var scene = SeparationFixture.Scene(30, -45);
        double none = ImprovementDb(mix, target, "pass", -12, scene), das = ImprovementDb(mix, target, "delay-and-sum", double.NegativeInfinity, scene);
        double mwf = ImprovementDb(mix, target, "mwf", double.NegativeInfinity, scene), floor = ImprovementDb(mix, target, "mwf", -12, scene);
        Assert.Equal(0, none, 0.1);
        Assert.True(mwf > 7 && mwf > das + 6, $"mwf {mwf:F1} dB, delay-and-sum {das:F1} dB");
        Assert.InRange(floor, 5, 12.5); // the floor at -12 dB bounds what can be gained
    }

    [Fact]
    public void A_direction_that_is_eight_degrees_wrong_still_helps()
    {
        float[] target = SeparationFixture.Image(Speech(1), 30), mix = Mix(target, SeparationFixture.Image(Speech(2), -45));
        double right = ImprovementDb(mix, target, "mwf", double.NegativeInfinity, SeparationFixture.Scene(30, -45)), wrong = ImprovementDb(mix, target, "mwf", double.NegativeInfinity, SeparationFixture.Scene(38, -37));
        double model = ImprovementDb(mix, target, "mvdr", double.NegativeInfinity, SeparationFixture.Scene(38, -37));
        Assert.True(wrong > 5 && wrong > model + 3, $"right {right:F1} dB, wrong {wrong:F1} dB; from the model alone {model:F1} dB");
    }

    [Fact]
    public void Observing_and_designing_allocates_nothing_and_survives_bad_samples()
    {
        var designer = new BeamDesigner(SeparationFixture.Array, SeparationFixture.Settings("mwf"), 3);
        var scene = SeparationFixture.Scene(60, 0, -60);
        float[] tick = SeparationFixture.Noise(M * 640, 5, 0.05);
        tick[77] = float.NaN;
        tick[700] = float.PositiveInfinity;
        designer.Observe(tick, scene);
        Assert.NotNull(designer.Design(scene));
        long before = GC.GetAllocatedBytesForCurrentThread();
        BeamformerWeights? weights = null;
        for (int i = 0; i < 5; i++)
        {
            scene.Talkers[1].DirectionHead = AttentionEngine.Core.Geometry.Vector3D.FromAzimuthElevation(0.05 * i); // the head turns
            designer.Observe(tick, scene);
            weights = designer.Design(scene);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(6, weights!.Id);
        Assert.All(weights.Filters, v => Assert.True(float.IsFinite(v)));
        // Silence, then fewer talkers: still finite.
        designer.Observe(new float[M * 16000], scene);
        designer.Observe(new float[M * 640], SeparationFixture.Scene(10));
        Assert.All(designer.Design(SeparationFixture.Scene(10))!.Filters, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void What_was_learned_turns_with_the_head()
    {
        // The head turns by 40 degrees in the middle; the talkers stay in the room.
        float[] a = Speech(1), b = Speech(2), mix = Mix(SeparationFixture.Image(a, 50), SeparationFixture.Image(b, -30)), turned = Mix(SeparationFixture.Image(a, 10), SeparationFixture.Image(b, -70));
        float[] target = SeparationFixture.Image(a, 50), turnedTarget = SeparationFixture.Image(a, 10);
        for (int m = 0; m < M; m++)
        {
            System.Array.Copy(turned, m * Frames + Frames / 2, mix, m * Frames + Frames / 2, Frames / 2);
            System.Array.Copy(turnedTarget, m * Frames + Frames / 2, target, m * Frames + Frames / 2, Frames / 2);
        }
        TalkerScene before = SeparationFixture.Scene(50, -30), after = SeparationFixture.Scene(10, -70);
        using var run = new OfflineSeparation(SeparationFixture.Array, SeparationFixture.Settings("mwf") with { TapsMs = 32, FloorDb = double.NegativeInfinity }, 2);
        var output = new float[2 * Frames];
        run.Run(mix, output, at => (at < Frames / 2 ? before : after, 0));
        var mask = new bool[Frames];
        mask.AsSpan(Frames / 2 + 1600, 8000).Fill(true); // from 0.1 to 0.6 s after the turn
        double input = SiSdr.Db(target.AsSpan(0, Frames), mix.AsSpan(0, Frames), SeparationFixture.RateHz, 0, mask);
        double heard = SiSdr.Db(target.AsSpan(0, Frames), output.AsSpan(0, Frames), SeparationFixture.RateHz, run.Path.AlgorithmicDelaySamples, mask);
        Assert.True(heard - input > 5, $"{input:F1} dB in, {heard:F1} dB out");
    }
}
