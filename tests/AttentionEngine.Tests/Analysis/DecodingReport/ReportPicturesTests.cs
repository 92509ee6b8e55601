using System.Globalization;
using System.Text;
using System.Xml.Linq;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.DecodingReport;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Tests.Analysis.Decoding;

namespace AttentionEngine.Tests.Analysis.DecodingReport;

public class ReportPicturesTests
{
    private static System.Numerics.Vector3[] Cap() => [.. StandardMontage.BioSemi64.Select(n => EegPositions.Of(new EegChannel(n, EegChannelType.Eeg))!.Value)];

    [Fact]
    public void A_spherical_spline_goes_through_its_electrodes_and_follows_a_smooth_field()
    {
        var cap = Cap();
        double Field(System.Numerics.Vector3 p) => 3 + p.X - 2 * p.Y * p.Z;
        var spline = new SphericalSpline(cap);
        double[] values = [.. cap.Select(Field)];
        double At(System.Numerics.Vector3 p) => spline.WeightsAt(p).Zip(values, (w, v) => w * v).Sum();
        Assert.Equal(1, spline.WeightsAt(System.Numerics.Vector3.UnitZ).Sum(), 1e-9);
        foreach (var p in cap) Assert.Equal(Field(p), At(p), 0.02);
        foreach (string between in new[] { "FCC3h", "CPP4h", "AFF2h", "PPO1h" })
        {
            var p = EegPositions.Of(new EegChannel(between, EegChannelType.Eeg))!.Value;
            Assert.Equal(Field(p), At(p), 0.03);
        }
    }

    [Fact]
    public void A_map_has_left_on_the_left_and_front_on_top()
    {
        var cap = Cap();
        XElement Map(Func<System.Numerics.Vector3, double> field)
        {
            var svg = new StringBuilder();
            new ScalpMap(cap).Draw(svg, 0, 0, [.. cap.Select(field)], 1, "100 ms");
            return XElement.Parse(svg.ToString());
        }
        static double Mean(XElement map, string axis, bool red) => map.Descendants("rect").Where(r => (((string)r.Attribute("fill")!)[1..3] is var f && int.Parse(f, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >= 178) == red)
            .Average(r => double.Parse((string)r.Attribute(axis)!, CultureInfo.InvariantCulture));
        var left = Map(p => p.Y);
        Assert.True(Mean(left, "x", red: true) + 20 < Mean(left, "x", red: false));
        var front = Map(p => p.X);
        Assert.True(Mean(front, "y", red: true) + 20 < Mean(front, "y", red: false));
        Assert.Equal("100 ms", left.Element("title")!.Value);
    }

    /// <summary>Correlations drawn so that softmax(20 · r) is right as often as it says.</summary>
    private static DecodingResult Calibrated(ulong seed, double truth)
    {
        var random = new SeededRandom(seed);
        var trials = new List<DecodedTrial>();
        for (int t = 0; t < 20; t++)
        {
            var r = new double[2 * 100];
            for (int i = 0; i < 100; i++)
            {
                double a = 0.1 * random.Normal(), b = 0.1 * random.Normal(), first = 1 / (1 + Math.Exp(truth * (b - a)));
                (r[2 * i], r[2 * i + 1]) = random.Uniform() < first ? (a, b) : (b, a);
            }
            trials.Add(new DecodedTrial($"{t}", 0, 0.01, [0.1], [], [0.1, 0.05], [r]));
        }
        return new("P1", trials, [new WindowAccuracy(5, 2000, 0.7, 0.6, 0.8, 0.5, 0.55, 0.01, 0.55, 1)], 20, new SolverReport("x", 1, 1, 0, 0), []);
    }

    [Fact]
    public void Reliability_recovers_probabilities_that_are_right_and_does_not_invent_any()
    {
        var result = Calibrated(3, 20);
        Assert.InRange(Reliability.Scale(result.Trials, 0), 18, 22);
        var curve = Reliability.Of([result], 5)!;
        Assert.Equal(2000, curve.Windows);
        Assert.InRange(curve.ExpectedError, 0, 0.04);
        Assert.All(curve.Filled.Where(b => b.Windows > 100), b => Assert.InRange(b.Right - b.Stated, -0.1, 0.1));
        Assert.InRange(Reliability.Of([Calibrated(4, 0)], 5)!.Filled.Max(b => b.Stated), 0.5, 0.65);
        Assert.Null(Reliability.Of([result], 7));
        Assert.Contains("Expected calibration error", ReliabilityFigure.Html([result]), StringComparison.Ordinal);
    }

    [Fact]
    public void Gaze_splits_the_windows()
    {
        // Two windows of 64 samples: looked at the attended talker (right), at the other (wrong).
        var trial = new EegTrial { Id = "1", Eeg = [], Envelopes = [new double[128], new double[128]], AttendedIndex = 1, GazedTalker = [.. Enumerable.Repeat(1, 64), .. Enumerable.Repeat(0, 40), .. Enumerable.Repeat(-1, 24)] };
        var dataset = new EegDataset { Name = "x", Participants = [new EegParticipant { Id = "P1", RateHz = 64, Channels = [], Trials = [trial] }] };
        var result = new DecodingResult("P1", [new DecodedTrial("1", 1, 1, [], [], [0, 0.1], [[0, 0.2, 0.3, 0.1]])], [new WindowAccuracy(1, 2, 0.5, 0, 1, 0.5, 1, 1, 1, 0)], double.NaN, new SolverReport("x", 1, 1, 0, 0), []);
        var counts = Assert.Single(GazeTable.Count(dataset, [result]));
        Assert.Equal(new GazeTable.Counts(1, 1, 1, 1, 0, 0, 0), counts);
        Assert.Contains("100.0 % (1 of 1)", GazeTable.Html(dataset, [result]), StringComparison.Ordinal);
        Assert.Equal("", GazeTable.Html(dataset with { Participants = [dataset.Participants[0] with { Trials = [trial with { GazedTalker = null }] }] }, [result]));
    }

    internal static string Page(int participants)
    {
        var algebra = DenseAlgebra.Open(_ => { });
        var job = new DecodingJob { Permutations = 20, Shifts = 10, Bootstraps = 50, WindowsS = [1, 2, 5, 10], Lambdas = [1e-3, 1e-1], MaxLagS = 0.2 };
        var listeners = Enumerable.Range(0, participants).Select(i => MapsOfParticipantTests.Made(4) with { Id = $"P{i + 1}", Attributes = new Dictionary<string, string> { ["age"] = $"{20 + i}", ["<hearing>"] = "normal" } }).ToList();
        var results = listeners.Select(p => MapsOfParticipant.AddTo(algebra, p, job, AttentionDecoding.Run(algebra, p, job))).ToList();
        return DecodingReportPage.Html(new DecodingReportInput(new EegDataset { Name = "made", Participants = listeners }, job, results, "1"));
    }

    [Fact]
    public void The_page_with_pictures_is_well_formed_and_small()
    {
        string html = Page(2);
        var body = XDocument.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]).Root!;
        foreach (string said in new[] { "Topographies and responses", "Mean over 2 participants", "94 ms", "Reliability", "Listeners, as the data set describes them", "<hearing>", "temporal response functions of a forward ridge model" }) Assert.Contains(said, body.Value, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(body.Descendants("rect").Count(), 200, 10_000);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.InRange(html.Length, 50_000, 700_000);
    }

    [Theory, InlineData(1250), InlineData(800), Trait("tier", "system")]
    public async Task The_page_does_not_scroll_sideways_in_a_browser(int widthPx)
    {
        if (!File.Exists("/usr/bin/chromium")) { Assert.Skip("NOT TESTED: chromium is not installed (apt-get install chromium)."); return; }
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("page.html"), Page(2).Replace("</body>", "<script>document.title='WIDTHS '+document.documentElement.scrollWidth+' '+[...document.querySelectorAll('.scroll')].map(e=>e.scrollWidth-e.clientWidth).join(',')</script></body>", StringComparison.Ordinal));
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/chromium", ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={folder.File("profile")}", $"--window-size={widthPx},900", "--dump-dom", "file://" + folder.File("page.html")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var browser = System.Diagnostics.Process.Start(start)!;
        var errors = browser.StandardError.ReadToEndAsync();
        string dom = await browser.StandardOutput.ReadToEndAsync();
        await browser.WaitForExitAsync();
        var said = System.Text.RegularExpressions.Regex.Match(dom, "WIDTHS ([0-9]+) ([0-9,]*)<");
        Assert.True(said.Success, await errors);
        Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), 1, widthPx);
        if (widthPx >= 1250) Assert.All(said.Groups[2].Value.Split(','), o => Assert.Equal("0", o));
    }
}
