using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;
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

    private SpeechInput Sound(SyntheticSession session)
    {
        string unprocessed = Path.Combine(session.Directory, "unprocessed.wav"); // the array's two microphones are the references
        return SpeechInput.Read(session.Directory, SyntheticSession.Array, AudioFile.Read(unprocessed), SyntheticSession.DelayS);
    }

    [Fact]
    public void Speech_gains_what_the_others_were_turned_down_by()
    {
        var session = new SyntheticSession(_directory, 16);
        SpeechFigures speech = SessionScorer.Score(_directory, new ArgMaxRule(), sound: Sound(session)).Speech!;
        Assert.Equal(0, speech.AlignmentSamples);
        // others at −12 dB in both steered ears: the reference microphone gains 12 dB, the best microphone is at least as good as it
        Assert.Equal(-20 * Math.Log10(SyntheticSession.LeakageOut), speech.SiSdrOutDb - speech.SiSdrReferenceDb, 0.2);
        Assert.True(speech.SiSdrBestMicrophoneDb >= speech.SiSdrReferenceDb - 1e-9);
        Assert.InRange(speech.SiSdrImprovementDb, 8, 12.2);
        Assert.InRange(speech.SiSdrImprovementRightDb, 8, 12.2); // the synthetic sound is steered right all the time
        Assert.True(speech.EstoiOut > speech.EstoiIn + 0.05);
        Assert.Equal(2, speech.Spans.Count);
        // anna on the left, then dan on the right
        Assert.Equal([(session.Ids[0], 0), (session.Ids[3], 1)], speech.Spans.Select(s => (s.Talker, s.Ear)));
        double overlapS = Enumerable.Range(0, 16_000).Count(ms =>
        {
            double t = SyntheticSession.StartS + ms * 1e-3;
            int attended = session.Attended.First(s => s.Holds(t)).Talker;
            return session.Activity.Any(a => a.Talker == attended && a.Holds(t)) && session.Activity.Any(a => a.Talker != attended && a.Holds(t));
        }) * 1e-3;
        Assert.Equal(overlapS, speech.OverlapS, 0.02);
    }

    [Fact]
    public void While_the_decision_was_right_counts_those_ticks_only()
    {
        _ = new SyntheticSession(_directory, 16);
        string path = Path.Combine(_directory, "ticks", "attended.npy");
        int ticks = NpyReader.Read(path).Length;
        File.Delete(path);
        using (var writer = new NpyWriter<int>(path)) for (int t = 0; t < ticks; t++) writer.Append(-1);
        var sound = SpeechInput.Read(_directory, SyntheticSession.Array, AudioFile.Read(Path.Combine(_directory, "unprocessed.wav")), SyntheticSession.DelayS);
        Assert.True(double.IsNaN(SessionScorer.Score(_directory, new ArgMaxRule(), sound: sound).Speech!.SiSdrImprovementRightDb));
    }

    [Fact]
    public void A_wrong_delay_shows_and_a_late_start_of_recording_is_found()
    {
        var session = new SyntheticSession(_directory, 16);
        SpeechInput sound = Sound(session);
        double right = SessionScorer.Score(_directory, new ArgMaxRule(), sound: sound).Speech!.SiSdrOutDb;
        Assert.True(SessionScorer.Score(_directory, new ArgMaxRule(), sound: sound with { AlgorithmicDelayS = 0 }).Speech!.SiSdrOutDb < right - 10);
        const int late = 4321;
        PlanarAudio Cut(PlanarAudio a) => new([.. Enumerable.Range(0, a.Channels).SelectMany(c => a.Channel(c)[late..].ToArray())], a.Channels, a.RateHz);
        SpeechFigures cut = SessionScorer.Score(_directory, new ArgMaxRule(), sound: sound with { Mixture = Cut(sound.Mixture), Steered = Cut(sound.Steered) }).Speech!;
        Assert.Equal(late, cut.AlignmentSamples);
        Assert.Equal(right, cut.SiSdrOutDb, 0.3);
    }

    [Fact]
    public void Sound_of_another_run_is_refused()
    {
        var session = new SyntheticSession(_directory, 4);
        SpeechInput sound = Sound(session);
        var random = new SeededRandom(4);
        var foreign = new PlanarAudio([.. sound.Mixture.Samples.Select(_ => (float)random.Normal())], 2, SyntheticSession.RateHz);
        var error = Assert.Throws<InputDataException>(() => SessionScorer.Score(_directory, new ArgMaxRule(), sound: sound with { Mixture = foreign }));
        Assert.Contains("different runs", error.Message, StringComparison.Ordinal);
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
