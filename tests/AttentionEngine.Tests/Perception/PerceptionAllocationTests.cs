using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Perception;

public class PerceptionAllocationTests
{
    [Fact]
    public void A_tick_allocates_nothing()
    {
        var harness = new PerceptionHarness(4);
        var beams = new float[4 * 640];
        for (int i = 0; i < beams.Length; i++) beams[i] = 0.01f * (i % 7 - 3);
        var picture = new byte[320 * 180];
        Vector3D[] seats = [new(1, 1, 0), new(1, 0.3, 0), new(1, -0.3, 0), new(1, -1, 0)];
        void Tick(int tick)
        {
            double timeS = 0.04 * tick;
            harness.Positions(timeS, seats);
            for (int i = 0; i < 4; i++) harness.Head(timeS + 0.01 * i, 0.001 * tick);
            harness.Stage.AddBeams(beams);
            harness.Stage.AddFrame(new VideoFrame(picture, 320, 180, tick, StreamTime.FromSeconds(timeS)));
            harness.Update(timeS + 0.03);
        }
        for (int tick = 0; tick < 200; tick++) Tick(tick);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int tick = 200; tick < 400; tick++) Tick(tick);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
