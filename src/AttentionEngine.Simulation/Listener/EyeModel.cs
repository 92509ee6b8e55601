using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;

namespace AttentionEngine.Simulation.Listener;

/// <summary>One gaze shift in ROOM angles, radians.</summary>
/// <param name="Target">Look target that it belongs to: talker index or −1.</param>
/// <param name="OpensLook">Whether it starts a look (then the head follows) or is a refixation inside it.</param>
internal readonly record struct Saccade(double OnsetS, double DurationS, double FromAzimuthRad, double FromElevationRad, double ToAzimuthRad, double ToElevationRad, int Target, bool OpensLook);

/// <summary>
/// Turns looks into saccades and fixations. Fixations: lognormal, median 0.30 s [R]; saccades by the main sequence, duration
/// 2.2 ms/deg × amplitude + 21 ms (Carpenter 1988) [R], with a minimum-jerk path whose peak velocity follows from it; fixation jitter 0.4° [R].
/// </summary>
internal sealed class EyeModel(IReadOnlyList<SceneTalker> talkers, Pose restingHead, SeededRandom random)
{
    private const double FixationMedianS = 0.30, FixationSigma = 0.5;
    private const double EyesAboveMouthM = 0.07;
    private static readonly double JitterRad = Angles.ToRadians(0.4);
    private static readonly double ClearOfTalkersRad = Angles.ToRadians(7);

    public static double SaccadeDurationS(double amplitudeDeg) => 0.0022 * amplitudeDeg + 0.021;

    public List<Saccade> Saccades(IReadOnlyList<Look> looks)
    {
        var saccades = new List<Saccade>();
        double azimuth = BodyAzimuthRad, elevation = 0;
        foreach (var look in looks)
        {
            var (baseAzimuth, baseElevation) = look.Target < 0 ? Elsewhere() : (0, 0);
            double t = look.StartS;
            bool opens = true;
            while (t < look.EndS)
            {
                var (toAzimuth, toElevation) = look.Target < 0 ? (baseAzimuth, baseElevation) : FacePoint(look.Target);
                double spread = look.Target < 0 ? 3 * JitterRad : JitterRad;
                toAzimuth += random.Normal(0, spread);
                toElevation += random.Normal(0, spread);
                double amplitudeRad = Vector3D.FromAzimuthElevation(azimuth, elevation).AngleTo(Vector3D.FromAzimuthElevation(toAzimuth, toElevation));
                double duration = SaccadeDurationS(Angles.ToDegrees(amplitudeRad));
                saccades.Add(new Saccade(t, duration, azimuth, elevation, toAzimuth, toElevation, look.Target, opens));
                (azimuth, elevation, opens) = (toAzimuth, toElevation, false);
                t += duration + Math.Max(0.08, random.LogNormal(FixationMedianS, FixationSigma));
            }
        }
        return saccades;
    }

    private double BodyAzimuthRad => restingHead.RoomFromFrame.Apply(Vector3D.Front).AzimuthRad;

    /// <summary>Eyes more often than mouth.</summary>
    private (double Azimuth, double Elevation) FacePoint(int talker)
    {
        var point = talkers[talker].PositionRoomM + new Vector3D(0, 0, random.Uniform() < 0.6 ? EyesAboveMouthM : 0);
        var direction = point - restingHead.PositionRoomM;
        return (direction.AzimuthRad, direction.ElevationRad);
    }

    /// <summary>A direction in front of the body, slightly down on average, that is no talker's.</summary>
    private (double Azimuth, double Elevation) Elsewhere()
    {
        for (int attempt = 0; ; attempt++)
        {
            double azimuth = Angles.WrapRad(BodyAzimuthRad + Angles.ToRadians(random.Uniform(-60, 60)));
            double elevation = Angles.ToRadians(Math.Clamp(random.Normal(-8, 8), -30, 15));
            var direction = Vector3D.FromAzimuthElevation(azimuth, elevation);
            bool clear = true;
            foreach (var talker in talkers) clear &= direction.AngleTo(talker.PositionRoomM - restingHead.PositionRoomM) > ClearOfTalkersRad;
            if (clear || attempt > 50) return (azimuth, elevation);
        }
    }
}
