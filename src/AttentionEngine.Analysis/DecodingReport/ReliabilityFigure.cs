using System.Globalization;
using System.Text;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Stated probability against how often it was right.</summary>
internal static class ReliabilityFigure
{
    private const double Size = 360, Margin = 50, PreferredWindowS = 5;

    public static string Html(IReadOnlyList<DecodingResult> results)
    {
        double[] windows = [.. results.SelectMany(r => r.Accuracy.Where(a => a.WindowCount > 0).Select(a => a.WindowS)).Distinct().Order()];
        if (windows.Length == 0 || Reliability.Of(results, windows.MinBy(w => Math.Abs(Math.Log(w / PreferredWindowS)))) is not { } curve) return "";
        double low = curve.Filled.Min(b => Math.Min(b.Low, b.Right));
        low = Math.Floor(10 * low) / 10;
        double X(double v) => Margin + (Size - Margin - 10) * (v - low) / (1 - low);
        double Y(double v) => Size - Margin - (Size - Margin - 10) * (v - low) / (1 - low);
        var svg = new StringBuilder("<h2>Reliability</h2>");
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Size} {Size}\" width=\"{Size}\" role=\"img\" aria-label=\"Reliability\" font-size=\"13\" fill=\"currentColor\"><line x1=\"{X(low):F1}\" y1=\"{Y(low):F1}\" x2=\"{X(1):F1}\" y2=\"{Y(1):F1}\" stroke=\"currentColor\" opacity=\".4\"/>");
        for (double v = low; v <= 1.0001; v += 0.1)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(v):F1}\" y=\"{Size - Margin + 17}\" text-anchor=\"middle\">{100 * v:F0}</text><text x=\"{Margin - 8}\" y=\"{Y(v) + 4:F1}\" text-anchor=\"end\">{100 * v:F0}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Size + Margin) / 2}\" y=\"{Size - 10}\" text-anchor=\"middle\">stated probability, %</text><text transform=\"translate(14 {(Size - Margin) / 2}) rotate(-90)\" text-anchor=\"middle\">attended, % of windows</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"#0969da\" stroke-width=\"2\" points=\"{string.Join(' ', curve.Filled.Select(b => string.Create(CultureInfo.InvariantCulture, $"{X(b.Stated):F1},{Y(b.Right):F1}")))}\"/>");
        foreach (var b in curve.Filled)
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(b.Stated):F1}\" cy=\"{Y(b.Right):F1}\" r=\"{2 + 6 * Math.Sqrt((double)b.Windows / curve.Windows):F1}\" fill=\"#0969da\"><title>stated {100 * b.Stated:F1} %, right {100 * b.Right:F1} %, {b.Windows} windows</title></circle>");
        svg.Append(CultureInfo.InvariantCulture, $"</svg><figcaption>Windows of {curve.WindowS:G4} s. Probability of the most probable talker from the correlations (one scale, fitted on the participant's other trials) against the share of windows in which that talker was attended; circles grow with the number of windows. Expected calibration error {100 * curve.ExpectedError:F1} points over {curve.Windows} windows. On the line: probabilities can be taken at their word.</figcaption></figure>");
        return svg.ToString();
    }
}
