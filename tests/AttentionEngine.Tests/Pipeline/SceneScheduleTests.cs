using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation;
using AttentionEngine.Tests.Separation;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>
/// A tick sees a block before the audio thread has done all that follows it. A scene that it sends in that moment was taken at the very sample up
/// to which the tick had consumed, where no replay can take it: found as one hop of one beam that differed in a replay on a busy machine.
/// </summary>
public sealed class SceneScheduleTests
{
    private const int Block = 32, Hop = 640;

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_scene_counts_after_the_sound_that_its_tick_consumed(bool live)
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings("lcmv"), 2);
        using var filters = new FilterRenewal(SeparationFixture.Array, SeparationFixture.Settings("lcmv"), 2, Hop / SeparationFixture.Array.SampleRateHz, path);
        ISteeringSchedule schedule = live ? new ImmediateSchedule() : new JournaledSchedule(new Dictionary<(SteeringKind, long), long> { [(SteeringKind.Scene, 1)] = 2 * Hop });
        var takes = new SpscRing<SteeringTake>(8);
        var input = new float[SeparationFixture.Array.Count * Block];
        for (int end = Block; end <= 2 * Hop; end += Block)
        {
            // Live: the tick has consumed all that was appended before the audio thread comes to renew its filters.
            if (end == Hop) filters.Push(SeparationFixture.Scene(30, -45), 1, schedule.EffectiveSample(SteeringKind.Scene, 1, Hop));
            filters.After(input, Block, end, takes);
            if (end < 2 * Hop) Assert.False(takes.TryTake(out _), $"taken at sample {end}");
        }
        Assert.True(takes.TryTake(out var take));
        Assert.Equal(new SteeringTake(SteeringKind.Scene, 1, 2 * Hop), take);
    }

    [Fact]
    public void Gains_count_as_soon_as_they_are_polled() => Assert.Equal(ISteeringSchedule.Now, new ImmediateSchedule().EffectiveSample(SteeringKind.Gains, 1, Hop));
}
