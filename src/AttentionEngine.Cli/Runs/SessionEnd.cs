using System.Text.Json.Nodes;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Attention;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Cli.Runs;

/// <summary>What happens after a run, live or replayed: scoring against the truth where there is one, summary, report, exit code.</summary>
internal static class SessionEnd
{
    /// <param name="truthDir">Folder that holds <c>truth/</c>, or null.</param>
    public static SessionScore? Score(Rig rig, SessionFolder session, string? truthDir, RunResult run)
    {
        if (truthDir is null || run.Seconds < 1) return null;
        using var network = new FusionNetwork(rig.Attention.FusionModel);
        return SessionScores.Of(rig, session, truthDir, run, new PolicyRule(rig.Attention), new FusionSingleSense(network));
    }

    public static int Finish(SessionFolder session, JsonObject summary, RunResult run, SessionScore? score, SessionFacts facts, bool json)
    {
        File.WriteAllText(session.Summary, summary.ToJsonString(JsonOutput.Options) + "\n");
        SessionReport.Write(session.Root, score, facts);
        if (json) Console.Out.WriteLine(summary.ToJsonString(JsonOutput.Options));
        else RunSummary.Print(summary, Console.Out);
        if (!json) Console.Out.WriteLine($"report               {session.Report}");
        if (run.Ended == "interrupted") return ExitCode.Interrupted;
        if (run.Lost == 0) return ExitCode.Ok;
        Console.Error.WriteLine($"attend: {run.Lost} samples were lost; {session.Journal} lists where (lines with \"t\":\"health\").");
        return ExitCode.DataLoss;
    }

    public static SessionFacts Facts(string title, Rig rig, RunResult run, BeamformerWeights? weights, IReadOnlyList<(string, double)> cpu, IReadOnlyList<(string, string)> provenance) => new()
    {
        Title = title,
        Streams = [.. run.Streams.Select(s => new StreamFacts(s.Name, s.Type, s.NominalRateHz, s.RateHz, s.OffsetUs / 1000, s.OffsetUncertaintyUs, s.Samples, s.Lost, s.Reconnects,
            s.Lost > 0 ? $"{s.Lost} samples lost" : s.Reconnects > 0 ? $"came back {s.Reconnects} times" : s.Samples == 0 ? "no sample came" : "good", s.Lost == 0 && s.Samples > 0))],
        Delays =
        [
            .. run.DelayTable.Select(d => new DelayFacts(d.Name, d.Ms, d.Algorithmic ? DelayKind.Algorithmic : DelayKind.Transport, d.Algorithmic ? "by construction" : "block of an audio device; not in this file's output")),
            new DelayFacts("LSL transport of the microphones", run.TransportDelayMs, DelayKind.Transport, "measured: receive time minus capture time, mean"),
        ],
        Events = run.Health,
        Patterns = weights is null ? [] : BeamPatterns.Compute(weights, rig.Array, run.TalkerIds, [500, 1000, 2000, 4000]),
        Cpu = cpu,
        BlockP99Ms = run.BlockMsP99,
        TickP99Ms = run.TickMsP99,
        Xruns = run.Xruns,
        Provenance = provenance,
    };
}
