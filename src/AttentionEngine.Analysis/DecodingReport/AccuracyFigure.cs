using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Accuracy against window length: each participant, with interval where there are few, the mean, permutation limit and chance.</summary>
internal static class AccuracyFigure
{
    private const double Width = 640, Height = 360, Left = 60, Right = 20, Top = 20, Bottom = 50;
    private const int MostWithIntervals = 4;

    public static string Svg(IReadOnlyList<DecodingResult> results)
    {
        var points = results.SelectMany(r => r.Accuracy).Where(a => double.IsFinite(a.Accuracy)).ToList();
        if (points.Count == 0) return "<p>No trial is as long as one decision window.</p>";
        double shortest = Math.Log(points.Min(p => p.WindowS)), longest = Math.Log(Math.Max(points.Max(p => p.WindowS), points.Min(p => p.WindowS) * 1.01));
        double lowest = Math.Floor(10 * Math.Max(0, points.Min(p => Math.Min(p.Chance, double.IsFinite(p.Low) ? p.Low : p.Accuracy)) - 0.02)) / 10;
        double X(double s) => Left + 15 + (Width - Left - Right - 30) * (Math.Log(s) - shortest) / (longest - shortest);
        double Y(double v) => Top + (Height - Top - Bottom) * (1 - (v - lowest) / (1 - lowest));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"Accuracy against window length\" font-size=\"13\" fill=\"currentColor\">");
        for (double v = lowest; v <= 1.0001; v += 0.1)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(v):F1}\" y2=\"{Y(v):F1}\" stroke=\"currentColor\" opacity=\".15\"/><text x=\"{Left - 8}\" y=\"{Y(v) + 4:F1}\" text-anchor=\"end\">{100 * v:F0}</text>");
        foreach (double w in points.Select(p => p.WindowS).Distinct())
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(w):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{w:G4}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">decision window, s</text><text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">accuracy, %</text>");
        Line(svg, ByWindow(points, p => p.Chance), X, Y, "currentColor", "2 4", 1);
        Line(svg, ByWindow(points, p => p.PermutationLimit95), X, Y, "#b35900", "6 4", 1.5);
        foreach (var r in results)
        {
            var own = r.Accuracy.Where(a => double.IsFinite(a.Accuracy)).ToList();
            if (results.Count > 1) Line(svg, own.Select(a => (a.WindowS, a.Accuracy)), X, Y, "#7d8791", "", 1);
            if (results.Count > MostWithIntervals) continue;
            foreach (var a in own.Where(a => double.IsFinite(a.Low) && double.IsFinite(a.High)))
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(a.WindowS):F1}\" x2=\"{X(a.WindowS):F1}\" y1=\"{Y(a.Low):F1}\" y2=\"{Y(a.High):F1}\" stroke=\"#0969da\" opacity=\".6\" stroke-width=\"2\"/>");
        }
        var mean = ByWindow(points, p => p.Accuracy).ToList();
        Line(svg, mean, X, Y, "#0969da", "", 2.5);
        foreach (var (w, v) in mean) svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(w):F1}\" cy=\"{Y(v):F1}\" r=\"4\" fill=\"#0969da\"><title>{w:G4} s: {100 * v:F1} %</title></circle>");
        svg.Append("</svg><figcaption>Blue: ").Append(results.Count == 1 ? "the participant" : "mean over participants; grey: each participant").Append(". Bars: 95 % interval with trials drawn with replacement. Brown, dashed: 95th percentile under label permutation over whole trials. Dotted: chance.</figcaption></figure>");
        return svg.ToString();
    }

    private static IEnumerable<(double WindowS, double Value)> ByWindow(IEnumerable<WindowAccuracy> points, Func<WindowAccuracy, double> value) =>
        points.GroupBy(p => p.WindowS).OrderBy(g => g.Key).Select(g => (g.Key, g.Average(value))).Where(p => double.IsFinite(p.Item2));

    private static void Line(StringBuilder svg, IEnumerable<(double WindowS, double Value)> points, Func<double, double> x, Func<double, double> y, string colour, string dash, double width) =>
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{HtmlText.Escape(colour)}\" stroke-width=\"{width}\" stroke-dasharray=\"{dash}\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{x(p.WindowS):F1},{y(p.Value):F1}")))}\"/>");
}
