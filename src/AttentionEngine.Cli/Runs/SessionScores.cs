using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Cli.Runs;

/// <summary>Calls the scorer with what it needs of a session.</summary>
internal static class SessionScores
{
    private const string TruthFolder = "truth", TruthFile = "truth.json", ImagesFile = "images.wav";

    /// <summary>A replay's folder gets the truth's text, so that its report can show it; the sound stays with the session.</summary>
    /// <returns>False when the session has no truth: it was recorded from people.</returns>
    public static bool CopyTruth(SessionFolder from, SessionFolder to)
    {
        string source = Path.Combine(from.Root, TruthFolder, TruthFile);
        if (!File.Exists(source)) return false;
        Directory.CreateDirectory(Path.Combine(to.Root, TruthFolder));
        File.Copy(source, Path.Combine(to.Root, TruthFolder, TruthFile));
        return true;
    }

    /// <param name="truthDir">Folder that holds <c>truth/</c>: the session itself, or the one that was replayed.</param>
    public static SessionScore Of(Rig rig, SessionFolder session, string truthDir, RunResult run, IDecisionRule rule, ISingleSenseDecoder decoder)
    {
        var log = TickLog.Read(session.Root);
        var truth = SessionTruth.Read(truthDir, log.Talkers);
        var score = SessionScorer.Score(log, truth, rule, decoder);
        return File.Exists(Path.Combine(truthDir, TruthFolder, ImagesFile)) ? score with { Speech = Speech(rig, session, truthDir, run, log, truth) } : score;
    }

    /// <summary>A replay's microphones are those of the session that it replays.</summary>
    private static SpeechFigures Speech(Rig rig, SessionFolder session, string truthDir, RunResult run, TickLog log, SessionTruth truth)
    {
        string xdf = File.Exists(session.Xdf) ? session.Xdf : new SessionFolder(truthDir).Xdf;
        string sourceId = rig.Find(StreamRole.Audio)!.SourceId;
        var stream = XdfRecording.Read(xdf, s => s.Info.SourceId == sourceId).FindSource(sourceId)
            ?? throw new InputDataException($"{xdf} has no stream `{sourceId}`, which the rig names as its microphones; the session was recorded with another rig.");
        var planar = new float[stream.SampleCount * stream.Info.ChannelCount];
        PlanarAudio.Deinterleave(stream.ToSingles(), planar, stream.Info.ChannelCount);
        var mixture = new PlanarAudio(planar, stream.Info.ChannelCount, (int)Math.Round(stream.Info.NominalRateHz));
        return SessionScorer.Speech(truthDir, log, truth, SpeechInput.Read(session.Root, rig.Array, mixture, run.AlgorithmicDelayMs * 1e-3));
    }
}
