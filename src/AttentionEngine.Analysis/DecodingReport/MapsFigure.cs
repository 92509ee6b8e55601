using System.Globalization;
using System.Numerics;
using System.Text;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Scalp maps of the decoder's pattern and of the response to the attended talker, and the response over time, mean over participants.</summary>
internal static class MapsFigure
{
    private const int MostMaps = 6, FewestElectrodes = 6;
    private const double Width = 640, Height = 260, Left = 60, Right = 20, Top = 16, Bottom = 46;

    public static string Html(IReadOnlyList<DecodingResult> results)
    {
        var maps = results.Select(r => r.Maps).OfType<DecoderMaps>().ToList();
        if (maps.Count == 0) return "";
        var shared = Shared(maps);
        if (shared.Count == 0) return "<h2>Topographies and responses</h2><p>The participants have no channel or lags in common, so no mean is drawn; each one's maps are in its tables.</p>";
        var html = new StringBuilder("<h2>Topographies and responses</h2>");
        string who = maps.Count == 1 ? "The participant" : string.Create(CultureInfo.InvariantCulture, $"Mean over {maps.Count} participants");
        var placed = shared.Where(n => Direction(maps[0], n) is not null).ToList();
        if (placed.Count >= FewestElectrodes)
        {
            var map = new ScalpMap([.. placed.Select(n => Direction(maps[0], n)!.Value)]);
            Row(html, map, "Pattern of the decoder (Haufe et al. 2014), in parts of its largest value", who, maps[0].PatternLagS, Mean(maps, m => m.Pattern, placed));
            Row(html, map, "Response of the EEG to the attended envelope (forward model)", who, maps[0].TrfLagS, Mean(maps, m => m.Attended, placed));
        }
        else html.Append(CultureInfo.InvariantCulture, $"<p>No topographies: the places of only {placed.Count} of {shared.Count} channels are known. Channel names of the 10-20, 10-10 or 10-05 system, or an electrodes.tsv beside the recording, give them.</p>");
        html.Append(Waveform(maps, shared, who));
        return html.ToString();
    }

    private static void Row(StringBuilder html, ScalpMap map, string caption, string who, double[] lagS, double[][] values)
    {
        int[] shown = Shown(lagS);
        double limit = values.Max(v => v.Max(Math.Abs));
        html.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {shown.Length * ScalpMap.Size:F0} {ScalpMap.Size:F0}\" width=\"{shown.Length * ScalpMap.Size:F0}\" role=\"img\" aria-label=\"{HtmlText.Escape(caption)}\" font-size=\"13\">");
        for (int i = 0; i < shown.Length; i++) map.Draw(html, i * ScalpMap.Size, 0, values[shown[i]], limit, string.Create(CultureInfo.InvariantCulture, $"{1000 * lagS[shown[i]]:F0} ms"));
        html.Append("</svg><figcaption>").Append(HtmlText.Escape(caption)).Append(". ").Append(who).Append("; nose up, left is left; blue negative, red positive; dots are electrodes; in between by spherical splines.</figcaption></figure>");
    }

    /// <summary>About every 50 ms from 0 on, six at most.</summary>
    private static int[] Shown(double[] lagS)
    {
        int[] after = [.. Enumerable.Range(0, lagS.Length).Where(i => lagS[i] >= 0)];
        if (after.Length == 0) after = [.. Enumerable.Range(0, lagS.Length)];
        double last = Math.Min(lagS[after[^1]], lagS[after[0]] + 0.25);
        int count = Math.Min(MostMaps, after.Length);
        return [.. Enumerable.Range(0, count).Select(i => after.MinBy(a => Math.Abs(lagS[a] - (lagS[after[0]] + (count > 1 ? i * (last - lagS[after[0]]) / (count - 1) : 0))))).Distinct()];
    }

    /// <summary>Every channel as a thin line, and the standard deviation over channels (global field power) for attended and other talkers.</summary>
    private static string Waveform(List<DecoderMaps> maps, List<string> shared, string who)
    {
        double[][] attended = Mean(maps, m => m.Attended, shared), others = maps.All(m => m.Unattended.Length > 0) ? Mean(maps, m => m.Unattended, shared) : [];
        double[] lagS = maps[0].TrfLagS;
        double limit = attended.Max(v => v.Max(Math.Abs)) * 1.05;
        if (!(limit > 0)) return "";
        double X(int l) => Left + (Width - Left - Right) * (lagS[l] - lagS[0]) / (lagS[^1] - lagS[0]);
        double Y(double v) => Top + (Height - Top - Bottom) * (1 - v / limit) / 2;
        string Line(Func<int, double> value) => string.Join(' ', Enumerable.Range(0, lagS.Length).Select(l => string.Create(CultureInfo.InvariantCulture, $"{X(l):F1},{Y(value(l)):F1}")));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"Temporal response functions\" font-size=\"13\" fill=\"currentColor\">");
        for (int ms = -100; ms <= 500; ms += 100)
            if (ms >= 1000 * lagS[0] - 1 && ms <= 1000 * lagS[^1] + 1)
            {
                double x = Left + (Width - Left - Right) * (ms / 1000.0 - lagS[0]) / (lagS[^1] - lagS[0]);
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"currentColor\" opacity=\"{(ms == 0 ? ".5" : ".12")}\"/><text x=\"{x:F1}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{ms}</text>");
            }
        foreach (double v in new[] { -limit / 1.05, 0, limit / 1.05 }) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(v) + 4:F1}\" text-anchor=\"end\">{v:G2}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">EEG after sound, ms</text>");
        for (int c = 0; c < shared.Count; c++) svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"#7d8791\" stroke-width=\".7\" opacity=\".6\" points=\"{Line(l => attended[l][c])}\"><title>{HtmlText.Escape(shared[c])}</title></polyline>");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"#0969da\" stroke-width=\"2.5\" points=\"{Line(l => Power(attended[l]))}\"/>");
        if (others.Length > 0) svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"#b35900\" stroke-width=\"2.5\" stroke-dasharray=\"6 4\" points=\"{Line(l => Power(others[l]))}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"</svg><figcaption>Temporal response functions, EEG per standard deviation of the envelope. {who}. Grey: each channel, attended talker; blue: their global field power{(others.Length > 0 ? "; brown, dashed: that of the other talkers" : "")}. Leave-one-trial-out correlation with the EEG {HtmlText.Number(maps.Average(m => m.TrfCorrelation), 3)}, at the λ that is best for it and so a little too high. Before 0 ms there can be no response: what stands there is noise.</figcaption></figure>");
        return svg.ToString();
    }

    private static double Power(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    /// <summary>Names that all have, where all have the same lags.</summary>
    private static List<string> Shared(List<DecoderMaps> maps) => maps.All(m => m.PatternLagS.SequenceEqual(maps[0].PatternLagS) && m.TrfLagS.SequenceEqual(maps[0].TrfLagS))
        ? [.. maps[0].ChannelNames.Where(n => maps.All(m => m.ChannelNames.Contains(n)))] : [];

    private static Vector3? Direction(DecoderMaps map, string name) => map.Directions[map.ChannelNames.ToList().IndexOf(name)] is { Length: 3 } d ? new Vector3((float)d[0], (float)d[1], (float)d[2]) : null;

    /// <summary>Each participant's values are divided by their largest one first where they are compared as patterns; responses keep their unit.</summary>
    private static double[][] Mean(List<DecoderMaps> maps, Func<DecoderMaps, double[][]> of, List<string> names)
    {
        double[][] first = of(maps[0]);
        var mean = new double[first.Length][];
        for (int l = 0; l < mean.Length; l++) mean[l] = new double[names.Count];
        foreach (var map in maps)
        {
            int[] at = [.. names.Select(n => map.ChannelNames.ToList().IndexOf(n))];
            double[][] values = of(map);
            double scale = ReferenceEquals(values, map.Pattern) ? values.Max(v => v.Max(Math.Abs)) : 1;
            for (int l = 0; l < mean.Length; l++)
                for (int c = 0; c < at.Length; c++) mean[l][c] += scale > 0 ? values[l][at[c]] / scale / maps.Count : 0;
        }
        return mean;
    }
}
