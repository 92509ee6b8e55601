using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

public class MaskedWienerTests
{
    private const int Frames = 32768, M = 4;
    private static readonly string Model = Path.Combine(Repository.Root, "models", "masks");
    private static AudioPathSettings Settings => SeparationFixture.Settings("mask-mwf") with { MaskModel = Model, FloorDb = double.NegativeInfinity };

    private static (float[] Mix, float[] Images) Scene()
    {
        float[] images = [.. SeparationFixture.Image(SpeechLike.Make(Frames, 1), 30), .. SeparationFixture.Image(SpeechLike.Make(Frames, 2), -45), .. SeparationFixture.Noise(M * Frames, 9, 3e-4)];
        var mix = new float[M * Frames];
        for (int i = 0; i < images.Length; i++) mix[i % mix.Length] += images[i];
        return (mix, images);
    }

    private static double GainDb(float[] mix, float[] images, AudioPathSettings settings, float[]? ideal)
    {
        using var run = new OfflineSeparation(SeparationFixture.Array, settings, 2, 40, ideal);
        var output = new float[2 * Frames];
        var scene = SeparationFixture.Scene(30, -45);
        run.Run(mix, output, _ => (scene, 0));
        var scored = new bool[Frames];
        scored.AsSpan(8000).Fill(true);
        var target = images.AsSpan(0, Frames);
        return SiSdr.Db(target, output.AsSpan(0, Frames), SeparationFixture.RateHz, run.Path.AlgorithmicDelaySamples, scored) - SiSdr.Db(target, mix.AsSpan(0, Frames), SeparationFixture.RateHz, 0, scored);
    }

    [Fact]
    public void The_network_separates_and_ideal_masks_separate_better()
    {
        var (mix, images) = Scene();
        double network = GainDb(mix, images, Settings, null), ideal = GainDb(mix, images, Settings, images);

        Assert.True(network > 5, $"network {network:F1}");
        Assert.True(ideal > network, $"ideal {ideal:F1}, network {network:F1}");
    }

    [Fact]
    public void Observing_and_designing_allocates_nothing_and_survives_bad_samples()
    {
        using var designer = new BeamDesigner(SeparationFixture.Array, Settings, 3);
        Assert.Equal(128, designer.HopFrames);
        var scene = SeparationFixture.Scene(60, 0, -60);
        float[] hop = SeparationFixture.Noise(M * 128, 5, 0.05);
        hop[77] = float.NaN;
        hop[300] = float.PositiveInfinity;
        for (int i = 0; i < 3; i++) { designer.Observe(hop, scene); Assert.NotNull(designer.Design(scene)); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        BeamformerWeights? weights = null;
        for (int i = 0; i < 12; i++)
        {
            scene.Talkers[1].DirectionHead = Vector3D.FromAzimuthElevation(0.05 * i); // the head turns
            designer.Observe(hop, scene);
            weights = designer.Design(scene);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(15, weights!.Id);
        Assert.All(weights.Filters, v => Assert.True(float.IsFinite(v)));
        // Silence, then fewer talkers: still finite.
        designer.Observe(new float[M * 16000], scene);
        designer.Observe(new float[M * 640], SeparationFixture.Scene(10));
        Assert.All(designer.Design(SeparationFixture.Scene(10))!.Filters, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Reset_equals_fresh_to_the_last_bit()
    {
        var (mix, _) = Scene();
        using var used = new BeamDesigner(SeparationFixture.Array, Settings, 2);
        using var fresh = new BeamDesigner(SeparationFixture.Array, Settings, 2);
        var scene = SeparationFixture.Scene(30, -45);
        float[] Filters(BeamDesigner designer)
        {
            var hop = new float[M * 128];
            BeamformerWeights? weights = null;
            for (int at = 0; at < 40 * 128; at += 128)
            {
                for (int m = 0; m < M; m++) mix.AsSpan(m * Frames + at, 128).CopyTo(hop.AsSpan(m * 128));
                designer.Observe(hop, scene);
                weights = designer.Design(scene);
            }
            return [.. weights!.Filters];
        }
        float[] first = Filters(used);
        used.Reset();
        Assert.Equal(first, Filters(used));
        Assert.Equal(first, Filters(fresh));
    }

    [Fact]
    public void Two_talkers_in_one_place_are_one()
    {
        using var designer = new BeamDesigner(SeparationFixture.Array, Settings, 2);
        var scene = SeparationFixture.Scene(30, 33);
        designer.Observe(SeparationFixture.Image(SeparationFixture.Noise(4096, 8, 0.05), 31), scene);
        var weights = designer.Design(scene)!;
        int each = 2 * M * weights.Taps;
        Assert.Equal(weights.Filters[..each], weights.Filters[each..(2 * each)]);
    }

    [Fact]
    public void What_the_network_was_not_made_for_is_refused()
    {
        var fast = SeparationFixture.Array with { SampleRateHz = 48000 };
        Assert.Contains("16000", Assert.Throws<ConfigurationException>(() => new BeamDesigner(fast, Settings, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("taps_ms", Assert.Throws<ConfigurationException>(() => new BeamDesigner(SeparationFixture.Array, Settings with { TapsMs = 32 }, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("mask_model", Assert.Throws<ConfigurationException>(() => new BeamDesigner(SeparationFixture.Array, Settings with { MaskModel = null }, 2)).Message, StringComparison.Ordinal);
        string other = Path.Combine(Repository.Root, "models", "fusion");
        Assert.Contains("does not fit", Assert.Throws<InputDataException>(() => new BeamDesigner(SeparationFixture.Array, Settings with { MaskModel = other }, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("8 talkers", Assert.Throws<ConfigurationException>(() => new BeamDesigner(SeparationFixture.Array, Settings, 9)).Message, StringComparison.Ordinal);
    }
}
