using System.Globalization;
using System.Text;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Each held-out trial: correlation with the attended against the largest one with another talker. Above the diagonal: right.</summary>
internal static class CorrelationFigure
{
    private const double Size = 360, Margin = 50;

    public static string Svg(IReadOnlyList<DecodingResult> results)
    {
        var trials = results.SelectMany(r => r.Trials.Where(t => t.Correlation.Length > 1).Select(t => (r.ParticipantId, t.TrialId, Attended: t.Correlation[t.AttendedIndex], Other: t.Correlation.Where((_, k) => k != t.AttendedIndex).Max())))
            .Where(t => double.IsFinite(t.Attended) && double.IsFinite(t.Other)).ToList();
        if (trials.Count == 0) return "";
        double low = Math.Floor(10 * trials.Min(t => Math.Min(t.Attended, t.Other))) / 10, high = Math.Ceiling(10 * trials.Max(t => Math.Max(t.Attended, t.Other)) + 1e-9) / 10;
        double Place(double v) => (v - low) / (high - low) * (Size - 2 * Margin);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Size} {Size}\" width=\"{Size}\" role=\"img\" aria-label=\"Correlation with attended against unattended talker\" font-size=\"13\" fill=\"currentColor\"><rect x=\"{Margin}\" y=\"{Margin}\" width=\"{Size - 2 * Margin}\" height=\"{Size - 2 * Margin}\" fill=\"none\" stroke=\"currentColor\" opacity=\".3\"/><line x1=\"{Margin}\" y1=\"{Size - Margin}\" x2=\"{Size - Margin}\" y2=\"{Margin}\" stroke=\"currentColor\" opacity=\".4\" stroke-dasharray=\"4 4\"/>");
        foreach (double v in new[] { low, high })
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + Place(v):F1}\" y=\"{Size - Margin + 18}\" text-anchor=\"middle\">{v:F1}</text><text x=\"{Margin - 8}\" y=\"{Size - Margin - Place(v) + 4:F1}\" text-anchor=\"end\">{v:F1}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Size / 2}\" y=\"{Size - 8}\" text-anchor=\"middle\">r unattended (largest)</text><text transform=\"translate(14 {Size / 2}) rotate(-90)\" text-anchor=\"middle\">r attended</text>");
        foreach (var t in trials)
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Margin + Place(t.Other):F1}\" cy=\"{Size - Margin - Place(t.Attended):F1}\" r=\"4\" fill=\"#0969da\" fill-opacity=\".5\"><title>{Report.HtmlText.Escape(t.ParticipantId)}, trial {Report.HtmlText.Escape(t.TrialId)}</title></circle>");
        int right = trials.Count(t => t.Attended > t.Other);
        svg.Append(CultureInfo.InvariantCulture, $"</svg><figcaption>Held-out trials, whole length: {right} of {trials.Count} above the diagonal, where the attended talker is found.</figcaption></figure>");
        return svg.ToString();
    }
}
