using System.Globalization;
using System.Text;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>The tables behind the pictures.</summary>
internal static class MapFiles
{
    /// <summary>Long form: one row per kind, lag and channel.</summary>
    public static string Table(DecoderMaps maps)
    {
        var text = new StringBuilder("kind\tlag_ms\tchannel\tvalue\n");
        foreach (var (kind, lagS, values) in new[] { ("pattern", maps.PatternLagS, maps.Pattern), ("trf_attended", maps.TrfLagS, maps.Attended), ("trf_unattended", maps.TrfLagS, maps.Unattended) })
            for (int l = 0; l < values.Length; l++)
                for (int c = 0; c < values[l].Length; c++) text.Append(CultureInfo.InvariantCulture, $"{kind}\t{1000 * lagS[l]:R}\t{maps.ChannelNames[c]}\t{Number(values[l][c])}\n");
        return text.ToString();
    }

    public static string Reliability(IReadOnlyList<DecodingResult> results)
    {
        var text = new StringBuilder("window_s,bin_low,bin_high,windows,stated_probability,share_attended,expected_calibration_error\n");
        foreach (double windowS in results.SelectMany(r => r.Accuracy.Where(a => a.WindowCount > 0).Select(a => a.WindowS)).Distinct().Order())
            if (DecodingReport.Reliability.Of(results, windowS) is { } curve)
                foreach (var b in curve.Filled) text.Append(CultureInfo.InvariantCulture, $"{Number(windowS)},{Number(b.Low)},{Number(b.High)},{b.Windows},{Number(b.Stated)},{Number(b.Right)},{Number(curve.ExpectedError)}\n");
        return text.ToString();
    }

    /// <returns>Null without gaze.</returns>
    public static string? Gaze(DecodingReportInput input)
    {
        var counts = GazeTable.Count(input.Dataset, input.Results);
        if (counts.Count == 0) return null;
        var text = new StringBuilder("window_s,gaze,windows,decoded_right\n");
        foreach (var c in counts)
            foreach (var (gaze, all, right) in new[] { ("attended", c.OnAttended, c.RightOnAttended), ("other", c.OnOther, c.RightOnOther), ("none", c.OnNone, c.RightOnNone) })
                text.Append(CultureInfo.InvariantCulture, $"{Number(c.WindowS)},{gaze},{all},{right}\n");
        return text.ToString();
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "n/a";
}
