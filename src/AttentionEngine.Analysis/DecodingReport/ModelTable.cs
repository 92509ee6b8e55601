using System.Globalization;
using System.Text;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Several models on the same data and split: one table, and each against the first one, paired.</summary>
internal static class ModelTable
{
    public static string Html(DecodingReportInput input)
    {
        double[] windows = [.. input.Results.SelectMany(r => r.Accuracy).Where(a => a.WindowCount > 0).Select(a => a.WindowS).Distinct().Order()];
        var html = new StringBuilder("<h2>Models compared</h2>");
        html.Append(HtmlText.Table("Mean over participants", ["model", .. windows.Select(w => HtmlText.Number(w, 1, "s")), "r attended", "r unattended"],
            input.Results.GroupBy(r => r.Model).Select(m => (IReadOnlyList<string>)[DecodingModels.NameOf(m.Key),
                .. windows.Select(w => HtmlText.Percent(m.SelectMany(r => r.Accuracy).Where(a => a.WindowS == w && a.WindowCount > 0).Select(a => a.Accuracy).DefaultIfEmpty(double.NaN).Average())),
                HtmlText.Number(m.Average(r => r.MeanAttended), 3), HtmlText.Number(m.Average(r => r.MeanUnattended), 3)]), c => c >= 1));
        if (ModelComparison.Of(input.Results, input.Job.Seed) is { Count: > 0 } differences)
            html.Append(HtmlText.Table("Difference of accuracies, paired (Student's t; two-sided p by exchanging the two models in each pair; not corrected for their number)", ["first", "second", "window", "pairs", "first", "second", "difference", "95 % interval", "p"],
                differences.Select(d => (IReadOnlyList<string>)[d.First, d.Second, HtmlText.Number(d.WindowS, 1, "s"), $"{d.Pairs.ToString(CultureInfo.InvariantCulture)} {d.Units}", HtmlText.Percent(d.MeanFirst), HtmlText.Percent(d.MeanSecond), HtmlText.Percent(d.Difference), $"{HtmlText.Percent(d.Low)} to {HtmlText.Percent(d.High)}", HtmlText.Number(d.P, 4)]), c => c >= 2));
        return html.ToString();
    }

    /// <returns>models.csv; null with one model.</returns>
    public static string? Csv(DecodingReportInput input)
    {
        if (input.Results.Select(r => r.Model).Distinct().Count() < 2) return null;
        var table = new StringBuilder("first,second,window_s,units,pairs,mean_first,mean_second,difference,ci95_low,ci95_high,p\n");
        foreach (var d in ModelComparison.Of(input.Results, input.Job.Seed))
            table.Append(CultureInfo.InvariantCulture, $"{d.First},{d.Second},{DecodingFiles.Number(d.WindowS)},{d.Units},{d.Pairs},{DecodingFiles.Number(d.MeanFirst)},{DecodingFiles.Number(d.MeanSecond)},{DecodingFiles.Number(d.Difference)},{DecodingFiles.Number(d.Low)},{DecodingFiles.Number(d.High)},{DecodingFiles.Number(d.P)}\n");
        return table.ToString();
    }
}
