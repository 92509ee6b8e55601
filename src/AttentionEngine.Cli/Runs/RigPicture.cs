using System.Globalization;
using System.Text;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Runs;

/// <summary>Draws an array to scale as one SVG: from above (front up, left on the left) and from its left side (front on the left, up up).</summary>
internal static class RigPicture
{
    private const double PanelPx = 420, MarginPx = 100, HeadPx = 46;

    public static string Svg(Rig rig)
    {
        var array = rig.Array;
        double reachM = Math.Max(array.SphereRadiusM, array.Microphones.Max(m => Math.Max(Math.Abs(m.PositionHeadM.X), Math.Max(Math.Abs(m.PositionHeadM.Y), Math.Abs(m.PositionHeadM.Z)))));
        double pxPerM = (PanelPx / 2 - MarginPx) / Math.Max(reachM, 0.01);
        var svg = new StringBuilder();
        double width = 2 * PanelPx, height = PanelPx + HeadPx;
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Add(svg, $"<text x=\"16\" y=\"24\" font-size=\"16\">{Escape(rig.Name)}: {array.Count} microphones, {HeadModel(array)}, {array.SampleRateHz} Hz</text>\n");
        Panel(svg, array, "from above, front is up", 0, pxPerM, p => (-p.Y, -p.X));
        Panel(svg, array, "from the left, front is left", PanelPx, pxPerM, p => (-p.X, -p.Z));
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, MicrophoneArray array, string title, double leftPx, double pxPerM, Func<Vector3D, (double X, double Y)> project)
    {
        double cx = leftPx + PanelPx / 2, cy = HeadPx + PanelPx / 2;
        Add(svg, $"<text x=\"{leftPx + 16}\" y=\"{HeadPx + 14}\" fill=\"#555\">{title}</text>\n");
        if (array.SphereRadiusM > 0) Add(svg, $"<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{array.SphereRadiusM * pxPerM:F2}\" fill=\"#f3ead9\" stroke=\"#a89\"/>\n");
        Add(svg, $"<path d=\"M{cx - 6} {cy}H{cx + 6}M{cx} {cy - 6}V{cy + 6}\" stroke=\"#999\"/>\n");
        double barPx = 0.02 * pxPerM;
        Add(svg, $"<path d=\"M{leftPx + 16} {HeadPx + PanelPx - 16}h{barPx:F2}\" stroke=\"black\" stroke-width=\"2\"/><text x=\"{leftPx + 22 + barPx:F2}\" y=\"{HeadPx + PanelPx - 12}\">20 mm</text>\n");
        var labels = new List<(double X, double Y)>();
        for (int m = 0; m < array.Count; m++)
        {
            var (x, y) = project(array.Microphones[m].PositionHeadM);
            double px = cx + x * pxPerM, py = cy + y * pxPerM, labelY = py + 4;
            bool onTheRight = px > cx;
            double labelX = onTheRight ? px + 8 : px - 8;
            while (labels.Any(l => Math.Abs(l.Y - labelY) < 12 && Math.Abs(l.X - labelX) < 75)) labelY += 13; // names of microphones behind one another
            labels.Add((labelX, labelY));
            if (labelY > py + 4.5) Add(svg, $"<path d=\"M{px:F2} {py:F2}L{labelX:F2} {labelY - 4:F2}\" stroke=\"#bbb\"/>");
            bool reference = m == array.LeftReference || m == array.RightReference;
            Add(svg, $"<circle class=\"microphone\" cx=\"{px:F2}\" cy=\"{py:F2}\" r=\"4\" fill=\"{(reference ? "#c0392b" : "#2c5f8a")}\"/>");
            Add(svg, $"<text x=\"{labelX:F2}\" y=\"{labelY:F2}\" text-anchor=\"{(onTheRight ? "start" : "end")}\">{Escape(array.Microphones[m].Name)}</text>\n");
        }
        Add(svg, $"<text x=\"{leftPx + PanelPx - 16}\" y=\"{HeadPx + PanelPx - 12}\" text-anchor=\"end\" fill=\"#c0392b\">red: reference of an ear</text>\n");
    }

    private static string HeadModel(MicrophoneArray array) => array.HeadModel switch
    {
        HeadModelKind.RigidSphere => string.Create(CultureInfo.InvariantCulture, $"rigid sphere of {array.SphereRadiusM * 1000:0.#} mm"),
        HeadModelKind.Measured => $"measured ({Path.GetFileName(array.Measured?.Source)})",
        _ => "free field",
    };

    private static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);
    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
