using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>What a report is made of.</summary>
/// <param name="Version">Of the program.</param>
public sealed record DecodingReportInput(EegDataset Dataset, DecodingJob Job, IReadOnlyList<DecodingResult> Results, string Version);

/// <summary>One self-contained HTML page: no script, no network.</summary>
public static class DecodingReportPage
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}h1,h2{line-height:1.2}table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{padding:.25rem .7rem;border-bottom:1px solid #d5dbe1;text-align:left}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}th.n{white-space:normal;vertical-align:bottom}.scroll{overflow-x:auto}.mark{background:#fff3cd}figure{margin:1rem 0}figcaption{color:#57606a;font-size:.9rem}svg{max-width:100%;height:auto}@media(prefers-color-scheme:dark){body{background:#14181d;color:#e6edf3}th,td{border-color:#3a424b}.mark{background:#4d3d10}figcaption{color:#9aa4ae}}";

    public static string Html(DecodingReportInput input)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Attention decoding: ");
        html.Append(HtmlText.Escape(input.Dataset.Name)).Append("</title><style>").Append(Style).Append("</style></head><body><h1>Attention decoding: ").Append(HtmlText.Escape(input.Dataset.Name)).Append("</h1>");
        Flags(html, input.Results);
        var models = input.Results.GroupBy(r => r.Model).ToList();
        if (models.Count > 1) html.Append(ModelTable.Html(input));
        foreach (var model in models)
        {
            if (models.Count > 1) html.Append("<h1>Model: ").Append(DecodingModels.NameOf(model.Key)).Append("</h1>");
            OfModel(html, input with { Results = [.. model] });
        }
        html.Append(Listeners(input.Dataset));
        html.Append("<h2>Methods</h2><p>").Append(HtmlText.Escape(MethodsParagraph.Text(input))).Append("</p>");
        html.Append(HtmlText.Table("What was done to the data", ["step", "detail"], input.Dataset.Provenance.Select(p => (IReadOnlyList<string>)[p.Step, p.Detail]), _ => false));
        html.Append(HtmlText.Table("How the systems were solved", ["participant", "model", "library", "systems", "iterations", "worst residual", "Cholesky instead"], input.Results.Select(r => (IReadOnlyList<string>)[r.ParticipantId, DecodingModels.NameOf(r.Model), r.Solver.Backend,
            Text(r.Solver.Systems), Text(r.Solver.Iterations), r.Solver.WorstResidual.ToString("E1", CultureInfo.InvariantCulture), Text(r.Solver.CholeskyFallbacks)]), c => c >= 3));
        return html.Append("</body></html>").ToString();
    }

    private static void OfModel(StringBuilder html, DecodingReportInput input)
    {
        bool several = input.Results.Any(r => r.Trials.Any(t => t.Correlation.Length > 1)), reconstructs = !input.Results[0].Model.IsSpatial();
        if (several) html.Append("<h2>Accuracy</h2>").Append(AccuracyFigure.Svg(input.Results)).Append(AccuracyTable(input.Results, input.Job));
        html.Append(ControlsTable.Html(input.Results));
        html.Append("<h2>Participants</h2>").Append(ParticipantTable(input.Results));
        if (several && reconstructs) html.Append(CorrelationFigure.Svg(input.Results));
        html.Append(LagCurveFigure.Svg(input.Results)).Append(MapsFigure.Html(input.Results)).Append(ReliabilityFigure.Html(input.Results)).Append(GazeTable.Html(input.Dataset, input.Results));
        html.Append(GroupSections.Html(input));
    }

    /// <summary>What the data set tells of its listeners.</summary>
    private static string Listeners(EegDataset dataset)
    {
        string[] columns = [.. dataset.Participants.SelectMany(p => p.Attributes.Keys).Distinct(StringComparer.OrdinalIgnoreCase)];
        return columns.Length == 0 ? "" : HtmlText.Table("Listeners, as the data set describes them", ["participant", .. columns], dataset.Participants.Select(p => (IReadOnlyList<string>)[p.Id, .. columns.Select(c => p.Attributes.GetValueOrDefault(c, "–"))]), _ => false);
    }

    private static void Flags(StringBuilder html, IReadOnlyList<DecodingResult> results)
    {
        bool several = results.Select(r => r.Model).Distinct().Count() > 1;
        var flags = results.SelectMany(r => r.Flags.Select(f => (Flag: f, Where: several ? $"{r.ParticipantId} {DecodingModels.NameOf(r.Model)}" : r.ParticipantId))).GroupBy(f => f.Flag, f => f.Where).ToList();
        if (flags.Count == 0) return;
        html.Append("<h2>Read first</h2><ul>");
        foreach (var f in flags) html.Append("<li class=\"mark\">⚠ ").Append(HtmlText.Escape(f.Key)).Append(" (").Append(HtmlText.Escape(string.Join(", ", f))).Append(")</li>");
        html.Append("</ul>");
    }

    private static string AccuracyTable(IReadOnlyList<DecodingResult> results, DecodingJob job) => HtmlText.Table(string.Create(CultureInfo.InvariantCulture, $"Share of decision windows in which the attended talker has the largest {(results[0].Model.IsSpatial() ? "score" : "correlation")}; a permutation is of whole trials, no p can be below {1.0 / (1 + (results[0].Model.IsSpatial() ? Math.Min(job.Permutations, RefittedPermutation.MostSpatialDraws) : job.Permutations)):G3}"), ["participant", "window", "windows", "accuracy", "95 % interval (trials drawn)", "chance", "permutation limit", "p", "shifted limit", "bits/min"],
        results.SelectMany(r => r.Accuracy.Select(a => (IReadOnlyList<string>)[r.ParticipantId, HtmlText.Number(a.WindowS, 1, "s"), Text(a.WindowCount), HtmlText.Percent(a.Accuracy), $"{HtmlText.Percent(a.Low)} to {HtmlText.Percent(a.High)}",
            HtmlText.Percent(a.Chance), HtmlText.Percent(a.PermutationLimit95), HtmlText.Number(a.PermutationP, 4), HtmlText.Percent(a.ShiftedLimit95), HtmlText.Number(a.BitsPerMinute, 2)])), c => c >= 1);

    private static string ParticipantTable(IReadOnlyList<DecodingResult> results) => HtmlText.Table("Correlation of the reconstructed with each envelope, mean over held-out trials; minimal expected switch duration (MESD)", ["participant", "trials", "r attended", "limit with shifted envelopes", "r unattended", "λ median", "MESD"],
        results.Select(r => (IReadOnlyList<string>)[r.ParticipantId, Text(r.Trials.Count), HtmlText.Number(r.MeanAttended, 3), HtmlText.Number(r.ShiftedCorrelationLimit95, 3), HtmlText.Number(r.MeanUnattended, 3),
            Median(r), HtmlText.Number(r.MesdS, 1, "s")]), c => c >= 1);

    private static string Median(DecodingResult r) => r.Trials.Select(t => t.Lambda).Order().ElementAt(r.Trials.Count / 2) is var lambda && double.IsFinite(lambda) ? lambda.ToString("G3", CultureInfo.InvariantCulture) : "–";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
