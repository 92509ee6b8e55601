using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>The controls beside the result, on the page and as controls.csv.</summary>
internal static class ControlsTable
{
    public static string Html(IReadOnlyList<DecodingResult> results)
    {
        var controls = results.SelectMany(r => r.Controls.Select(c => (r.ParticipantId, Control: c))).ToList();
        if (controls.Count == 0) return "";
        var html = new StringBuilder("<h2>Controls</h2><p>The same split, but what is decoded should be at chance if the result comes from the brain's response to sound.</p>");
        html.Append(HtmlText.Table("Controls", ["participant", "control", "what", "window", "accuracy", "95 % interval", "chance", "limit", "p", "r attended (limit with shifted envelopes)"], controls.SelectMany(c => Rows(c.ParticipantId, c.Control)), c => c >= 3));
        html.Append("<ul>");
        foreach (var c in controls.DistinctBy(c => (c.Control.Name, c.Control.Meaning))) html.Append("<li><b>").Append(HtmlText.Escape(c.Control.Name)).Append("</b>: ").Append(HtmlText.Escape(c.Control.Meaning)).Append("</li>");
        return html.Append("</ul>").ToString();
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(string participant, DecodingControl control)
    {
        string r = double.IsFinite(control.RAttended) ? $"{HtmlText.Number(control.RAttended, 3)} ({HtmlText.Number(control.RShiftedLimit95, 3)})" : "–";
        if (control.NotRun is { } why) yield return [participant, control.Name, $"not run: {why}", "–", "–", "–", "–", "–", "–", "–"];
        else if (control.Accuracy.Count == 0) yield return [participant, control.Name, "reconstruction", "–", "–", "–", "–", "–", "–", r];
        foreach (var a in control.Accuracy)
            yield return [participant, control.Name, a.What, HtmlText.Number(a.WindowS, 1, "s"), HtmlText.Percent(a.Accuracy), double.IsFinite(a.Low) ? $"{HtmlText.Percent(a.Low)} to {HtmlText.Percent(a.High)}" : "–", HtmlText.Percent(a.Chance), HtmlText.Percent(a.Limit95), HtmlText.Number(a.P, 4), r];
    }

    /// <returns>controls.csv</returns>
    public static string Csv(IReadOnlyList<DecodingResult> results)
    {
        var table = new StringBuilder("participant,model,control,what,window_s,windows,accuracy,ci95_low,ci95_high,chance,limit95,p,r_attended,r_shifted_limit95,not_run\n");
        foreach (var r in results)
            foreach (var c in r.Controls)
            {
                string tail = $"{DecodingFiles.Number(c.RAttended)},{DecodingFiles.Number(c.RShiftedLimit95)},\"{(c.NotRun ?? "").Replace('"', '\'')}\"";
                if (c.Accuracy.Count == 0) table.Append(CultureInfo.InvariantCulture, $"{r.ParticipantId},{DecodingModels.NameOf(r.Model)},{c.Name},n/a,n/a,0,n/a,n/a,n/a,n/a,n/a,n/a,{tail}\n");
                foreach (var a in c.Accuracy)
                    table.Append(CultureInfo.InvariantCulture, $"{r.ParticipantId},{DecodingModels.NameOf(r.Model)},{c.Name},\"{a.What}\",{DecodingFiles.Number(a.WindowS)},{a.WindowCount},{DecodingFiles.Number(a.Accuracy)},{DecodingFiles.Number(a.Low)},{DecodingFiles.Number(a.High)},{DecodingFiles.Number(a.Chance)},{DecodingFiles.Number(a.Limit95)},{DecodingFiles.Number(a.P)},{tail}\n");
            }
        return table.ToString();
    }
}
