using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Cli.Runs;

/// <summary>Calls the scorer with what it needs of a session.</summary>
internal static class SessionScores
{
    private const string TruthFolder = "truth", TruthFile = "truth.json";

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
        return SessionScorer.Score(log, truth, rule, decoder);
    }
}
