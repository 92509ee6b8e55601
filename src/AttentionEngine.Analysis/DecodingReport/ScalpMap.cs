using System.Globalization;
using System.Numerics;
using System.Text;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Analysis.Report;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>A head from above, nose up, with values between the electrodes by spherical spline; one SVG group per map.</summary>
internal sealed class ScalpMap
{
    /// <summary>Of a map in the picture.</summary>
    public const double Size = 150;

    private const int Cells = 46, Levels = 8;
    private const double Radius = 58, EdgeDeg = 100;
    private readonly Vector3[] _electrodes;
    private readonly (int X, int Y, double[] Weights)[] _cells;

    /// <param name="electrodes">Unit directions in HEAD, four at least.</param>
    public ScalpMap(IReadOnlyList<Vector3> electrodes)
    {
        _electrodes = [.. electrodes];
        var spline = new SphericalSpline(electrodes);
        var cells = new List<(int, int, double[])>();
        for (int y = 0; y < Cells; y++)
            for (int x = 0; x < Cells; x++)
            {
                double right = (x + 0.5) * 2 / Cells - 1, front = 1 - (y + 0.5) * 2 / Cells, r = Math.Sqrt(right * right + front * front);
                if (r > 1) continue;
                // Azimuthal equidistant: the distance from the middle is the angle from Cz.
                double fromTop = r * EdgeDeg * Math.PI / 180, sin = r > 0 ? Math.Sin(fromTop) / r : 0;
                cells.Add((x, y, spline.WeightsAt(new((float)(sin * front), (float)(-sin * right), (float)Math.Cos(fromTop)))));
            }
        _cells = [.. cells];
    }

    /// <param name="values">[electrodes]</param>
    /// <param name="limit">Value of the strongest colour; the same for maps that are compared.</param>
    public void Draw(StringBuilder svg, double left, double top, double[] values, double limit, string title)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({left:F0} {top:F0})\"><title>{HtmlText.Escape(title)}</title><g shape-rendering=\"crispEdges\" transform=\"translate({Size / 2 - Radius:F0} {Size / 2 - Radius:F0})\">");
        double cell = 2 * Radius / Cells;
        int from = 0;
        while (from < _cells.Length)
        {
            int level = Level(from, values, limit), to = from + 1;
            while (to < _cells.Length && _cells[to].Y == _cells[from].Y && Level(to, values, limit) == level) to++;
            if (level != 0) svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{_cells[from].X * cell:F1}\" y=\"{_cells[from].Y * cell:F1}\" width=\"{(to - from) * cell + 0.1:F1}\" height=\"{cell + 0.1:F1}\" fill=\"{Colour(level)}\"/>");
            from = to;
        }
        svg.Append("</g>");
        double middle = Size / 2;
        svg.Append(CultureInfo.InvariantCulture, $"<g fill=\"none\" stroke=\"currentColor\"><circle cx=\"{middle}\" cy=\"{middle}\" r=\"{Radius}\"/><path d=\"M{middle - 7},{middle - Radius + 1}L{middle},{middle - Radius - 9}L{middle + 7},{middle - Radius + 1}\"/></g><g fill=\"currentColor\">");
        foreach (var e in _electrodes)
        {
            double fromTop = Math.Acos(Math.Clamp(e.Z, -1, 1)) * 180 / Math.PI / EdgeDeg, across = Math.Sqrt(e.X * e.X + e.Y * e.Y);
            if (fromTop > 1.001) continue;
            double scale = across > 0 ? fromTop / across * Radius : 0;
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{middle - e.Y * scale:F1}\" cy=\"{middle - e.X * scale:F1}\" r=\"1\"/>");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{middle}\" y=\"{Size - 1}\" text-anchor=\"middle\">{HtmlText.Escape(title)}</text></g></g>");
    }

    private int Level(int cell, double[] values, double limit)
    {
        double value = Decoding.RowMath.Dot(_cells[cell].Weights, values);
        return limit > 0 ? (int)Math.Clamp(Math.Round(value / limit * Levels), -Levels, Levels) : 0;
    }

    /// <summary>Blue below, red above, paler towards zero; readable for most colour-blind people.</summary>
    private static string Colour(int level)
    {
        double part = Math.Abs(level) / (double)Levels;
        int Mix(int full) => (int)Math.Round(245 + part * (full - 245));
        return level > 0 ? $"#{Mix(178):x2}{Mix(24):x2}{Mix(43):x2}" : $"#{Mix(33):x2}{Mix(102):x2}{Mix(172):x2}";
    }
}
