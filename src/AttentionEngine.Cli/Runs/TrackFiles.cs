using System.Globalization;
using System.Text;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Runs;

/// <param name="Heard">Measured at this tick; else foretold.</param>
internal sealed record TrackPoint(double TimeS, int Id, double AzimuthDeg, double SdDeg, bool Heard);

/// <summary>tracks.csv and report.html of <c>attend track</c>.</summary>
internal static class TrackFiles
{
    private const double Width = 1000, Height = 480, Left = 60, Top = 40, Bottom = 40;
    internal static readonly string[] Colours = ["#2c5f8a", "#c0392b", "#27864a", "#8e44ad", "#b9770e", "#117a65", "#7b241c", "#34495e"];

    /// <returns>Absolute path of the report.</returns>
    public static string Write(string folder, Rig rig, string input, double seconds, IReadOnlyList<TrackPoint> points)
    {
        Directory.CreateDirectory(folder);
        var csv = new StringBuilder("time_s,track,azimuth_deg,sd_deg,heard\n");
        foreach (var p in points) csv.Append(CultureInfo.InvariantCulture, $"{p.TimeS:F3},{p.Id},{p.AzimuthDeg:F2},{p.SdDeg:F2},{(p.Heard ? 1 : 0)}\n");
        File.WriteAllText(Path.Combine(folder, "tracks.csv"), csv.ToString());
        string page = Path.GetFullPath(Path.Combine(folder, "report.html"));
        string title = System.Net.WebUtility.HtmlEncode($"{input}, rig {rig.Name}");
        File.WriteAllText(page, $"<!DOCTYPE html>\n<meta charset=\"utf-8\"><title>{title}</title>\n<body style=\"font-family:sans-serif\">\n<h1>Tracks: {title}</h1>\n<p>Azimuth over time, left positive. Dark where the talker was heard at that tick, light where the track was only carried on.</p>\n{Svg(seconds, points)}</body>\n");
        return page;
    }

    internal static string Svg(double seconds, IReadOnlyList<TrackPoint> points)
    {
        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
        double X(double s) => Left + s / Math.Max(seconds, 1e-9) * (Width - Left - 20);
        double Y(double deg) => Top + (180 - deg) / 360 * (Height - Top - Bottom);
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int deg = -180; deg <= 180; deg += 45) Add($"<path d=\"M{Left} {Y(deg):F1}H{Width - 20}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(deg) + 4:F1}\" text-anchor=\"end\">{deg}°</text>\n");
        double step = seconds > 60 ? 30 : seconds > 12 ? 5 : 1;
        for (double s = 0; s <= seconds; s += step) Add($"<text x=\"{X(s):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{s} s</text>\n");
        foreach (var track in points.GroupBy(p => p.Id))
        {
            string colour = Colours[track.Key % Colours.Length];
            foreach (var p in track) Add($"<circle cx=\"{X(p.TimeS):F1}\" cy=\"{Y(p.AzimuthDeg):F1}\" r=\"{(p.Heard ? 2.2 : 1)}\" fill=\"{colour}\" opacity=\"{(p.Heard ? 0.9 : 0.25)}\"/>");
            Add($"\n<text x=\"{X(track.First().TimeS):F1}\" y=\"{Y(track.First().AzimuthDeg) - 8:F1}\" fill=\"{colour}\">{track.Key}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }
}
