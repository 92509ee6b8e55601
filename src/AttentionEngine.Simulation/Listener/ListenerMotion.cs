using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Simulation.Listener;

/// <summary>
/// What a listener's head and eyes do during a plan, rendered once: head pose at 100 Hz, eye-tracker samples at 120 Hz, blinks, and the
/// true looks. Same seed, same numbers.
/// </summary>
public sealed class ListenerMotion : IHeadTrajectory
{
    public const double HeadRateHz = 100;
    public const double GazeRateHz = 120;
    private const int StepsPerSecond = 600; // divisible by both

    private readonly double[] _yaw, _pitch, _roll; // [head samples] radians
    private readonly Vector3D[] _position;          // [head samples] metres

    private ListenerMotion(int headSamples, int gazeSamples, IReadOnlyList<Look> looks, IReadOnlyList<Interval> blinks)
    {
        _yaw = new double[headSamples];
        _pitch = new double[headSamples];
        _roll = new double[headSamples];
        _position = new Vector3D[headSamples];
        HeadFrames = new float[headSamples * 7];
        GazeFrames = new float[gazeSamples * 4];
        GazeTruthRoom = new Vector3D[gazeSamples];
        Looks = looks;
        Blinks = blinks;
    }

    /// <summary>[samples × 7] at 100 Hz, sample i at i / 100 s: position x, y, z in ROOM (m), roomFromHead quaternion w, x, y, z.</summary>
    public float[] HeadFrames { get; }

    /// <summary>[samples × 4] at 120 Hz, sample i at i / 120 s: what the tracker reports, unit direction x, y, z in HEAD and confidence in [0, 1];
    /// direction NaN and confidence 0 in blinks and losses.</summary>
    public float[] GazeFrames { get; }

    /// <summary>[samples] true gaze, unit vector in ROOM axes, at 120 Hz. For analysis only.</summary>
    public Vector3D[] GazeTruthRoom { get; }

    /// <summary>True look targets, contiguous. For analysis only.</summary>
    public IReadOnlyList<Look> Looks { get; }

    /// <summary>Eyes closed, seconds.</summary>
    public IReadOnlyList<Interval> Blinks { get; }

    /// <param name="restingHead">Where the listener sits and faces: centre of the head, ROOM, and body direction.</param>
    public static ListenerMotion Render(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, Pose restingHead, ListenerProfile profile, ListenerSettings settings, SeededRandom random)
    {
        var looks = new LookPlanner(plan, talkers, profile, settings, random.Fork("looks")).Looks();
        var saccades = new EyeModel(talkers, restingHead, random.Fork("eye")).Saccades(looks);
        var blinks = Listener.Blinks.Draw(profile.BlinksPerMinute, plan.DurationS, random.Fork("blinks"));
        int steps = (int)Math.Ceiling(plan.DurationS * StepsPerSecond);
        const int perHead = StepsPerSecond / (int)HeadRateHz, perGaze = StepsPerSecond / (int)GazeRateHz;
        var motion = new ListenerMotion((steps + perHead - 1) / perHead, (steps + perGaze - 1) / perGaze, looks, blinks);
        var head = new HeadModel(profile, restingHead, 1.0 / StepsPerSecond, random.Fork("head"));
        var tracker = new GazeTracker(profile, settings, blinks, plan.DurationS, random.Fork("tracker"));
        int current = 0, followed = 0;
        for (int i = 0; i < steps; i++)
        {
            double t = (double)i / StepsPerSecond;
            while (current + 1 < saccades.Count && saccades[current + 1].OnsetS <= t) current++;
            for (; followed < saccades.Count && saccades[followed].OnsetS + profile.HeadDelayS <= t; followed++)
                if (saccades[followed].OpensLook) head.TurnTowards(saccades[followed].ToAzimuthRad, saccades[followed].ToElevationRad);
            if (i % perHead == 0) motion.StoreHead(i / perHead, head);
            if (i % perGaze == 0)
            {
                var gazeRoom = DirectionAt(saccades[current], t);
                motion.GazeTruthRoom[i / perGaze] = gazeRoom;
                var roomFromHead = Rotation.FromYawPitchRoll(head.YawRad, head.PitchRad, head.RollRad);
                tracker.Sample(t, roomFromHead.Inverse().Apply(gazeRoom), motion.GazeFrames.AsSpan(i / perGaze * 4, 4));
            }
            head.Step();
        }
        return motion;
    }

    /// <inheritdoc/>
    public Pose HeadAt(double timeS)
    {
        double x = Math.Clamp(timeS * HeadRateHz, 0, _yaw.Length - 1);
        int i = Math.Min((int)x, Math.Max(0, _yaw.Length - 2));
        double f = x - i;
        int a = Math.Max(0, i - 1), b = i, c = Math.Min(i + 1, _yaw.Length - 1), d = Math.Min(i + 2, _yaw.Length - 1);
        // Catmull–Rom: through the samples, with a continuous rate.
        double f2 = f * f, f3 = f2 * f;
        double wa = 0.5 * (-f3 + 2 * f2 - f), wb = 0.5 * (3 * f3 - 5 * f2 + 2), wc = 0.5 * (-3 * f3 + 4 * f2 + f), wd = 0.5 * (f3 - f2);
        return new Pose(
            wa * _position[a] + wb * _position[b] + wc * _position[c] + wd * _position[d],
            Rotation.FromYawPitchRoll(
                wa * _yaw[a] + wb * _yaw[b] + wc * _yaw[c] + wd * _yaw[d],
                wa * _pitch[a] + wb * _pitch[b] + wc * _pitch[c] + wd * _pitch[d],
                wa * _roll[a] + wb * _roll[b] + wc * _roll[c] + wd * _roll[d]));
    }

    private void StoreHead(int i, HeadModel head)
    {
        (_yaw[i], _pitch[i], _roll[i], _position[i]) = (head.YawRad, head.PitchRad, head.RollRad, head.PositionRoomM);
        var p = head.PositionRoomM;
        var q = Rotation.FromYawPitchRoll(head.YawRad, head.PitchRad, head.RollRad);
        var frame = HeadFrames.AsSpan(i * 7, 7);
        (frame[0], frame[1], frame[2]) = ((float)p.X, (float)p.Y, (float)p.Z);
        (frame[3], frame[4], frame[5], frame[6]) = ((float)q.W, (float)q.X, (float)q.Y, (float)q.Z);
    }

    /// <summary>Minimum-jerk path of the gaze during a saccade, its end point afterwards.</summary>
    private static Vector3D DirectionAt(in Saccade s, double t)
    {
        double u = Math.Clamp((t - s.OnsetS) / s.DurationS, 0, 1);
        double done = u * u * u * (10 + u * (-15 + 6 * u));
        return Vector3D.FromAzimuthElevation(
            s.FromAzimuthRad + done * (s.ToAzimuthRad - s.FromAzimuthRad),
            s.FromElevationRad + done * (s.ToElevationRad - s.FromElevationRad));
    }
}
