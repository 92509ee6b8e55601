using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Group statistics, match-mismatch and switch detection, for the page and as tables.</summary>
internal static class GroupSections
{
    public static string Html(DecodingReportInput input)
    {
        var html = new StringBuilder();
        var results = input.Results;
        if (results.Any(r => r.MatchMismatch.Count > 0))
            html.Append("<h2>Match-mismatch</h2>").Append(HtmlText.Table("Share of windows whose reconstruction correlates more with its own envelope than with the same envelope a second on", ["participant", "window", "windows", "accuracy", "95 % interval (trials drawn)", "mean with shifted envelopes", "shifted limit", "p"],
                results.SelectMany(r => r.MatchMismatch.Select(a => (IReadOnlyList<string>)[r.ParticipantId, HtmlText.Number(a.WindowS, 1, "s"), a.WindowCount.ToString(CultureInfo.InvariantCulture), HtmlText.Percent(a.Accuracy), $"{HtmlText.Percent(a.Low)} to {HtmlText.Percent(a.High)}",
                    HtmlText.Percent(a.ShiftedMean), HtmlText.Percent(a.ShiftedLimit95), HtmlText.Number(a.ShiftedP, 4)])), c => c >= 1));
        if (results.Any(r => r.Switching is not null))
            html.Append("<h2>Switches</h2>").Append(HtmlText.Table("Segments of held-out trials, talkers exchanged in every other one; Bayesian filter on calibrated evidence", ["participant", "time between switches", "switches", "missed", "median latency", "false switches", "time on the attended talker"],
                results.Where(r => r.Switching is not null).Select(r => (r.ParticipantId, S: r.Switching!)).Select(r => (IReadOnlyList<string>)[r.ParticipantId, HtmlText.Number(r.S.SegmentS, 0, "s"), r.S.Switches.ToString(CultureInfo.InvariantCulture), r.S.Missed.ToString(CultureInfo.InvariantCulture),
                    HtmlText.Number(r.S.LatencyMedianS, 1, "s"), HtmlText.Number(r.S.FalsePerMinute, 1, "/min"), HtmlText.Percent(r.S.Accuracy)]), c => c >= 1));
        if (GroupStatistics.Of(results, input.Job.Seed) is { Count: > 0 } group)
            html.Append("<h2>Group</h2>").Append(HtmlText.Table("Mean over participants (Student's t); p by exchanging signs of participants' differences from chance", ["model", "figure", "participants", "mean", "95 % interval", "chance", "p", "smallest possible p"],
                group.Select(g => (IReadOnlyList<string>)[DecodingModels.NameOf(g.Model), g.Name, g.Participants.ToString(CultureInfo.InvariantCulture), HtmlText.Number(g.Mean, 3), $"{HtmlText.Number(g.Low, 3)} to {HtmlText.Number(g.High, 3)}", HtmlText.Number(g.Chance, 3), HtmlText.Number(g.P, 4), HtmlText.Number(g.SmallestP, 4)]), c => c >= 2));
        return html.ToString();
    }

    /// <returns>group.csv</returns>
    public static string GroupTable(DecodingReportInput input)
    {
        var table = new StringBuilder("model,figure,participants,mean,ci95_low,ci95_high,chance,p,smallest_p\n");
        foreach (var g in GroupStatistics.Of(input.Results, input.Job.Seed))
            table.Append(CultureInfo.InvariantCulture, $"{DecodingModels.NameOf(g.Model)},\"{g.Name}\",{g.Participants},{DecodingFiles.Number(g.Mean)},{DecodingFiles.Number(g.Low)},{DecodingFiles.Number(g.High)},{DecodingFiles.Number(g.Chance)},{DecodingFiles.Number(g.P)},{DecodingFiles.Number(g.SmallestP)}\n");
        return table.ToString();
    }

    /// <returns>match_mismatch.csv</returns>
    public static string MatchMismatchTable(IReadOnlyList<DecodingResult> results)
    {
        var table = new StringBuilder("participant,model,window_s,windows,accuracy,ci95_low,ci95_high,shifted_mean,shifted_limit95,shifted_p\n");
        foreach (var r in results)
            foreach (var a in r.MatchMismatch)
                table.Append(CultureInfo.InvariantCulture, $"{r.ParticipantId},{DecodingModels.NameOf(r.Model)},{DecodingFiles.Number(a.WindowS)},{a.WindowCount},{DecodingFiles.Number(a.Accuracy)},{DecodingFiles.Number(a.Low)},{DecodingFiles.Number(a.High)},{DecodingFiles.Number(a.ShiftedMean)},{DecodingFiles.Number(a.ShiftedLimit95)},{DecodingFiles.Number(a.ShiftedP)}\n");
        return table.ToString();
    }
}
