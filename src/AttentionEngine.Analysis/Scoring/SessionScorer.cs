using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Scores a simulated session against its ground truth. Nothing here reads the engine's own belief as truth.</summary>
public static class SessionScorer
{
    /// <param name="sessionDir">Folder with <c>ticks/</c> and <c>truth/</c>.</param>
    /// <param name="rule">The live engine's decision policy: every baseline goes through it.</param>
    /// <param name="decoder">The fusion model with one sense at a time; null leaves the single-sense baselines out.</param>
    /// <param name="sound">What speech scoring needs; null leaves it out.</param>
    public static SessionScore Score(string sessionDir, IDecisionRule rule, ISingleSenseDecoder? decoder = null, SpeechInput? sound = null)
    {
        TickLog log = TickLog.Read(sessionDir);
        SessionTruth truth = SessionTruth.Read(sessionDir, log.Talkers);
        SessionScore score = Score(log, truth, rule, decoder);
        return sound is null ? score : score with { Speech = Speech(sessionDir, log, truth, sound) };
    }

    /// <summary>The speech figures alone.</summary>
    /// <param name="truthDir">Folder with <c>truth/images.wav</c>: the session, or the one that was replayed.</param>
    public static SpeechFigures Speech(string truthDir, TickLog log, SessionTruth truth, SpeechInput sound) => SpeechScorer.Score(truthDir, log, truth, sound);

    /// <summary>The attention figures alone.</summary>
    public static SessionScore Score(TickLog log, SessionTruth truth, IDecisionRule rule, ISingleSenseDecoder? decoder = null)
    {
        var baselines = new Dictionary<string, AttentionFigures>();
        void Add(string name, float[] posterior) =>
            baselines[name] = AttentionScorer.Score(log.TimeS, rule.Decide(log.TimeS, posterior, log.TalkerCount), log.TickS, truth);
        Add("activity_only", VoiceBaselines.ActivityOnly(log.TimeS, log.TalkerCount, truth));
        Add("loudest", VoiceBaselines.Loudest(log));
        if (decoder is not null)
            for (int m = 0; m < Modalities.Count; m++)
                Add(Modalities.Names[m] + "_only", decoder.Posteriors(log, (Modality)m));
        return new SessionScore
        {
            Seed = truth.Seed,
            Scene = truth.Scene,
            Fused = AttentionScorer.Score(log.TimeS, log.Attended, log.TickS, truth),
            CalibrationError = Calibration.Error(log.TimeS, log.Posterior, log.TalkerCount, truth),
            Chance = AttentionScorer.Chance(log.TimeS, log.TalkerCount, truth),
            Baselines = baselines,
        };
    }
}
