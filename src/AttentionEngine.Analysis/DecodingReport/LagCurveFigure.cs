using System.Globalization;
using System.Text;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Single-lag decoders: correlation with the attended and with the other envelope against the lag, mean over participants.</summary>
internal static class LagCurveFigure
{
    private const double Width = 640, Height = 300, Left = 60, Right = 20, Top = 20, Bottom = 50;

    public static string Svg(IReadOnlyList<DecodingResult> results)
    {
        var lags = results.SelectMany(r => r.LagCurve).GroupBy(l => l.LagS).OrderBy(g => g.Key).Select(g => (LagMs: 1000 * g.Key, Attended: g.Average(l => l.RAttended), Other: g.Average(l => l.RUnattended))).ToList();
        if (lags.Count < 2) return "";
        var values = lags.SelectMany(l => new[] { l.Attended, l.Other, 0 }).Where(double.IsFinite).ToList();
        double low = Math.Floor(20 * values.Min()) / 20, high = Math.Ceiling(20 * values.Max() + 1e-9) / 20;
        double X(double ms) => Left + (Width - Left - Right) * (ms - lags[0].LagMs) / (lags[^1].LagMs - lags[0].LagMs);
        double Y(double r) => Top + (Height - Top - Bottom) * (high - r) / (high - low);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"Correlation of single-lag decoders against lag\" font-size=\"13\" fill=\"currentColor\">");
        for (double r = low; r <= high + 1e-9; r += 0.05)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(r):F1}\" y2=\"{Y(r):F1}\" stroke=\"currentColor\" opacity=\".15\"/><text x=\"{Left - 8}\" y=\"{Y(r) + 4:F1}\" text-anchor=\"end\">{r:F2}</text>");
        foreach (var l in lags.Where((_, i) => i % Math.Max(1, lags.Count / 8) == 0))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(l.LagMs):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{l.LagMs:F0}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">lag of the EEG after the sound, ms</text><text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">r, held-out trials</text>");
        foreach (var (colour, of) in new (string, Func<(double LagMs, double Attended, double Other), double>)[] { ("#7d8791", l => l.Other), ("#0969da", l => l.Attended) })
            if (lags.All(l => double.IsFinite(of(l))))
                svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" points=\"{string.Join(' ', lags.Select(l => string.Create(CultureInfo.InvariantCulture, $"{X(l.LagMs):F1},{Y(of(l)):F1}")))}\"/>");
        return svg.Append("</svg><figcaption>A decoder of one lag each, λ chosen within the training trials. Blue: attended; grey: the other talkers.</figcaption></figure>").ToString();
    }

    /// <returns>single_lag.csv</returns>
    public static string Csv(IReadOnlyList<DecodingResult> results)
    {
        var table = new StringBuilder("participant,lag_ms,r_attended,r_unattended,window_s,accuracy\n");
        foreach (var r in results)
            foreach (var l in r.LagCurve)
                for (int w = 0; w < Math.Max(1, r.Accuracy.Count); w++)
                    table.Append(CultureInfo.InvariantCulture, $"{r.ParticipantId},{DecodingFiles.Number(1000 * l.LagS)},{DecodingFiles.Number(l.RAttended)},{DecodingFiles.Number(l.RUnattended)},{(r.Accuracy.Count > w ? DecodingFiles.Number(r.Accuracy[w].WindowS) : "n/a")},{(r.Accuracy.Count > w ? DecodingFiles.Number(l.Accuracy[w]) : "n/a")}\n");
        return table.ToString();
    }
}
