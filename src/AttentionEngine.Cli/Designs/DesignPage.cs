using System.Globalization;
using System.Net;
using System.Text;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.ArrayDesign;

namespace AttentionEngine.Cli.Designs;

/// <summary>A design as one self-contained HTML page: no script, no network.</summary>
internal static class DesignPage
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:78rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}h1,h2{line-height:1.2}table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{padding:.2rem .7rem;border-bottom:1px solid #d5dbe1;text-align:right;font-variant-numeric:tabular-nums}th:first-child,td:first-child{text-align:left}.row{display:flex;flex-wrap:wrap;gap:.5rem}.key b{padding-right:1.2rem}svg{max-width:100%;height:auto}.scroll{overflow-x:auto}.white{background:#fff;color:#000}@media(prefers-color-scheme:dark){body{background:#14181d;color:#e6edf3}th,td{border-color:#3a424b}}";
    private static readonly Dictionary<string, string> Colours = new() { ["pass"] = "#7d8791", ["delay-and-sum"] = "#0969da", ["superdirective"] = "#bf3989", ["mvdr"] = "#2da44e", ["lcmv"] = "#d4761f" };

    public static string Html(Rig rig, ArrayDesignOptions options, ArrayDesignResult result, Rig? judge)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Array design: ");
        html.Append(Text(rig.Name)).Append("</title><style>").Append(Style).Append("</style></head><body><h1>Array design: ").Append(Text(rig.Name)).Append("</h1><p>").Append(Text(rig.Description)).Append("</p>");
        html.Append("<div class=\"white\">").Append(RigPicture.Svg(rig)).Append("</div>");
        Tables(html, rig.Array);
        Add(html, $"<p>Filters of {result.Taps} taps at {rig.Array.SampleRateHz} Hz, delay {result.DelaySamples} samples: the ones that the live path applies, truncation included. Figures are of the ear on the look direction's side. White-noise gain (against equal noise in every microphone) and directivity index (against an isotropic field) are relative to the free field at the centre of the head. Position errors: {options.PositionErrorMm} mm per coordinate, {options.Trials} trials, seed {options.Seed}{(rig.Array.HeadModel == HeadModelKind.FreeField ? "" : "; beside a head to first order")}.</p>");
        if (judge is not null) html.Append("<p><b>Designed with this array's model, judged in that of ").Append(Text(judge.Name)).Append(".</b></p>");
        html.Append("<p class=\"key\">");
        foreach (string backend in options.Backends) Add(html, $"<b style=\"color:{Colours[backend]}\">— {Text(backend == "pass" ? "reference microphone alone" : backend)}</b>");
        html.Append("<b>- - the most that any weights reach; position errors: 5th percentile</b></p>");
        for (int d = 0; d < options.DirectionsDeg.Count; d++) Section(html, options, result, d);
        return html.Append("</body></html>").ToString();
    }

    private static void Section(StringBuilder html, ArrayDesignOptions options, ArrayDesignResult result, int direction)
    {
        double lookDeg = options.DirectionsDeg[direction];
        var beams = result.Beams.Where(b => b.DirectionDeg == lookDeg).ToList();
        double[] others = [.. beams.SelectMany(b => b.InterferersDeg).Distinct()];
        Add(html, $"<h2>Look direction {lookDeg:0.#}°</h2><p>{(others.Length == 0 ? "" : $"mvdr and lcmv have other talkers at {string.Join(", ", others.Select(o => o.ToString("0.#", CultureInfo.InvariantCulture)))}°.")}</p><div class=\"row\">");
        var directivity = Curves(beams, result, b => b.DirectivityIndexDb);
        directivity.Add(new Curve("limit", "currentColor", result.FrequenciesHz, result.DirectivityLimitDb[direction], "5 4"));
        html.Append(Charts.AgainstFrequency("Directivity index", directivity, -5, 20));
        html.Append(Charts.AgainstFrequency("White-noise gain", Curves(beams, result, b => b.WhiteNoiseGainDb), -30, 15));
        html.Append(Charts.AgainstFrequency("Gain in the look direction over the reference microphone", Curves(beams, result, b => b.LookGainDb), -15, 10));
        if (beams.All(b => b.Sensitivity is not null))
        {
            var moved = Curves(beams, result, b => b.Sensitivity!.DirectivityIndexMedianDb);
            moved.AddRange(beams.Select(b => new Curve(b.Backend + ", 5th percentile", Colours[b.Backend], result.FrequenciesHz, b.Sensitivity!.DirectivityIndexLowDb, "5 4")));
            html.Append(Charts.AgainstFrequency("Directivity index with position errors", moved, -5, 20));
        }
        html.Append("</div><div class=\"row\">");
        for (int p = 0; p < beams[0].Patterns.Count; p++)
        {
            int at = p;
            html.Append(Charts.Polar(string.Create(CultureInfo.InvariantCulture, $"{beams[0].Patterns[p].FrequencyHz:0} Hz"),
                [.. beams.Select(b => new Curve(b.Backend, Colours[b.Backend], b.Patterns[at].AzimuthDeg, b.Patterns[at].GainDb))], lookDeg));
        }
        html.Append("</div>");
        Rows(html, "Beam width between the −3 dB points, degrees", ["back end", .. beams[0].Patterns.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.FrequencyHz:0} Hz"))],
            beams.Select(b => (IReadOnlyList<string>)[b.Backend, .. b.Patterns.Select(p => p.BeamwidthDeg >= 360 ? "all round" : p.BeamwidthDeg.ToString("F0", CultureInfo.InvariantCulture))]));
        Talkers(html, beams, result);
    }

    // What a talker gains over the reference microphone, mean over the band.
    private static void Talkers(StringBuilder html, List<BeamDesign> beams, ArrayDesignResult result) =>
        Rows(html, "Gain of a talker beside the look direction (left positive), or near, over the reference microphone: mean over 250 to 4000 Hz, dB",
            ["back end", .. beams[0].Angles.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.At:+0;−0}°")), .. beams[0].Distances.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.At:0.#} m"))],
            beams.Select(b => (IReadOnlyList<string>)[b.Backend, .. b.Angles.Concat(b.Distances).Select(t => Number(DesignFacts.BandMean(result, t.GainDb)))]));

    private static List<Curve> Curves(List<BeamDesign> beams, ArrayDesignResult result, Func<BeamDesign, double[]> values) =>
        [.. beams.Select(b => new Curve(b.Backend, Colours[b.Backend], result.FrequenciesHz, values(b)))];

    private static void Tables(StringBuilder html, MicrophoneArray array)
    {
        Rows(html, "Microphones (x front, y left, z up)", ["name", "x, mm", "y, mm", "z, mm", "distance, mm", "azimuth, °", "elevation, °"], array.Microphones.Select(m => (IReadOnlyList<string>)[m.Name, Number(1000 * m.PositionHeadM.X), Number(1000 * m.PositionHeadM.Y),
            Number(1000 * m.PositionHeadM.Z), Number(1000 * m.PositionHeadM.Norm), Number(Angles.ToDegrees(m.PositionHeadM.AzimuthRad)), Number(Angles.ToDegrees(m.PositionHeadM.ElevationRad))]));
        Rows(html, "Distances, and the frequency above which a pair is ambiguous along its line", ["pair", "distance, mm", "c/2d, Hz"],
            DesignFacts.Pairs(array).Select(p => (IReadOnlyList<string>)[$"{p.A.Name} – {p.B.Name}", Number(1000 * p.DistanceM), p.AliasHz.ToString("F0", CultureInfo.InvariantCulture)]));
    }

    private static void Rows(StringBuilder html, string caption, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        html.Append("<div class=\"scroll\"><table><caption>").Append(Text(caption)).Append("</caption><tr>").AppendJoin("", heads.Select(h => $"<th>{Text(h)}</th>")).Append("</tr>");
        foreach (var row in rows) html.Append("<tr>").AppendJoin("", row.Select(c => $"<td>{Text(c)}</td>")).Append("</tr>");
        html.Append("</table></div>");
    }

    private static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
    private static string Text(string text) => WebUtility.HtmlEncode(text);
    private static void Add(StringBuilder html, FormattableString text) => html.Append(text.ToString(CultureInfo.InvariantCulture));
}
