using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

public class BeamDesignerTests
{
    private const int Frames = 4096, M = 4;

    // Level at the left ear of one beam when only this image sounds, dB.
    private static double BeamLevelDb(BeamformerWeights weights, int talker, float[] image)
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings(), weights.Talkers);
        var gains = new float[weights.Talkers];
        gains[talker] = 1;
        path.PushWeights(weights, -1);
        path.PushGains(SeparationFixture.Gains(0, 0, gains), -1);
        float[] output = new float[2 * Frames];
        path.Process(image, output, []);
        return SeparationFixture.PowerDb(output.AsSpan(1000, Frames - 1000));
    }

    [Theory]
    [InlineData("delay-and-sum", -6)]
    [InlineData("superdirective", -6.5)]
    [InlineData("mvdr", -18)]
    [InlineData("lcmv", -20)]
    public void A_beam_keeps_its_talker_and_lowers_the_other(string backend, double otherAtMostDb)
    {
        var designer = new BeamDesigner(SeparationFixture.Array, SeparationFixture.Settings(backend), 2);
        var weights = designer.Design(SeparationFixture.Scene(30, -45));
        Assert.NotNull(weights);
        float[] source = SeparationFixture.Noise(Frames, 3, 0.02), target = SeparationFixture.Image(source, 30), competitor = SeparationFixture.Image(source, -45);
        double own = BeamLevelDb(weights, 0, target) - SeparationFixture.PowerDb(target.AsSpan(1000, Frames - 1000));
        double other = BeamLevelDb(weights, 0, competitor) - SeparationFixture.PowerDb(competitor.AsSpan(Frames, Frames)); // against its near ear
        Assert.InRange(own, -0.5, 0.5);
        Assert.True(other < otherAtMostDb, $"{backend}: own {own:F1} dB, other {other:F1} dB");
    }

    [Fact]
    public void A_set_is_made_when_directions_change_and_ids_count_up_without_allocation()
    {
        var designer = new BeamDesigner(SeparationFixture.Array, SeparationFixture.Settings("lcmv"), 4);
        var scene = SeparationFixture.Scene(30, -45, 90, -100);
        Assert.Equal(1, designer.Design(scene)!.Id);
        Assert.Null(designer.Design(scene));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3; i++)
        {
            scene.Talkers[0].DirectionHead = AttentionEngine.Core.Geometry.Vector3D.FromAzimuthElevation(0.1 * i);
            var weights = designer.Design(scene);
            if (weights is null || weights.Id != i + 2) Assert.Fail("a turned head needs a new set");
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(designer.Design(SeparationFixture.Scene(1, 2, 3, 4))!.Filters, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Pass_designs_nothing_and_unknown_backends_are_named()
    {
        Assert.Null(new BeamDesigner(SeparationFixture.Array, SeparationFixture.Settings("pass"), 2).Design(SeparationFixture.Scene(30)));
        var error = Assert.Throws<ConfigurationException>(() => new BeamDesigner(SeparationFixture.Array, SeparationFixture.Settings("magic"), 2));
        Assert.Contains("magic", error.Message, StringComparison.Ordinal);
        Assert.Contains("superdirective", error.Message, StringComparison.Ordinal);
    }
}
