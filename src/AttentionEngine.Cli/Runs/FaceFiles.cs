using System.Globalization;
using System.Text;
using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Runs;

/// <summary>faces.csv and report.html, with one picture and the boxes over it, of <c>attend track</c> on a video. Holds a face: keep it as you keep the video.</summary>
internal static class FaceFiles
{
    /// <returns>Absolute path of the report.</returns>
    public static string Write(string folder, Rig rig, string input, double seconds, IReadOnlyList<FacePoint> points, (byte[] Gray, int WidthPx, int HeightPx, double TimeS, long Frame)? picture, IReadOnlyList<string> events)
    {
        Directory.CreateDirectory(folder);
        var csv = new StringBuilder("time_s,frame,face,azimuth_deg,elevation_deg,x_px,y_px,width_px,height_px,score,yaw_deg,mouth_x_px,mouth_y_px,mouth_width_px\n");
        foreach (var p in points)
            csv.Append(CultureInfo.InvariantCulture, $"{p.TimeS:F3},{p.Frame},{p.Id},{p.AzimuthDeg:F2},{p.ElevationDeg:F2},{p.Box.XPx:F1},{p.Box.YPx:F1},{p.Box.WidthPx:F1},{p.Box.HeightPx:F1},{p.Box.Score:F3},{Deg(p.Box.YawRad)},{p.Box.MouthXPx:F1},{p.Box.MouthYPx:F1},{p.Box.MouthWidthPx:F1}\n");
        File.WriteAllText(Path.Combine(folder, "faces.csv"), csv.ToString());
        string page = Path.GetFullPath(Path.Combine(folder, "report.html")), title = System.Net.WebUtility.HtmlEncode($"{input}, rig {rig.Name}");
        var html = new StringBuilder($"<!DOCTYPE html>\n<meta charset=\"utf-8\"><title>{title}</title>\n<body style=\"font-family:sans-serif\">\n<h1>Faces: {title}</h1>\n");
        html.Append(picture is { } shown ? Overlay(shown, points) : "<p>No face was found.</p>\n");
        html.Append("<p>Azimuth of each face in HEAD over time, left positive.</p>\n").Append(TrackFiles.Svg(seconds, [.. points.Select(p => new TrackPoint(p.TimeS, p.Id, p.AzimuthDeg, 0, true))]));
        foreach (string e in events) html.Append($"<p>{System.Net.WebUtility.HtmlEncode(e)}</p>\n");
        File.WriteAllText(page, html.Append("</body>\n").ToString());
        return page;
    }

    private static string Overlay((byte[] Gray, int WidthPx, int HeightPx, double TimeS, long Frame) p, IReadOnlyList<FacePoint> points)
    {
        var svg = new StringBuilder();
        string jpeg = Convert.ToBase64String(Pictures.Encode(".jpg", p.Gray, p.WidthPx, p.HeightPx));
        svg.Append(CultureInfo.InvariantCulture, $"<p>Frame {p.Frame} at {p.TimeS:F2} s: box, mouth and direction of each face.</p>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {p.WidthPx} {p.HeightPx}\" width=\"{p.WidthPx}\" height=\"{p.HeightPx}\" font-family=\"sans-serif\" font-size=\"14\">\n<image width=\"{p.WidthPx}\" height=\"{p.HeightPx}\" href=\"data:image/jpeg;base64,{jpeg}\"/>\n");
        foreach (var f in points.Where(f => f.Frame == p.Frame))
        {
            string colour = TrackFiles.Colours[f.Id % TrackFiles.Colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{f.Box.XPx:F1}\" y=\"{f.Box.YPx:F1}\" width=\"{f.Box.WidthPx:F1}\" height=\"{f.Box.HeightPx:F1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<ellipse cx=\"{f.Box.MouthXPx:F1}\" cy=\"{f.Box.MouthYPx:F1}\" rx=\"{f.Box.MouthWidthPx / 2:F1}\" ry=\"{f.Box.MouthWidthPx / 4:F1}\" fill=\"none\" stroke=\"{colour}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{f.Box.XPx:F1}\" y=\"{Math.Max(14, f.Box.YPx - 5):F1}\" fill=\"{colour}\">{f.Id}: {f.AzimuthDeg:F1}°, {f.ElevationDeg:F1}°</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static string Deg(double rad) => double.IsNaN(rad) ? "" : (rad * 180 / Math.PI).ToString("F1", CultureInfo.InvariantCulture);
}
