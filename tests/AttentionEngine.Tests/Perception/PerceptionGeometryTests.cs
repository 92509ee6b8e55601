using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Perception;

public class PerceptionGeometryTests
{
    private static readonly Vector3D Left = 1.5 * Vector3D.FromAzimuthElevation(Angles.ToRadians(40));

    [Fact]
    public void A_talker_keeps_its_room_azimuth_while_the_head_turns()
    {
        var harness = new PerceptionHarness(1);
        harness.Positions(0, [Left]);
        for (int tick = 1; tick <= 50; tick++)
        {
            double timeS = tick * 0.04, yawRad = Angles.ToRadians(140) * (timeS - 1); // a fast head turn, −137 to +140 degrees
            harness.Head(timeS - 0.005, yawRad - 0.005 * Angles.ToRadians(140));
            harness.Head(timeS + 0.005, yawRad + 0.005 * Angles.ToRadians(140));
            TalkerTrack track = harness.Update(timeS).Talkers[0];
            Assert.True(harness.Scene.HeadValid);
            Assert.Equal(40, Angles.ToDegrees(track.DirectionRoom.AzimuthRad), 0.01);
            Assert.Equal(0, Angles.ToDegrees(Angles.WrapRad(track.DirectionHead.AzimuthRad - (Angles.ToRadians(40) - yawRad))), 0.02);
        }
    }

    [Fact]
    public void Direction_is_seen_from_the_head_not_from_the_origin_of_the_room()
    {
        var harness = new PerceptionHarness(1);
        harness.Positions(0, [new Vector3D(3, 2, 1.2)]);
        harness.Head(0, 0, new Vector3D(2, 2, 1.2));
        TalkerTrack track = harness.Update(0.01).Talkers[0];
        Assert.Equal(0, track.DirectionRoom.AzimuthRad, 1e-6);
        Assert.Equal(0.03, track.DirectionSdRad, 0.006); // 3 cm at 1 m, and 10 ms of held pose
    }

    [Fact]
    public void A_stale_or_lost_head_pose_is_held_and_said_to_be_invalid()
    {
        var harness = new PerceptionHarness(1);
        harness.Positions(0, [Left]);
        harness.Head(0, 0.3);
        Assert.True(harness.Update(0.45).HeadValid);
        double sdBefore = harness.Scene.Talkers[0].DirectionSdRad;
        for (int i = 1; i < 80; i++) harness.HeadLost(i * 0.01); // the stream goes on, the tracker sees nothing
        Assert.False(harness.Update(0.8).HeadValid);
        Assert.Equal(Angles.ToRadians(40) - 0.3, harness.Scene.Talkers[0].DirectionHead.AzimuthRad, 1e-6);
        Assert.True(harness.Scene.Talkers[0].DirectionSdRad > sdBefore);
        harness.Head(0.81, -0.2);
        Assert.True(harness.Update(0.82).HeadValid);
    }

    [Fact]
    public void Samples_after_the_tick_are_not_used()
    {
        var harness = new PerceptionHarness(1);
        harness.Positions(0, [Left]);
        harness.Positions(2, [-Left]);
        harness.Head(0.99, 0);
        Assert.Equal(40, Angles.ToDegrees(harness.Update(1).Talkers[0].DirectionRoom.AzimuthRad), 0.01);
        harness.Head(2.09, 0);
        Assert.Equal(-140, Angles.ToDegrees(harness.Update(2.1).Talkers[0].DirectionRoom.AzimuthRad), 0.01);
    }

    [Fact]
    public void Fixed_talkers_of_the_rig_need_no_position_stream_and_an_unknown_one_is_anywhere()
    {
        var harness = new PerceptionHarness(2, PerceptionHarness.MakeRig(new FixedTalker("t0", Left)));
        harness.Head(0, 0);
        TalkerScene scene = harness.Update(0.02);
        Assert.Equal(40, Angles.ToDegrees(scene.Talkers[0].DirectionRoom.AzimuthRad), 1e-9);
        Assert.Equal(Math.PI, scene.Talkers[1].DirectionSdRad);
        Assert.Equal(["t0", "t1"], scene.Talkers.Select(t => t.Id));
    }
}
