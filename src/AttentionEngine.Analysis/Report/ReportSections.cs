using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Scoring;

namespace AttentionEngine.Analysis.Report;

/// <summary>The parts of the page that are text and tables.</summary>
internal static class ReportSections
{
    public static string Tiles(SessionScore? score, SessionFacts facts)
    {
        var tiles = new List<(string Value, string Name, string Note)>();
        if (score is not null)
        {
            AttentionFigures f = score.Fused;
            tiles.Add((HtmlText.Percent(f.Accuracy), "accuracy", $"chance {HtmlText.Percent(score.Chance)}, {f.ScoredTicks} ticks"));
            if (score.BestSingleSense is { } best)
                tiles.Add((HtmlText.Number(100 * (f.Accuracy - best.Value.Accuracy), 1, "points"), "over the best single sense", $"{best.Key.Replace('_', ' ')} {HtmlText.Percent(best.Value.Accuracy)}"));
            tiles.Add((HtmlText.Number(f.SwitchLatencyMedianS, 2, "s"), "switch latency, median", $"{f.Switches} switches, {f.MissedSwitches} missed (censored)"));
            tiles.Add((HtmlText.Number(f.WrongTalkerSPerMin, 1, "s/min"), "on a wrong talker", $"{HtmlText.Number(f.FalseSwitchesPerMin, 1)} false switches per minute"));
            tiles.Add((HtmlText.Number(score.CalibrationError, 3), "calibration error", "15 bins, over talkers' posteriors"));
            if (score.Speech is { } speech)
                tiles.Add((HtmlText.Number(speech.SiSdrImprovementDb, 1, "dB"), "SI-SDR over the best microphone", $"{HtmlText.Number(speech.SiSdrBestMicrophoneDb, 1)} → {HtmlText.Number(speech.SiSdrOutDb, 1)} dB, {HtmlText.Number(speech.OverlapS, 0)} s of overlap; {HtmlText.Number(speech.SiSdrImprovementRightDb, 1)} dB while the decision was right; ESTOI {HtmlText.Number(speech.EstoiIn, 2)} → {HtmlText.Number(speech.EstoiOut, 2)}"));
        }
        double algorithmicMs = Sum(facts, DelayKind.Algorithmic);
        if (double.IsFinite(algorithmicMs)) tiles.Add((HtmlText.Number(algorithmicMs, 1, "ms"), "algorithmic delay", "microphone to ear, without transport"));
        long lost = facts.Streams.Sum(s => s.Lost);
        if (facts.Streams.Count > 0) tiles.Add((lost.ToString(CultureInfo.InvariantCulture), "samples lost", $"{facts.Streams.Count} streams, {facts.Events.Count} health events"));
        var html = new StringBuilder("<dl class=\"tiles\">");
        foreach (var (value, name, note) in tiles)
            html.Append(CultureInfo.InvariantCulture, $"<div><dt>{HtmlText.Escape(name)}</dt><dd class=\"value\">{HtmlText.Escape(value)}</dd><dd class=\"note\">{HtmlText.Escape(note)}</dd></div>");
        html.Append("</dl>");
        if (score is null) html.Append("<p class=\"note\">This session has no ground truth, so nothing is said about accuracy: figures never come from the engine's own belief.</p>");
        return html.ToString();
    }

    public static string Delays(SessionFacts facts)
    {
        if (facts.Delays.Count == 0) return "<p class=\"note\">No delays were reported.</p>";
        var rows = facts.Delays.OrderBy(d => d.Kind).Select(d => (string[])[d.Step, d.Kind.ToString().ToLowerInvariant(), HtmlText.Number(d.Ms, 2), d.Note]).ToList();
        foreach (DelayKind kind in Enum.GetValues<DelayKind>())
            if (Sum(facts, kind) is var sum && double.IsFinite(sum)) rows.Add(["Σ", kind.ToString().ToLowerInvariant(), HtmlText.Number(sum, 2), kind == DelayKind.Algorithmic ? "what the sound path adds by construction" : "what network and buffers add here; not in the figure above"]);
        return HtmlText.Table("From microphone to ear", ["step", "kind", "ms", "how it is known"], rows, c => c == 2);
    }

    public static string Streams(SessionFacts facts)
    {
        if (facts.Streams.Count == 0) return "<p class=\"note\">No streams were reported.</p>";
        return HtmlText.Table("Streams", ["stream", "type", "nominal Hz", "measured Hz", "offset ms", "± µs", "received", "lost", "gaps", "status"],
            facts.Streams.Select(s => (string[])[s.Name, s.Type, s.NominalRateHz > 0 ? HtmlText.Number(s.NominalRateHz, 0) : "irregular", HtmlText.Number(s.EffectiveRateHz, 3), HtmlText.Number(s.OffsetMs, 3), HtmlText.Number(s.OffsetUncertaintyUs, 0),
                s.Received.ToString(CultureInfo.InvariantCulture), s.Lost.ToString(CultureInfo.InvariantCulture), s.Gaps.ToString(CultureInfo.InvariantCulture), s.Status]),
            c => c is >= 2 and <= 8, r => !facts.Streams[r].Ok);
    }

    public static string Load(SessionFacts facts)
    {
        var rows = facts.Cpu.Select(c => (string[])[$"CPU, {c.Part}", HtmlText.Number(c.CpuSPerS, 3, "s per s")]).ToList();
        if (double.IsFinite(facts.BlockP99Ms)) rows.Add(["audio block, 99th percentile", HtmlText.Number(facts.BlockP99Ms, 3, "ms CPU")]);
        if (double.IsFinite(facts.TickP99Ms)) rows.Add(["fusion tick, 99th percentile", HtmlText.Number(facts.TickP99Ms, 3, "ms CPU")]);
        if (facts.Xruns >= 0) rows.Add(["audio deadlines missed", facts.Xruns.ToString(CultureInfo.InvariantCulture)]);
        return rows.Count == 0 ? "" : HtmlText.Table("Load", ["what", "value"], rows, c => c == 1);
    }

    public static string Events(SessionFacts facts, double startS)
    {
        if (facts.Events.Count == 0) return "<p class=\"note\">No health events: nothing was lost, late or interrupted.</p>";
        const int most = 200;
        string table = HtmlText.Table("Health events", ["at s", "kind", "source", "count", "detail"],
            facts.Events.Take(most).Select(e => (string[])[HtmlText.Number(e.Time.Seconds - startS, 2), e.Kind.ToString(), e.Source, e.Count.ToString(CultureInfo.InvariantCulture), e.Detail]), c => c is 0 or 3);
        return facts.Events.Count <= most ? table : table + $"<p class=\"note\">The first {most} of {facts.Events.Count}; all are in journal.jsonl.</p>";
    }

    public static string Provenance(SessionFacts facts, SessionScore? score)
    {
        var rows = facts.Provenance.Select(p => (string[])[p.Name, p.Value]).ToList();
        if (score is not null && facts.Provenance.All(p => p.Name != "seed")) rows.Add(["seed", score.Seed.ToString(CultureInfo.InvariantCulture)]);
        if (score is not null && score.Scene.Length > 0 && facts.Provenance.All(p => p.Name != "scene")) rows.Add(["scene", score.Scene]);
        return rows.Count == 0 ? "<p class=\"note\">Nothing was reported.</p>" : HtmlText.Table("Where this comes from", ["what", "value"], rows, _ => false);
    }

    private static double Sum(SessionFacts facts, DelayKind kind) => facts.Delays.Where(d => d.Kind == kind).Select(d => d.Ms).DefaultIfEmpty(double.NaN).Sum();
}
