using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Perception;

public class MouthMotionTests
{
    private static readonly Vector3D[] Seats = [1.5 * Vector3D.FromAzimuthElevation(0.35), 1.5 * Vector3D.FromAzimuthElevation(-0.35), -1.5 * Vector3D.Front];

    /// <summary>Draws faces as the camera sees them: a bright ellipse with eyes and a mouth that opens, over a striped wall that is fixed to the room.</summary>
    private static byte[] Draw(double headYawRad, ReadOnlySpan<double> mouthOpening, SeededRandom noise)
    {
        var camera = PerceptionHarness.Camera;
        var picture = new byte[camera.WidthPx * camera.HeightPx];
        Rotation headFromRoom = Rotation.FromYawPitchRoll(headYawRad).Inverse();
        for (int y = 0; y < camera.HeightPx; y++)
            for (int x = 0; x < camera.WidthPx; x++)
            {
                double azimuth = headYawRad + Math.Atan2(camera.WidthPx * 0.5 - (x + 0.5), camera.FocalPx);
                double grey = 90 + 20 * Math.Sin(30 * azimuth);
                for (int k = 0; k < mouthOpening.Length; k++)
                {
                    Vector3D mouth = headFromRoom.Apply(Seats[k]);
                    if (mouth.X <= 0) continue;
                    double u = (camera.WidthPx * 0.5 - (x + 0.5)) * mouth.X / camera.FocalPx - mouth.Y; // metres at the face, left and up
                    double v = (camera.HeightPx * 0.5 - (y + 0.5)) * mouth.X / camera.FocalPx - mouth.Z;
                    double vFace = v - HeadCamera.MouthBelowFaceCentreM;
                    if (u * u / (0.08 * 0.08) + vFace * vFace / (0.115 * 0.115) > 1) continue;
                    grey = 180;
                    if (Math.Pow((Math.Abs(u) - 0.03) / 0.012, 2) + Math.Pow((vFace - 0.03) / 0.008, 2) < 1) grey = 60;
                    double half = 0.003 + 0.015 * mouthOpening[k];
                    if (u * u / (0.025 * 0.025) + v * v / (half * half) < 1) grey = 50;
                }
                picture[y * camera.WidthPx + x] = (byte)Math.Clamp(Math.Round(grey + 1.5 * noise.Normal()), 0, 255);
            }
        return picture;
    }

    private static (double Moving, double Still) MeanMotion(Func<double, double> headYawRad)
    {
        var harness = new PerceptionHarness(3);
        var noise = new SeededRandom(4);
        double moving = 0, still = 0;
        const int ticks = 60;
        for (int tick = 0; tick < ticks; tick++)
        {
            double timeS = 0.04 * tick;
            harness.Positions(timeS, Seats);
            harness.Head(timeS, headYawRad(timeS));
            byte[] picture = Draw(headYawRad(timeS), [0.5 + 0.5 * Math.Sin(2 * Math.PI * 4 * timeS), 0.2], noise);
            harness.Stage.AddFrame(new VideoFrame(picture, 320, 180, tick, StreamTime.FromSeconds(timeS)));
            TalkerScene scene = harness.Update(timeS + 0.001);
            Assert.True(scene.Talkers[0].InView && scene.Talkers[1].InView);
            Assert.False(scene.Talkers[2].InView); // behind the listener
            Assert.Equal(0, scene.Talkers[2].MouthMotion);
            if (tick < 5) continue;
            moving += scene.Talkers[0].MouthMotion;
            still += scene.Talkers[1].MouthMotion;
        }
        return (moving / (ticks - 5), still / (ticks - 5));
    }

    [Fact]
    public void A_moving_mouth_is_told_from_a_still_face()
    {
        (double moving, double still) = MeanMotion(_ => 0);
        Assert.InRange(moving, 1.5, 20);
        Assert.InRange(still, 0, 0.2);
    }

    [Fact]
    public void Also_while_the_head_turns()
    {
        (double moving, double still) = MeanMotion(t => 0.3 * Math.Sin(2 * Math.PI * 0.5 * t));
        Assert.True(moving > 4 * still, $"moving {moving:F2}, still {still:F2}");
    }

    [Fact]
    public void Out_of_the_picture_and_after_the_camera_dies_nothing_is_in_view()
    {
        var harness = new PerceptionHarness(3);
        harness.Positions(0, Seats);
        harness.Head(0, 0);
        harness.Stage.AddFrame(new VideoFrame(Draw(0, [0, 0], new SeededRandom(1)), 320, 180, 0, StreamTime.FromSeconds(0)));
        Assert.True(harness.Update(0.04).Talkers[0].InView);
        harness.Head(0.04, 1.4); // turned 80 degrees to the left: both faces have left the picture
        harness.Stage.AddFrame(new VideoFrame(Draw(1.4, [0, 0], new SeededRandom(1)), 320, 180, 1, StreamTime.FromSeconds(0.04)));
        Assert.False(harness.Update(0.08).Talkers[1].InView);
        harness.Head(0.08, 0);
        harness.Stage.AddFrame(new VideoFrame(Draw(0, [0, 0], new SeededRandom(1)), 320, 180, 2, StreamTime.FromSeconds(0.08)));
        Assert.True(harness.Update(0.1).Talkers[1].InView);
        harness.Head(1.2, 0);
        Assert.False(harness.Update(1.2).Talkers[1].InView); // 1.1 s without a picture
    }

    [Fact]
    public void A_picture_of_another_size_is_refused_with_both_sizes()
    {
        var harness = new PerceptionHarness(1);
        var error = Assert.Throws<ArgumentException>(() => harness.Stage.AddFrame(new VideoFrame(new byte[64 * 48], 64, 48, 0, StreamTime.Zero)));
        Assert.Contains("64×48", error.Message, StringComparison.Ordinal);
        Assert.Contains("320×180", error.Message, StringComparison.Ordinal);
    }
}
