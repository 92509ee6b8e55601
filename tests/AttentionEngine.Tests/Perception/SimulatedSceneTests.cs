using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception;
using AttentionEngine.Simulation.Camera;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Tests.Perception;

/// <summary>The default scene, rendered, through the perception stage: speech with pauses, a head that turns, faces of a few pixels.</summary>
public class SimulatedSceneTests
{
    private const double Seconds = 30, TickS = 0.04;
    private const double LeakageDb = -8; // of each talker into the others' beams: what a four-microphone array leaves

    private sealed record Counts(List<double> MouthSpeaking, List<double> MouthSilent)
    {
        public int Right, Ticks, TruePositive, Positive, Speaking;
        public double WorstDirectionRad;
    }

    private static SimulatedSession Scene()
    {
        string speech = Environment.GetEnvironmentVariable("ATTEND_SPEECH") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/attention-engine/speech/v1");
        if (!Directory.Exists(speech)) Assert.Skip($"NOT TESTED: no default speech at {speech} (./attend makes it).");
        return SimulatedSession.Render(SceneReader.Read(Repository.PathOf("rigs/sim-conversations.yaml")), seed: 3, Seconds);
    }

    private static Counts Run(SimulatedSession session)
    {
        Rig rig = session.Scene.Rig;
        int talkers = session.Scene.Talkers.Count, frames = (int)(TickS * rig.Array.SampleRateHz), perTick = (int)(TickS * session.Motion.HeadFrames.Length / 7 / Seconds);
        var stage = new PerceptionStage(rig, [.. session.Scene.Talkers.Select(t => t.Id)]);
        var scene = new TalkerScene(talkers);
        var camera = new EgoCameraRenderer(rig.EgoCamera!, session.Scene.Talkers, session.Plan, [.. session.Signals.Dry.Select(d => EegSimulator.DryEnvelope(d, session.Signals.RateHz))], session.Motion, new SeededRandom(8));
        float[] positions = [.. session.Scene.Talkers.SelectMany(t => new[] { (float)t.PositionRoomM.X, (float)t.PositionRoomM.Y, (float)t.PositionRoomM.Z })];
        stage.AddTalkerPositions(new SampleChunk(positions, [0.0], positions.Length, 0, 0));
        var picture = new byte[rig.EgoCamera!.WidthPx * rig.EgoCamera.HeightPx];
        var beams = new float[talkers * frames];
        var noise = new SeededRandom(9);
        var counts = new Counts([], []);
        for (int tick = 0; tick < (int)(Seconds / TickS) - 1; tick++)
        {
            double[] headTimes = [.. Enumerable.Range(tick * perTick, perTick).Select(i => i / 100.0)];
            stage.AddHead(new HeadPoseChunk(new SampleChunk(session.Motion.HeadFrames.AsSpan(tick * perTick * 7, perTick * 7), headTimes, 7, tick * perTick, 0)));
            camera.Render(tick, picture);
            stage.AddFrame(new VideoFrame(picture, rig.EgoCamera.WidthPx, rig.EgoCamera.HeightPx, tick, StreamTime.FromSeconds(tick * TickS)));
            for (int k = 0; k < talkers; k++)
                for (int i = 0; i < frames; i++)
                {
                    double x = 3e-4 * noise.Normal();
                    for (int j = 0; j < talkers; j++) x += (j == k ? 1 : Math.Pow(10, LeakageDb / 20)) * session.Signals.Dry[j][tick * frames + i];
                    beams[k * frames + i] = (float)x;
                }
            stage.AddBeams(beams);
            double timeS = (tick + 1) * TickS - 0.005;
            stage.Update(StreamTime.FromSeconds(timeS), scene);
            if (timeS > 10) Count(session, scene, timeS, counts);
        }
        return counts;
    }

    private static void Count(SimulatedSession session, TalkerScene scene, double timeS, Counts counts)
    {
        for (int k = 0; k < scene.Count; k++)
        {
            TalkerTrack track = scene.Talkers[k];
            bool speaking = session.Signals.Activity.Any(a => a.Talker == k && a.StartS <= timeS && timeS < a.EndS), active = track.Activity > 0.5;
            counts.Ticks++;
            if (speaking == active) counts.Right++;
            if (speaking && active) counts.TruePositive++;
            if (active) counts.Positive++;
            if (speaking) counts.Speaking++;
            if (track.InView) (speaking ? counts.MouthSpeaking : counts.MouthSilent).Add(track.MouthMotion);
            Vector3D expected = (session.Scene.Talkers[k].PositionRoomM - session.Motion.HeadAt(timeS).PositionRoomM).Normalized();
            counts.WorstDirectionRad = Math.Max(counts.WorstDirectionRad, expected.AngleTo(track.DirectionRoom));
        }
    }

    [Fact]
    public void Directions_activity_and_mouths_of_the_default_scene()
    {
        Counts counts = Run(Scene());
        Assert.InRange(counts.WorstDirectionRad, 0, 0.01);
        double recall = (double)counts.TruePositive / counts.Speaking, precision = (double)counts.TruePositive / counts.Positive;
        Assert.True(recall > 0.8 && precision > 0.8, $"activity: recall {recall:F3}, precision {precision:F3}, right {(double)counts.Right / counts.Ticks:F3}");
        double[] silent = [.. counts.MouthSilent.Order()];
        double area = counts.MouthSpeaking.Average(m => (double)silent.Count(s => s < m) / silent.Length);
        Assert.True(area > 0.8, $"mouth motion tells speaking from silent with an area under the curve of {area:F3} only");
    }
}
