using System.Text.Json.Nodes;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Cli.Runs;

/// <param name="Journal">Null: an ideal replay.</param>
/// <param name="Speed">Infinite: as fast as can be.</param>
internal sealed record ReplayRunOptions(Rig Rig, SessionFolder Input, string Output, SessionJournal? Journal, bool Verify, double Speed, double? Seconds, bool RecordedFusion);

/// <summary>One replay from start to report.</summary>
internal static class ReplayRun
{
    public static int Execute(ReplayRunOptions options, bool json, CancellationToken cancellation)
    {
        var (rig, input, journal) = (options.Rig, options.Input, options.Journal);
        var output = SessionFolder.Create(options.Output);
        var models = EngineVersion.Hashes(SessionRig.Save(rig, output));
        using var recorded = new XdfStreams(input.Xdf);
        var progress = new Progress("replay", options.Seconds);
        var runner = new StepRunner(rig, input, output, recorded, journal, EngineVersion.Text, models) { Progress = progress.Report, Pace = new Pacing(options.Speed, TimeProvider.System, cancellation).WaitFor, RecordedFusion = options.RecordedFusion };
        var cpuStart = Environment.CpuUsage.TotalTime;
        var (run, verdict) = runner.Run(options.Seconds, cancellation);
        double cpu = (Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds / Math.Max(run.Seconds, 1e-9);
        progress.Done();
        if (verdict.FirstDivergence is { } found) verdict = verdict with { FirstDivergence = found with { Size = new DivergenceFinder(input, output, journal!).Size(found) } };
        string[] changed = journal is null ? [] : [.. models.Where(m => journal.Models.GetValueOrDefault(m.Name) != m.Sha256).Select(m => m.Name)];

        bool hasTruth = SessionScores.CopyTruth(input, output);
        var score = run.Ended == "completed" ? SessionEnd.Score(rig, output, hasTruth ? input.Root : null, run) : null;
        var summary = RunSummary.Make("attend.replay/1", output.Root, run, score, cpu, double.NaN);
        summary["mode"] = journal is null ? "ideal" : "as-recorded";
        summary["recorded_fusion"] = options.RecordedFusion;
        summary["compared_ticks"] = verdict.Compared;
        summary["verified"] = journal is null ? null : verdict.FirstDivergence is null && verdict.Compared > 0;
        summary["first_divergence"] = verdict.FirstDivergence is { } d ? Json(d) : null;
        summary["changed_models"] = new JsonArray([.. changed.Select(m => JsonValue.Create(m))]);
        summary["nodes"] = new JsonArray([.. run.Nodes.Select(n => new JsonObject { ["name"] = n.Name, ["hash"] = n.Hash })]);
        summary["damage"] = new JsonArray([.. recorded.Damage.Select(x => JsonValue.Create(x.What))]);
        var facts = SessionEnd.Facts("replay", rig, run, runner.LastWeights, [("engine", cpu)],
            [("engine", EngineVersion.Text), ("rig", rig.Name), ("mode", journal is null ? "ideal" : "as recorded"), .. models.Select(m => ($"sha256 of {m.Name}", m.Sha256))]);
        int code = SessionEnd.Finish(output, summary, run, score, facts, json);
        if (!json && journal is not null)
            Console.Out.WriteLine(verdict.FirstDivergence is { } differs ? $"verified             no: {Text(differs)}" : $"verified             {verdict.Compared} ticks, every node equal to the recorded run{(options.RecordedFusion ? " (what the fusion network gave was taken from it)" : "")}");
        if (options.Verify && (verdict.FirstDivergence is not null || verdict.Compared == 0) && run.Ended == "completed")
            throw new MismatchException(verdict.FirstDivergence is { } first
                ? $"the replay differs from the recorded run: {Text(first)}. {Cause(first, changed)}"
                : "no tick could be compared with the recorded run.");
        return code;
    }

    private static JsonObject Json(Divergence d) => new()
    {
        ["node"] = d.Node, ["tick"] = d.Tick, ["time_s"] = d.TimeS, ["recorded"] = d.Recorded, ["replayed"] = d.Replayed,
        ["value"] = d.Size?.Value, ["audio_sample"] = d.Size?.AudioSample, ["differing"] = d.Size?.Differing, ["compared"] = d.Size?.Compared,
        ["max_abs_difference"] = d.Size is { } size && double.IsFinite(size.MaxAbsDifference) ? size.MaxAbsDifference : null,
        ["rms_difference"] = d.Size is { } beams && double.IsFinite(beams.RmsDifference) ? beams.RmsDifference : null,
    };

    private static string Text(Divergence d)
    {
        string where = FormattableString.Invariant($"node {d.Node} differs first, at tick {d.Tick} ({d.TimeS:F3} s)");
        return d.Size switch
        {
            null => $"{where} (hash {d.Recorded} recorded, {d.Replayed} replayed; its values are not in the session)",
            { Differing: 0 } => $"{where}, by its hash only (recorded {d.Recorded}, replayed {d.Replayed}): the recorded values are equal",
            { RmsDifference: > 0 } s => FormattableString.Invariant($"{where}: {s.Value} most of {s.Differing} of {s.Compared} beams, up to audio sample {s.AudioSample}, by {s.RmsDifference:G2} RMS over the tick's samples"),
            var s => FormattableString.Invariant($"{where}: {s.Value}, audio sample {s.AudioSample}, {s.Differing} of {s.Compared} values by at most {s.MaxAbsDifference:G3}"),
        };
    }

    private static string Cause(Divergence first, string[] changed) =>
        changed.Length > 0 ? $"Models that are not those of the recorded run: {string.Join(", ", changed)}."
        : first.Size is { Differing: 0 } ? "The journal is damaged, or was changed."
        : "The recording or the rig was changed, or the machine class or the binaries are others; the journal's header names the engine and the models.";
}
