using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Tests.Simulation.Conversation;

namespace AttentionEngine.Tests.Simulation.Listener;

public class ListenerMotionTests
{
    private static readonly Pose Rest = new(Vector3D.Zero, Rotation.Identity);
    private static readonly SceneTalker[] Talkers = ConversationPlannerTests.Talkers(4, 2);

    internal static (ConversationPlan Plan, ListenerProfile Profile, ListenerMotion Motion) Render(ulong seed, double durationS, ListenerSettings? settings = null)
    {
        settings ??= new ListenerSettings();
        var random = new SeededRandom(seed);
        var plan = ConversationPlanner.Plan(Talkers, new ConversationSettings(), durationS, random.Fork("plan"));
        var profile = ListenerProfile.Draw(settings, random.Fork("listener"));
        return (plan, profile, ListenerMotion.Render(plan, Talkers, Rest, profile, settings, random.Fork("motion")));
    }

    [Fact]
    public void Same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var a = Render(5, 30).Motion;
        var b = Render(5, 30).Motion;
        Assert.Equal(a.HeadFrames, b.HeadFrames);
        Assert.Equal(a.GazeFrames, b.GazeFrames);
        Assert.NotEqual(a.HeadFrames, Render(6, 30).Motion.HeadFrames);
        Assert.Equal(30 * 100 * 7, a.HeadFrames.Length);
        Assert.Equal(30 * 120 * 4, a.GazeFrames.Length);
    }

    [Theory]
    [InlineData(0.55)]
    [InlineData(0.72)]
    [InlineData(0.88)]
    public void Time_looking_at_the_attended_talker_is_the_drawn_probability(double probability)
    {
        double on = 0, all = 0;
        for (ulong seed = 0; seed < 12; seed++)
        {
            var (plan, _, motion) = Render(seed, 400, new ListenerSettings { LookProbability = probability });
            foreach (var look in motion.Looks)
            {
                all += look.EndS - look.StartS;
                on += plan.Attended.Where(a => a.Talker == look.Target).Sum(a => Math.Max(0, Math.Min(a.EndS, look.EndS) - Math.Max(a.StartS, look.StartS)));
            }
        }
        Assert.InRange(on / all, probability - 0.06, probability + 0.05);
    }

    [Fact]
    public void A_new_talker_is_looked_at_along_the_S_curve()
    {
        // Without parting and with sure looks, the time of the first look after a change of attention is the curve itself.
        var settings = new ListenerSettings { LookProbability = 0.95, PartedFraction = 0 };
        var delays = new List<double>();
        for (ulong seed = 0; seed < 20; seed++)
        {
            var (plan, _, motion) = Render(seed, 400, settings);
            foreach (var a in plan.Attended.Skip(1))
                if (motion.Looks.FirstOrDefault(l => l.Target == a.Talker && l.StartS > a.StartS - 0.8) is { } look) delays.Add(look.StartS - a.StartS);
        }
        delays.Sort();
        Assert.InRange(delays[delays.Count / 2], 0.2, 0.5);
        Assert.InRange(delays[delays.Count / 5], -0.3, 0.15);
    }

    [Fact]
    public void Gaze_alone_is_informative_but_not_enough_even_for_an_ideal_filter()
    {
        double correct = 0, ticks = 0;
        for (ulong seed = 0; seed < 24; seed++)
        {
            var (plan, profile, motion) = Render(seed, 300);
            var (c, n) = IdealGazeFilter.Score(plan, Talkers, profile, motion.Looks);
            correct += c;
            ticks += n;
        }
        TestContext.Current.SendDiagnosticMessage($"ideal filter over true look targets and floors: {correct / ticks:P1}");
        Assert.InRange(correct / ticks, 0.68, 0.86);
    }

    [Fact]
    public void Decorrelated_gaze_says_nothing()
    {
        double on = 0, all = 0;
        for (ulong seed = 0; seed < 30; seed++)
        {
            var (plan, _, motion) = Render(seed, 300, new ListenerSettings { GazeDecorrelatedFromS = 0 });
            foreach (var look in motion.Looks.Where(l => l.Target >= 0))
            {
                double middle = (look.StartS + look.EndS) / 2, length = look.EndS - look.StartS;
                int attended = ConversationPlannerTests.AttendedAt(plan, middle);
                bool holder = plan.Turns.Any(t => t.Talker == look.Target && t.StartS <= middle && middle < t.EndS);
                if (!holder) continue;
                all += length;
                if (look.Target == attended) on += length;
            }
        }
        Assert.InRange(on / all, 0.42, 0.58); // two floors are held at any time
    }

    [Fact]
    public void Head_moves_smoothly_below_its_speed_limit_and_gaze_stays_on_the_target_while_it_moves()
    {
        var (_, _, motion) = Render(3, 120);
        double fastest = 0;
        var previous = motion.HeadAt(0);
        for (int i = 1; i < 120 * 1000; i++)
        {
            var pose = motion.HeadAt(i / 1000.0);
            var turn = previous.RoomFromFrame.Inverse() * pose.RoomFromFrame;
            fastest = Math.Max(fastest, 2 * Math.Asin(Math.Min(1, new Vector3D(turn.X, turn.Y, turn.Z).Norm)) * 1000);
            Assert.InRange((pose.PositionRoomM - previous.PositionRoomM).Norm, 0, 1e-4);
            previous = pose;
        }
        Assert.InRange(Angles.ToDegrees(fastest), 30, 155);
        // In the middle of long looks the true gaze lies within two degrees of the face.
        foreach (var look in motion.Looks.Where(l => l.Target >= 0 && l.EndS - l.StartS > 1))
        {
            var gaze = motion.GazeTruthRoom[(int)((look.StartS + look.EndS) / 2 * 120)];
            var face = Talkers[look.Target].PositionRoomM + new Vector3D(0, 0, 0.035);
            Assert.InRange(Angles.ToDegrees(gaze.AngleTo(face)), 0, 5);
        }
    }

    [Fact]
    public void Tracker_reports_true_gaze_with_its_bias_and_loses_what_it_should()
    {
        var (_, profile, motion) = Render(8, 300, new ListenerSettings { TrackerDeadFromS = 100, TrackerDeadForS = 10 });
        int lost = 0, samples = motion.GazeFrames.Length / 4;
        double azimuthError = 0;
        for (int i = 0; i < samples; i++)
        {
            var frame = motion.GazeFrames.AsSpan(i * 4, 4);
            double t = i / 120.0;
            if (float.IsNaN(frame[0])) { lost++; Assert.Equal(0, frame[3]); continue; }
            Assert.False(t is > 100.01 and < 110);
            Assert.DoesNotContain(motion.Blinks, b => b.StartS <= t && t < b.EndS);
            var measured = new Vector3D(frame[0], frame[1], frame[2]);
            Assert.Equal(1, measured.Norm, 1e-5);
            var truth = motion.HeadAt(t).RoomFromFrame.Inverse().Apply(motion.GazeTruthRoom[i]);
            azimuthError += Angles.ToDegrees(Angles.WrapRad(measured.AzimuthRad - truth.AzimuthRad));
        }
        Assert.Equal(profile.TrackerBiasAzimuthDeg + profile.TrackerSlipDegPerMinute * 2.5, azimuthError / (samples - lost), 0.1);
        double blinking = motion.Blinks.Sum(b => b.EndS - b.StartS) / 300;
        Assert.InRange((double)lost / samples, blinking + 10.0 / 300 + 0.01, blinking + 10.0 / 300 + 0.07);
        Assert.InRange(motion.Blinks.Count / 5.0, 0.75 * profile.BlinksPerMinute, 1.25 * profile.BlinksPerMinute);
        Assert.All(motion.Blinks, b => Assert.InRange(b.EndS - b.StartS, 0.0999, 0.4001));
    }

    [Fact]
    public void Profiles_follow_their_distributions()
    {
        var profiles = Enumerable.Range(0, 2000).Select(i => ListenerProfile.Draw(new ListenerSettings(), new SeededRandom((ulong)i))).ToList();
        Assert.InRange(profiles.Average(p => p.LookProbability), 0.71, 0.73);
        Assert.All(profiles, p => Assert.InRange(p.LookProbability, 0.55, 0.88));
        Assert.InRange(profiles.Average(p => p.HeadGain), 0.58, 0.62);
        Assert.InRange(Sd(profiles.Select(p => p.HeadGain)), 0.17, 0.21);
        Assert.InRange(profiles.Average(p => p.BlinksPerMinute), 20, 21);
        Assert.InRange(Sd(profiles.Select(p => p.TrackerBiasAzimuthDeg)), 0.95, 1.05);
        Assert.InRange(profiles.Average(p => p.TrackerDropout), 0.034, 0.036);
        Assert.InRange(profiles.Count(p => p.EegStrength == 0) / 2000.0, 0.06, 0.11);
        Assert.InRange(Sd(profiles.Where(p => p.EegStrength > 0).Select(p => p.EegStrength)), 0.32, 0.37);
        Assert.InRange(profiles.Average(p => p.SaccadeLatencyS), 0.195, 0.205);
    }

    private static double Sd(IEnumerable<double> values)
    {
        var v = values.ToArray();
        double mean = v.Average();
        return Math.Sqrt(v.Sum(x => (x - mean) * (x - mean)) / (v.Length - 1));
    }
}
