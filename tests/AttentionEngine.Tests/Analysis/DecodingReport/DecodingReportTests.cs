using System.Xml.Linq;
using AttentionEngine.Analysis.DecodingReport;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Tests.Analysis.DecodingReport;

public class DecodingReportTests
{
    private static DecodingResult Result(string id, double accuracy) => new(id,
        [new DecodedTrial("1", 1, 0.01, [0.1], [], [0.05, 0.19], []), new DecodedTrial("2", 0, 0.03, [0.1], [], [0.02, 0.04], [])],
        [new WindowAccuracy(1, 100, accuracy - 0.1, accuracy - 0.15, accuracy - 0.05, 0.5, 0.58, 0.002, 0.57, 3.1), new WindowAccuracy(10, 10, accuracy, accuracy - 0.1, 0.99, 0.5, 0.7, 0.001, 0.69, 2.2), new WindowAccuracy(60, 0, double.NaN, double.NaN, double.NaN, 0.5, double.NaN, double.NaN, double.NaN, double.NaN)],
        12.5, new SolverReport("OpenBLAS", 30, 5, 1e-11, 0), ["Trials share <stories>"]);

    private static DecodingReportInput Input(params DecodingResult[] results) => new(new EegDataset
    {
        Name = "<script>alert(1)</script>", Provenance = [new("read", "S1.mat"), new("band-pass", "1 to 9 Hz")],
        Participants = [.. results.Select(r => new EegParticipant { Id = r.ParticipantId, RateHz = 64, Channels = [new EegChannel("Cz", EegChannelType.Eeg)], Trials = [new EegTrial { Id = "1", Eeg = [], Envelopes = [], AttendedIndex = 0 }, new EegTrial { Id = "2", Eeg = [], Envelopes = [], AttendedIndex = 0 }] })],
    }, new DecodingJob { AllowShared = SharedGroups.Story, Seed = 7 }, results, "1.2.3");

    [Fact]
    public void The_page_is_well_formed_self_contained_and_says_the_figures()
    {
        string html = DecodingReportPage.Html(Input(Result("S1", 0.82), Result("S2", 0.7)));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        var body = XDocument.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]).Root!;
        string text = body.Value;
        foreach (string said in new[] { "82.0 %", "72.0 % to 99.0 %", "Trials share <stories>", "0.105", "12.5 s", "1.0E-011", "2 of 4 above" }) Assert.Contains(said, text, StringComparison.Ordinal);
        // Mean over participants at 10 s: 76 %.
        Assert.Contains(body.Descendants("title"), t => t.Value == "10 s: 76.0 %");
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_methods_paragraph_says_what_was_done_and_what_was_allowed()
    {
        string text = MethodsParagraph.Text(Input(Result("S1", 0.8)));
        foreach (string said in new[] { "1 participant(s) with 2 trials, 1 channels at 64 Hz", "band-pass: 1 to 9 Hz", "0 to 250 ms", "15 values", "allowed to share: Story; the accuracies may be too high", "1000 permutations", "AttentionEngine 1.2.3, OpenBLAS, seed 7", "Crosse et al., 2016" })
            Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.DoesNotContain("S1.mat", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_participant_without_any_window_still_gives_a_page() =>
        Assert.Contains("No trial is as long as one decision window", DecodingReportPage.Html(Input(Result("S1", 0.8) with { Accuracy = [] })), StringComparison.Ordinal);
}
