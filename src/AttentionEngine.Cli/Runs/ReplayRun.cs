using System.Text.Json.Nodes;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Cli.Runs;

/// <summary>One replay from start to report.</summary>
internal static class ReplayRun
{
    public static int Execute(Rig rig, SessionFolder input, string outputPath, SessionJournal? journal, bool verify, double? seconds, bool json, CancellationToken cancellation)
    {
        var output = SessionFolder.Create(outputPath);
        var models = EngineVersion.Hashes(SessionRig.Save(rig, output));
        using var recorded = new XdfStreams(input.Xdf);
        var progress = new Progress("replay", seconds);
        var runner = new StepRunner(rig, input, output, recorded, journal, EngineVersion.Text, models) { Progress = progress.Report };
        var cpuStart = Environment.CpuUsage.TotalTime;
        var (run, verdict) = runner.Run(seconds, cancellation);
        double cpu = (Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds / Math.Max(run.Seconds, 1e-9);
        progress.Done();

        bool hasTruth = SessionScores.CopyTruth(input, output);
        var score = run.Ended == "completed" ? SessionEnd.Score(rig, output, hasTruth ? input.Root : null, run) : null;
        var summary = RunSummary.Make("attend.replay/1", output.Root, run, score, cpu, double.NaN);
        summary["mode"] = journal is null ? "ideal" : "as-recorded";
        summary["compared_ticks"] = verdict.Compared;
        summary["verified"] = journal is null ? null : verdict.FirstDivergence is null && verdict.Compared > 0;
        summary["first_divergence"] = verdict.FirstDivergence is { } d
            ? new JsonObject { ["node"] = d.Node, ["tick"] = d.Tick, ["time_s"] = d.TimeS, ["recorded"] = d.Recorded, ["replayed"] = d.Replayed } : null;
        summary["nodes"] = new JsonArray([.. run.Nodes.Select(n => new JsonObject { ["name"] = n.Name, ["hash"] = n.Hash })]);
        summary["damage"] = new JsonArray([.. recorded.Damage.Select(x => JsonValue.Create(x.What))]);
        var facts = SessionEnd.Facts("replay", rig, run, runner.LastWeights, [("engine", cpu)],
            [("engine", EngineVersion.Text), ("rig", rig.Name), ("mode", journal is null ? "ideal" : "as recorded"), .. models.Select(m => ($"sha256 of {m.Name}", m.Sha256))]);
        int code = SessionEnd.Finish(output, summary, run, score, facts, json);
        if (!json && journal is not null)
            Console.Out.WriteLine(verdict.FirstDivergence is null
                ? $"verified             {verdict.Compared} ticks, every node equal to the recorded run"
                : $"verified             no: {verdict.FirstDivergence.Node} differs first, at tick {verdict.FirstDivergence.Tick}");
        if (verify && (verdict.FirstDivergence is not null || verdict.Compared == 0) && run.Ended == "completed")
            throw new MismatchException(verdict.FirstDivergence is { } first
                ? FormattableString.Invariant($"the replay differs from the recorded run: node {first.Node} first, at tick {first.Tick} ({first.TimeS:F3} s): recorded {first.Recorded}, replayed {first.Replayed}. Same machine class, binaries and models are needed; the journal's header names them.")
                : "no tick could be compared with the recorded run.");
        return code;
    }
}
