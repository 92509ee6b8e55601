using System.Globalization;
using System.Text;

namespace AttentionEngine.Cli.Designs;

/// <summary>One curve of a chart.</summary>
/// <param name="Dash">SVG dash pattern, empty for a whole line.</param>
internal sealed record Curve(string Name, string Colour, IReadOnlyList<double> X, IReadOnlyList<double> Y, string Dash = "");

/// <summary>Charts as SVG: decibels against frequency, and decibels around the horizon.</summary>
internal static class Charts
{
    private const double Width = 560, Height = 300, Left = 56, Right = 12, Top = 28, Bottom = 42;
    private const double Radius = 105, PolarFloorDb = -30, PolarTopDb = 6;

    /// <summary>Decibels against frequency on a logarithmic axis, curves clipped to the range.</summary>
    public static string AgainstFrequency(string title, IReadOnlyList<Curve> curves, double lowDb, double highDb)
    {
        double first = Math.Log(curves[0].X[0]), last = Math.Log(curves[0].X[^1]);
        double X(double hz) => Left + (Width - Left - Right) * (Math.Log(hz) - first) / (last - first);
        double Y(double db) => Top + (Height - Top - Bottom) * (1 - (Math.Clamp(db, lowDb, highDb) - lowDb) / (highDb - lowDb));
        var svg = Open(title, Width, Height);
        double step = highDb - lowDb > 30 ? 10 : 5;
        for (double db = Math.Ceiling(lowDb / step) * step; db <= highDb; db += step)
            Add(svg, $"<path d=\"M{Left} {Y(db):F1}H{Width - Right}\" stroke=\"currentColor\" opacity=\".15\"/><text x=\"{Left - 6}\" y=\"{Y(db) + 4:F1}\" text-anchor=\"end\">{db:F0}</text>");
        foreach (double hz in (double[])[125, 250, 500, 1000, 2000, 4000, 8000, 16000])
            if (Math.Log(hz) >= first && Math.Log(hz) <= last) Add(svg, $"<path d=\"M{X(hz):F1} {Top}V{Height - Bottom}\" stroke=\"currentColor\" opacity=\".15\"/><text x=\"{X(hz):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{hz:F0}</text>");
        Add(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">frequency, Hz</text><text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">dB</text>");
        foreach (var c in curves) Line(svg, c, c.X.Zip(c.Y).Where(p => double.IsFinite(p.Second)).Select(p => (X(p.First), Y(p.Second))));
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Decibels around the horizon, front up and left on the left, from −30 to +6 dB.</summary>
    /// <param name="lookDeg">Marked by a line.</param>
    public static string Polar(string title, IReadOnlyList<Curve> curves, double lookDeg)
    {
        const double size = 2 * Radius + 60, cx = size / 2, cy = size / 2 + 8;
        double R(double db) => Radius * (Math.Clamp(db, PolarFloorDb, PolarTopDb) - PolarFloorDb) / (PolarTopDb - PolarFloorDb);
        (double X, double Y) At(double deg, double r) => (cx - r * Math.Sin(deg * Math.PI / 180), cy - r * Math.Cos(deg * Math.PI / 180));
        var svg = Open(title, size, size + 8);
        foreach (double db in (double[])[-20, -10, 0])
            Add(svg, $"<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{R(db):F1}\" fill=\"none\" stroke=\"currentColor\" opacity=\"{(db == 0 ? ".4" : ".15")}\"/><text x=\"{cx + 3}\" y=\"{cy + R(db) - 2:F1}\" font-size=\"10\" opacity=\".7\">{db:F0}</text>");
        foreach (double deg in (double[])[0, 90, 180, -90])
        {
            var (x, y) = At(deg, Radius + 12);
            Add(svg, $"<text x=\"{x:F1}\" y=\"{y + 4:F1}\" text-anchor=\"middle\" font-size=\"10\" opacity=\".7\">{deg:F0}°</text>");
        }
        var (lookX, lookY) = At(lookDeg, Radius);
        Add(svg, $"<path d=\"M{cx} {cy}L{lookX:F1} {lookY:F1}\" stroke=\"currentColor\" stroke-dasharray=\"2 3\"/>");
        foreach (var c in curves) Line(svg, c, c.X.Zip(c.Y).Append((c.X[0], c.Y[0])).Select(p => At(p.Item1, R(p.Item2))));
        return svg.Append("</svg>").ToString();
    }

    private static StringBuilder Open(string title, double width, double height)
    {
        var svg = new StringBuilder();
        Add(svg, $"<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" aria-label=\"{System.Net.WebUtility.HtmlEncode(title)}\" font-size=\"12\" fill=\"currentColor\"><text x=\"{width / 2}\" y=\"15\" text-anchor=\"middle\" font-weight=\"600\">{System.Net.WebUtility.HtmlEncode(title)}</text>");
        return svg;
    }

    private static void Line(StringBuilder svg, Curve curve, IEnumerable<(double X, double Y)> points) =>
        Add(svg, $"<polyline fill=\"none\" stroke=\"{curve.Colour}\" stroke-width=\"1.8\" stroke-dasharray=\"{curve.Dash}\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:F1},{p.Y:F1}")))}\"><title>{System.Net.WebUtility.HtmlEncode(curve.Name)}</title></polyline>");

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
