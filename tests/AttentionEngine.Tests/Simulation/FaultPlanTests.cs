using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Faults;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Tests.Simulation;

public sealed class FaultPlanTests
{
    private static readonly Rig s_rig = RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml"));

    [Fact]
    public void A_plan_is_read_as_written()
    {
        var plan = FaultPlan.Parse("drop:gaze@4+0.3, stall:head@6+2,jump:ego_camera@14-0.5,xrun@16", 20, s_rig);
        Assert.Equal(
        [
            new Fault(FaultKind.Drop, StreamRole.Gaze, 4, 0.3), new Fault(FaultKind.Stall, StreamRole.Head, 6, 2),
            new Fault(FaultKind.Jump, StreamRole.EgoCamera, 14, -0.5), new Fault(FaultKind.Xrun, StreamRole.Audio, 16, 0.15),
        ], plan.Faults);
        Assert.Equal(Enum.GetValues<FaultKind>(), FaultPlan.Parse("typical", 30, s_rig).Faults.Select(f => f.Kind).Distinct().Order());
    }

    [Theory]
    [InlineData("explode:gaze@3", "explode")]
    [InlineData("stall:nose@3", "'nose'")]
    [InlineData("stall@3", "names no stream")]
    [InlineData("stall:gaze", "stall:gaze")]
    [InlineData("stall:gaze@31", "20 s")]
    [InlineData("stall:gaze@3-1", "longer than 0 s")]
    [InlineData("xrun:gaze@3", "of the audio")]
    public void What_is_not_understood_is_named(string text, string said)
    {
        var error = Assert.Throws<ConfigurationException>(() => FaultPlan.Parse(text, 20, s_rig));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schedule_keeps_each_stream_s_order_and_loses_only_what_is_to_be_lost()
    {
        StreamRole[] roles = [StreamRole.Gaze, StreamRole.Head];
        var due = Enumerable.Range(0, 100).SelectMany(i => new[] { new DueChunk(0, i, i * 0.1), new DueChunk(1, i, i * 0.1 + 0.03) });
        var plan = FaultPlan.Parse("drop:gaze@1+0.5,stall:head@2+2,burst:gaze@3+1,die:head@6+1,jump:gaze@8-0.25", 10, s_rig);
        var steps = FaultedSchedule.Of(due, roles, plan).ToList();
        for (int i = 1; i < steps.Count; i++) Assert.True(steps[i].AtS >= steps[i - 1].AtS);
        int[] Sent(int stream) => [.. steps.Where(s => s.Kind == StepKind.Send && s.Stream == stream).Select(s => s.Chunk)];
        Assert.Equal(Enumerable.Range(0, 100).Except(Enumerable.Range(10, 5)), Sent(0));
        Assert.Equal(Enumerable.Range(0, 100).Except(Enumerable.Range(60, 10)), Sent(1));
        Assert.Equal(20, steps.Count(s => s.Kind == StepKind.Send && s.Stream == 1 && s.AtS == 4)); // all that was stalled, at once
        Assert.Equal(4, steps.Where(s => s.Kind == StepKind.Send && s.Stream == 0 && s.AtS is > 3 and <= 4).Select(s => s.AtS).Distinct().Count());
        Assert.Equal([(StepKind.Die, 6.0), (StepKind.Return, 7.0)], steps.Where(s => s.Kind != StepKind.Send).Select(s => (s.Kind, s.AtS)));
        Assert.Equal((0, -0.25, 0), (plan.ClockShiftS(StreamRole.Gaze, 7.9), plan.ClockShiftS(StreamRole.Gaze, 8), plan.ClockShiftS(StreamRole.Head, 9)));
    }
}
