using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Attention;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Cli.Evaluation;

/// <summary>
/// One simulated listener through the engine's own perception, evidence, fusion and policy, with modelled beams in the place of rendered and
/// separated sound (<see cref="BeamModel"/>). Every sample that lies before a tick is there in time, as in an ideal replay.
/// </summary>
internal sealed class FeatureSession(EvaluationCondition condition, SimulatedSenses senses, EegRecording? eeg)
{
    private const double StartS = OfflineRecording.StartS, PositionsRateHz = SimulatedSenses.PositionsRateHz, BurstS = 0.5;
    private readonly float[] _gaze = LoseGaze(senses.Motion.GazeFrames, condition.GazeMissing, senses.Seed);
    private readonly string[] _ids = [.. senses.Scene.Talkers.Select(t => t.Id)];

    /// <summary>Runs all ticks.</summary>
    public TickLog Run(CancellationToken cancellation)
    {
        var rig = senses.Scene.Rig;
        double tickS = rig.Attention.TickMs * 1e-3, rateHz = rig.Array.SampleRateHz;
        int talkers = _ids.Length, ticks = (int)(senses.Plan.DurationS / tickS), perTick = (int)Math.Ceiling(tickS * rateHz) + 1;
        bool hears = Has(Modality.Beams), sees = Has(Modality.Vision) && senses.EgoCamera is not null, hasEeg = Has(Modality.Eeg) && eeg is not null;
        float[][] beams = hears ? BeamModel.Render(senses.Scene, senses.Signals, new SeededRandom(senses.Seed).Fork("beams")) : [];
        using var graph = new SenseGraph(rig, _ids, hasEeg ? new EegStream(EegMontage.Labels, EegSimulator.RateHz) : null, perTick);
        var record = new TickRecord(talkers, AttentionDecoder.FeatureNames.Count);
        var log = new FeatureLog(_ids, ticks, tickS);
        int most = (int)(tickS * 1000) + 2; // no sensor is faster than 1 kHz
        double[] headTimes = new double[most], gazeTimes = new double[most], eegTimes = new double[most];
        var block = new float[talkers * perTick];
        var clock = new SampleClock(0, StreamTime.FromSeconds(StartS), rateHz, 0);
        byte[] picture = sees ? new byte[rig.EgoCamera!.WidthPx * rig.EgoCamera.HeightPx] : [];
        int head = 0, gaze = 0, sample = 0, eegSample = 0, position = 0, frame = 0;
        float[] positions = senses.PositionFrame;
        for (int n = 0; n < ticks; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            double t = (n + 1) * tickS;
            if (Has(Modality.Head)) graph.AddHead(new HeadPoseChunk(Chunk(senses.Motion.HeadFrames, HeadPoseChunk.ChannelCount, ListenerMotion.HeadRateHz, t, ref head, headTimes)));
            for (; position / PositionsRateHz <= t; position++) graph.AddTalkerPositions(new SampleChunk(positions, [StartS + position / PositionsRateHz], positions.Length, position, StartS + t));
            if (hears)
            {
                int until = Math.Min((int)Math.Round(t * rateHz), beams[0].Length), frames = until - sample;
                for (int k = 0; k < talkers; k++) beams[k].AsSpan(sample, frames).CopyTo(block.AsSpan(k * frames));
                if (frames > 0) graph.AddBeams(new AudioBlock(block.AsSpan(0, talkers * frames), talkers, sample, clock.TimeOf(sample)), clock, StartS + t);
                sample = until;
            }
            for (; sees && frame < senses.EgoCamera!.FrameCount && frame / rig.EgoCamera!.RateHz <= t; frame++)
            {
                senses.EgoCamera.Render(frame, picture);
                graph.AddPicture(new VideoFrame(picture, rig.EgoCamera.WidthPx, rig.EgoCamera.HeightPx, frame, StreamTime.FromSeconds(StartS + frame / rig.EgoCamera.RateHz)));
            }
            var looked = Has(Modality.Gaze) ? new GazeChunk(Chunk(_gaze, GazeChunk.ChannelCount, ListenerMotion.GazeRateHz, t, ref gaze, gazeTimes)) : default;
            if (looked.Samples.Frames > 0) graph.Decoder.AddGaze(looked);
            if (hasEeg) graph.Decoder.AddEeg(new EegChunk(Chunk(eeg!.Frames, EegMontage.Count, EegSimulator.RateHz, t, ref eegSample, eegTimes)));
            var attended = graph.Tick(n, StreamTime.FromSeconds(StartS + t));
            record.TimeS = StartS + t;
            record.Fill(graph.Scene, graph.Estimate, graph.Decoder.Features, graph.Decoder.Availability, attended, looked);
            log.Add(n, record);
        }
        return log.Log;
    }

    /// <summary>Whom the listener attends to and who speaks, as a session's truth file would say it; what lies before the scored part has no truth.</summary>
    public SessionTruth Truth()
    {
        double fromS = StartS + condition.ScoreFromS;
        return new SessionTruth
        {
            Seed = senses.Seed,
            Scene = senses.Scene.Name,
            Attended = [.. senses.Plan.Attended.Where(a => StartS + a.EndS > fromS).Select(a => new TalkerSpan(a.Talker, Math.Max(fromS, StartS + a.StartS), StartS + a.EndS))],
            Activity = [.. senses.Signals.Activity.Select(a => new TalkerSpan(a.Talker, StartS + a.StartS + senses.TravelS(a.Talker), StartS + a.EndS + senses.TravelS(a.Talker)))],
            Conversation = [.. senses.Scene.Talkers.Select(t => t.Conversation)],
            FirstSampleTimeS = StartS,
            AudioRateHz = senses.Signals.RateHz,
            ImagesScale = 1,
        };
    }

    private bool Has(Modality sense) => !condition.Without.Contains(sense);

    // Samples at i / rate up to and with t.
    private static SampleChunk Chunk(float[] values, int channels, double rateHz, double t, ref int next, double[] times)
    {
        int first = next, until = Math.Min(values.Length / channels, (int)Math.Floor(t * rateHz) + 1);
        for (; next < until; next++) times[next - first] = StartS + next / rateHz;
        return new SampleChunk(values.AsSpan(first * channels, (until - first) * channels), times.AsSpan(0, until - first), channels, first, StartS + t);
    }

    private static float[] LoseGaze(float[] frames, double share, ulong seed)
    {
        if (share <= 0) return frames;
        var random = new SeededRandom(seed).Fork("gaze missing");
        var result = (float[])frames.Clone();
        int samples = frames.Length / GazeChunk.ChannelCount;
        bool lost = random.Uniform() < share;
        for (int i = 0; i < samples;)
        {
            double mean = lost ? BurstS : share < 1 ? BurstS * (1 - share) / share : 0;
            int until = Math.Min(samples, i + Math.Max(1, (int)(random.Exponential(mean) * ListenerMotion.GazeRateHz)));
            for (; i < until; i++)
            {
                if (!lost) continue;
                result.AsSpan(i * GazeChunk.ChannelCount, 3).Fill(float.NaN);
                result[i * GazeChunk.ChannelCount + 3] = 0;
            }
            lost = share >= 1 || !lost;
        }
        return result;
    }
}
