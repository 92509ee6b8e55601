using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Perception.Gaze;

namespace AttentionEngine.Tests.Perception;

public class GazeTests
{
    private static readonly SceneCamera Camera = new(1088, 1080, 760, 765, 540, 545, -0.13, 0.1, Rotation.FromYawPitchRoll(0, Angles.ToRadians(12)));
    private static readonly Pose Origin = new(Vector3D.Zero, Rotation.Identity);

    private static Vector3D Direction(double azimuthDeg, double elevationDeg) => Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg), Angles.ToRadians(elevationDeg));

    /// <summary>What the lens makes of a direction: written forwards, apart from the code under test.</summary>
    private static (double X, double Y) Project(Vector3D head)
    {
        Vector3D c = Camera.HeadFromCameraMount.Inverse().Apply(head);
        double x = -c.Y / c.X, y = -c.Z / c.X, r2 = x * x + y * y, bend = 1 + Camera.K1 * r2 + Camera.K2 * r2 * r2;
        return (Camera.FocalXPx * x * bend + Camera.CentreXPx, Camera.FocalYPx * y * bend + Camera.CentreYPx);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 10)]
    [InlineData(-25, -5)]
    [InlineData(12, -15)]
    public void Every_layout_gives_the_direction_that_was_put_in(double azimuthDeg, double elevationDeg)
    {
        Vector3D wanted = Direction(azimuthDeg, elevationDeg);
        var (x, y) = Project(wanted);
        Check(new GazeReader(GazeLayout.PupilRelay, 2, Camera), [(float)x, (float)y], wanted);

        float[] pupil = [.. Enumerable.Repeat(float.NaN, 22)];
        (pupil[0], pupil[1], pupil[2]) = (0.9f, (float)(x / Camera.WidthPx), (float)(1 - y / Camera.HeightPx));
        Check(new GazeReader(GazeLayout.PupilCapture, 22, Camera), pupil, wanted); // 2D: from the bottom left
        Vector3D c = Camera.HeadFromCameraMount.Inverse().Apply(wanted);
        (pupil[3], pupil[4], pupil[5]) = ((float)(-900 * c.Y), (float)(-900 * c.Z), (float)(900 * c.X));
        Check(new GazeReader(GazeLayout.PupilCapture, 22, Camera), pupil, wanted); // 3D: mm, y down

        Check(new GazeReader(GazeLayout.TobiiGlasses3, 5), [0.5f, 0.5f, (float)(1500 * wanted.Y), (float)(1500 * wanted.Z), (float)(1500 * wanted.X)], wanted);
        Check(new GazeReader(GazeLayout.HeadDirection, 4), [(float)wanted.X, (float)wanted.Y, (float)wanted.Z, 1], wanted);
    }

    private static void Check(GazeReader reader, float[] sample, Vector3D wanted)
    {
        Assert.True(reader.TryRead(sample, Origin, out Vector3D got));
        Assert.InRange(Angles.ToDegrees(got.AngleTo(wanted)), 0, 0.01);
    }

    [Fact]
    public void A_screen_is_in_the_room_and_the_head_is_taken_out()
    {
        // 1 m in front, 0.6 m wide and 0.4 m high, its middle at the origin's height
        var screen = new ScreenPlane(new Vector3D(1, 0.3, 0.2), new Vector3D(0, -0.6, 0), new Vector3D(0, 0, -0.4));
        var reader = new GazeReader(GazeLayout.TobiiProScreen, 6, screen: screen);
        Assert.True(reader.TryRead([0, 0, 3, 0, 0, 3], Origin, out Vector3D corner));
        Assert.InRange(corner.AngleTo(new Vector3D(1, 0.3, 0.2)), 0, 1e-6);
        var turned = new Pose(new Vector3D(0.2, 0, 0), Rotation.FromYawPitchRoll(Angles.ToRadians(30)));
        Assert.True(reader.TryRead([float.NaN, float.NaN, float.NaN, 0.5f, 0.5f, 3], turned, out Vector3D middle)); // one eye is enough
        Assert.Equal(-30, Angles.ToDegrees(middle.AzimuthRad), 1e-4);
        Assert.False(reader.TryRead([float.NaN, 0, 0, float.NaN, 0, 0], Origin, out _));
        Assert.False(reader.TryRead([3, 3, 0, 3, 3, 0], Origin, out _)); // far off the screen
    }

    [Fact]
    public void What_the_tracker_did_not_see_and_wrong_layouts_are_refused()
    {
        float[] pupil = new float[22];
        (pupil[0], pupil[5]) = (0.3f, 1);
        Assert.False(new GazeReader(GazeLayout.PupilCapture, 22, Camera).TryRead(pupil, Origin, out _));
        Assert.False(new GazeReader(GazeLayout.PupilRelay, 2, Camera).TryRead([float.NaN, 4], Origin, out _));
        Assert.False(new GazeReader(GazeLayout.TobiiGlasses3, 5).TryRead([float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], Origin, out _));
        Assert.Throws<ConfigurationException>(() => new GazeReader(GazeLayout.PupilCapture, 21, Camera));
        Assert.Throws<ConfigurationException>(() => new GazeReader(GazeLayout.PupilRelay, 2));
        Assert.Throws<ConfigurationException>(() => new GazeReader(GazeLayout.TobiiProScreen, 6));
    }

    [Fact]
    public void Fixations_saccades_blinks_and_losses_are_told_apart()
    {
        const double stepS = 1 / 120.0;
        var random = new SeededRandom(4);
        var events = new List<GazeEvent>();
        var reader = new GazeEvents();
        double timeS = 0;
        void Feed(double azimuthDeg, bool valid = true)
        {
            if (reader.Add(timeS, Direction(azimuthDeg + random.Normal(0, 0.03), 0), valid, out var ended)) events.Add(ended);
            timeS += stepS;
        }
        void Hold(double deg, double s) { for (int i = 0; i < s / stepS; i++) Feed(deg); }
        void Move(double from, double to)
        {
            double s = 0.0022 * Math.Abs(to - from) + 0.021; // duration of a saccade by its size
            int n = (int)Math.Round(s / stepS);
            for (int i = 1; i <= n; i++) Feed(from + (to - from) * (i / (double)n));
        }
        void Shut(double s) { for (int i = 0; i < s / stepS; i++) Feed(0, valid: false); }
        Hold(0, 0.5); Move(0, 20); Hold(20, 0.4); Shut(0.2); Hold(20, 0.4); Move(20, -10); Hold(-10, 0.5); Shut(1.0); Hold(-10, 0.3);
        Assert.Equal([GazeEventKind.Fixation, GazeEventKind.Saccade, GazeEventKind.Blink, GazeEventKind.Fixation, GazeEventKind.Saccade, GazeEventKind.Lost], events.Select(e => e.Kind));
        Assert.Equal(0.5, events[0].EndS - events[0].StartS, 0.02);
        Assert.Equal(20, Angles.ToDegrees(events[1].AmplitudeRad), 1.0);
        Assert.Equal(0.2, events[2].EndS - events[2].StartS, 0.02);
        Assert.Equal(20, Angles.ToDegrees(events[3].Direction.AzimuthRad), 0.2);
        Assert.Equal(30, Angles.ToDegrees(events[4].AmplitudeRad), 1.0);
    }

    [Fact]
    public void A_turning_head_makes_no_saccade_in_room()
    {
        var reader = new GazeEvents();
        int told = 0;
        for (int i = 0; i < 240; i++)
        {
            var head = new Pose(Vector3D.Zero, Rotation.FromYawPitchRoll(Angles.ToRadians(70 * Math.Sin(2 * i / 120.0)))); // to 140 degrees/s
            Vector3D inHead = head.ToFrame(Direction(15, 0));
            if (reader.Add(i / 120.0, head.ToRoom(inHead), true, out _)) told++;
        }
        Assert.Equal(0, told);
    }

    [Fact]
    public void Dwell_knows_the_trackers_error()
    {
        Vector3D[] talkers = [Direction(0, 0), Direction(10, 0), Direction(60, 0)];
        double[] sd = [0, 0, 0];
        var good = new GazeDwell(3, Angles.ToRadians(1));
        var poor = new GazeDwell(3, Angles.ToRadians(8));
        for (int i = 0; i < 120; i++) { good.Add(Direction(1, 0), talkers, sd, 1 / 120.0); poor.Add(Direction(1, 0), talkers, sd, 1 / 120.0); }
        Assert.InRange(good.DwellS[0], 0.95, 1);
        Assert.InRange(poor.DwellS[0], 0.4, 0.8);
        Assert.InRange(poor.DwellS[1], 0.15, 0.5);
        good.Add(Direction(-150, 0), talkers, sd, 1 / 120.0);
        Assert.InRange(good.Probability[0] + good.Probability[1] + good.Probability[2], 0, 1e-6);
    }

    [Fact]
    public void Drift_is_learned_from_targets_and_not_from_looking_away()
    {
        var drift = new GazeDriftCorrection();
        var random = new SeededRandom(5);
        for (int i = 0; i < 30; i++)
        {
            double azimuth = random.Uniform(-30, 30), elevation = random.Uniform(-10, 10);
            Vector3D measured = i % 5 == 4 ? Direction(azimuth + 25, elevation) : Direction(azimuth + 3 + random.Normal(0, 0.3), elevation - 2 + random.Normal(0, 0.3));
            drift.Learn(measured, Direction(azimuth, elevation));
        }
        Assert.Equal((24, 6), (drift.Count, drift.Rejected));
        Assert.InRange(Angles.ToDegrees(drift.Apply(Direction(13, 3)).AngleTo(Direction(10, 5))), 0, 0.4);
    }
}
