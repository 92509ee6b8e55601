using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Analysis;

public sealed class SessionScorerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("attend-score-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Says the truth for one sense and nothing for the others.</summary>
    private sealed class OneGoodSense(SyntheticSession session, Modality good) : ISingleSenseDecoder
    {
        public float[] Posteriors(TickLog log, Modality only)
        {
            int k = log.TalkerCount;
            var posterior = new float[log.TickCount * (k + 1)];
            for (int t = 0; t < log.TickCount; t++)
            {
                int talker = only == good ? session.Attended.Where(s => s.Holds(log.TimeS[t])).Select(s => s.Talker).DefaultIfEmpty(k).First() : k;
                posterior[t * (k + 1) + talker] = 1;
            }
            return posterior;
        }
    }

    [Fact]
    public void A_session_folder_gives_the_figures_it_was_made_with()
    {
        var session = new SyntheticSession(_directory, 32);
        SessionScore score = SessionScorer.Score(_directory, new ArgMaxRule(), new OneGoodSense(session, Modality.Gaze));
        // three switches in 32 s, each followed one second late
        Assert.Equal(3, score.Fused.Switches);
        Assert.Equal(0, score.Fused.MissedSwitches);
        Assert.Equal(SyntheticSession.LagS, score.Fused.SwitchLatencyMedianS, SyntheticSession.TickS + 1e-6);
        Assert.Equal(1 - 3.0 / 32, score.Fused.Accuracy, 0.005);
        Assert.Equal(1, score.Baselines["gaze_only"].Accuracy, 1e-9);
        Assert.Equal(0, score.Baselines["eeg_only"].Accuracy, 1e-9);
        Assert.Equal("gaze_only", score.BestSingleSense!.Value.Key);
        Assert.Equal(["activity_only", "beams_only", "eeg_only", "gaze_only", "head_only", "loudest", "vision_only"], score.Baselines.Keys.Order());
        // two conversations: activity alone is not far from picking among those who talk
        Assert.InRange(score.Baselines["activity_only"].Accuracy, score.Chance - 0.15, score.Chance + 0.15);
        Assert.InRange(score.CalibrationError, 0, 0.2);
    }

    [Fact]
    public void Activity_only_follows_the_newest_voice_and_holds_in_silence()
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 10)], [new(0, 1, 4), new(1, 2, 3), new(2, 5, 6)]);
        int[] followed = new ArgMaxRule().Decide(Scoring.Times(80), VoiceBaselines.ActivityOnly(Scoring.Times(80), 3, truth), 3);
        Assert.Equal([-1, 0, 1, 0, 0, 2, 2, 2], Enumerable.Range(0, 8).Select(s => followed[10 * s + 5]));
    }

    [Fact]
    public void Wrong_shapes_and_foreign_truth_are_refused_with_the_file()
    {
        var session = new SyntheticSession(_directory, 4);
        string posterior = Path.Combine(_directory, "ticks", "posterior.npy");
        File.Copy(Path.Combine(_directory, "ticks", "head_yaw_rad.npy"), posterior, overwrite: true);
        var shape = Assert.Throws<InputDataException>(() => TickLog.Read(_directory));
        Assert.Contains("posterior.npy", shape.Message, StringComparison.Ordinal);
        Assert.Contains("[T, 5]", shape.Message, StringComparison.Ordinal);
        var foreign = Assert.Throws<InputDataException>(() => SessionTruth.Read(_directory, ["x", "y"]));
        Assert.Contains(session.Ids[0], foreign.Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_directory, "truth", "truth.json"), """{"schema":"attend.truth/9"}""");
        Assert.Contains("attend.truth/1", Assert.Throws<InputDataException>(() => SessionTruth.Read(_directory, session.Ids)).Message, StringComparison.Ordinal);
        File.Delete(posterior);
        Assert.Contains("missing", Assert.Throws<InputDataException>(() => TickLog.Read(_directory)).Message, StringComparison.Ordinal);
    }
}
