using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Analysis;

public sealed partial class SessionReportTests : IDisposable
{
    private const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{data}}\u0007";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("<script(?<attributes>[^>]*)>(?<text>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ScriptElements();

    internal static SessionFacts Facts(string[] talkers, string name = "sim-array")
    {
        var weights = new BeamformerWeights(4, 2, 2, 8, DelayAndSum());
        return new SessionFacts
        {
            Title = "demo " + name,
            Streams =
            [
                new(name, "Audio", 16000, 15999.982, 0.412, 38, 960_000, 0, 0, "good", true),
                new("sim-gaze", "Gaze", 120, 119.97, 0.398, 41, 7190, 10, 1, "silent for 0.8 s at 12.3 s, then back", false),
                new("sim-markers", "Markers", 0, double.NaN, double.NaN, double.NaN, 4, 0, 0, "good", true),
            ],
            Delays =
            [
                new("input block", 2, DelayKind.Algorithmic, "declared in the rig"), new("beamformer", 4, DelayKind.Algorithmic, "the filters are solved for it"),
                new("limiter look-ahead", 1, DelayKind.Algorithmic, "declared"), new("network stream", 46.2, DelayKind.Transport, "median of receive time − capture time"),
            ],
            Events = [new HealthEvent(StreamTime.FromSeconds(SyntheticSession.StartS + 12.3), HealthKind.Gap, name, 10, "10 samples missing " + name)],
            Patterns = BeamPatterns.Compute(weights, SyntheticSession.Array, talkers, [500, 1000, 2000]),
            Cpu = [("engine", 0.31), ("simulator", 0.22)],
            BlockP99Ms = 0.21,
            TickP99Ms = 0.4,
            Xruns = 0,
            Provenance = [("rig", name), ("engine", "1.0.0")],
        };
    }

    /// <summary>[4 × 2 × 2 × 8]: the mean of both microphones, four samples late.</summary>
    private static float[] DelayAndSum()
    {
        var filters = new float[4 * 2 * 2 * 8];
        for (int i = 4; i < filters.Length; i += 8) filters[i] = 0.5f;
        return filters;
    }

    private string Report(string[] ids, string name, double seconds = 10, bool scored = true)
    {
        _ = new SyntheticSession(_folder.Path, seconds, ids);
        SessionScore? score = scored ? SessionScorer.Score(_folder.Path, new ArgMaxRule()) : null;
        return File.ReadAllText(SessionReport.Write(_folder.Path, score, Facts(ids, name)));
    }

    [Fact]
    public void The_page_loads_nothing_from_anywhere_and_runs_only_its_own_scripts()
    {
        string html = Report(["a", "b", "c", "d"], "sim-array");
        string withoutLibrary = WithoutLibrary(html);
        Assert.True(html.Length - withoutLibrary.Length > 900_000, "the charting library must be in the page");
        Assert.DoesNotMatch(@"(?i)\b(https?:)?//[a-z0-9]", withoutLibrary.Replace("// ", "", StringComparison.Ordinal)); // no address at all, in any attribute
        Assert.DoesNotMatch("(?i)<(link|iframe|object|embed|base)\\b|\\bsrc\\s*=|@import|url\\(|fetch\\(|XMLHttpRequest|WebSocket", withoutLibrary);
        string policy = Regex.Match(html, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var scripts = ScriptElements().Matches(html).ToList();
        Assert.Equal(3, scripts.Count); // data, library, page
        foreach (Match script in scripts.Where(s => s.Groups["attributes"].Value.Length == 0))
            Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Groups["text"].Value))), policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        string[] ids = [Hostile, "b\"onmouseover=\"alert(3)", "c", "d"];
        string html = Report(ids, Hostile);
        Assert.Equal(3, ScriptElements().Count(html));
        Assert.DoesNotContain("<img", WithoutLibrary(html), StringComparison.Ordinal);
        Assert.DoesNotContain("alert(1)</script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', html);
        Assert.Contains("&lt;img src=x onerror=alert(2)&gt;{{data}}", html, StringComparison.Ordinal); // shown as it is, and not filled in
        using JsonDocument data = Data(html);
        Assert.Equal(ids, data.RootElement.GetProperty("talkers").EnumerateArray().Select(t => t.GetString()));
    }

    private static string WithoutLibrary(string html) => ScriptElements().Replace(html, m => m.Length > 900_000 && m.Groups["attributes"].Length == 0 ? "" : m.Value);

    private static JsonDocument Data(string html) => JsonDocument.Parse(ScriptElements().Matches(html)[0].Groups["text"].Value);

    [Fact]
    public void The_data_hold_truth_decisions_and_sound()
    {
        using JsonDocument data = Data(Report(["a", "b", "c", "d"], "sim-array", 20));
        JsonElement root = data.RootElement;
        Assert.Equal(500, root.GetProperty("timeS").GetArrayLength());
        Assert.Equal(5, root.GetProperty("posterior").GetArrayLength());
        Assert.Equal(500, root.GetProperty("posterior")[0].GetArrayLength());
        Assert.Equal(3, root.GetProperty("attended").GetArrayLength());
        Assert.Equal(5, root.GetProperty("evidence").GetArrayLength());
        Assert.Contains(root.GetProperty("gazeDeg").EnumerateArray(), g => g.ValueKind == JsonValueKind.Null); // a blink is a gap
        Assert.Equal(320, root.GetProperty("sound").GetProperty("spectrogramAfter").GetArrayLength());
        Assert.Equal(24, root.GetProperty("patterns").GetArrayLength()); // 4 talkers, 2 ears, 3 frequencies
        Assert.True(root.GetProperty("score").GetProperty("chance").GetDouble() is > 0.2 and < 0.8);
    }

    /// <summary>In a real browser: every chart draws, under the page's own security policy, with hostile names too.</summary>
    [Fact, Trait("tier", "system")]
    public async Task Every_chart_draws_in_a_browser()
    {
        const string browser = "/usr/bin/chromium";
        if (!File.Exists(browser)) Assert.Skip($"NOT TESTED: {browser} is not installed.");
        Report([Hostile, "b", "c", "d"], Hostile, 20);
        var start = new System.Diagnostics.ProcessStartInfo(browser) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom", "--user-data-dir=" + _folder.File("browser"), new Uri(_folder.File("report.html")).AbsoluteUri])
            start.ArgumentList.Add(argument);
        using var process = System.Diagnostics.Process.Start(start)!;
        Task<string> messages = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string page = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotMatch("CONSOLE.*(rror|Refused|violates)", await messages);
        foreach (string chart in (string[])["figures", "attention", "evidence", "directions", "scene", "waves", "spectra"])
            Assert.Matches($"id=\"chart-{chart}\"[^>]*>\\s*<div[^>]*>\\s*<canvas", page);
    }

    [Fact]
    public void Without_truth_no_figure_of_accuracy_is_given()
    {
        string html = Report(["a", "b", "c", "d"], "sim-array", scored: false);
        Assert.Contains("no ground truth", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>accuracy</dt>", html, StringComparison.Ordinal);
        using JsonDocument data = Data(html);
        Assert.False(data.RootElement.TryGetProperty("score", out _));
        Assert.Equal(0, data.RootElement.GetProperty("attended").GetArrayLength());
    }

    [Fact]
    public void A_beam_pattern_is_zero_decibels_where_the_filters_pass_the_reference_microphone_unchanged()
    {
        var array = new MicrophoneArray(HeadModelKind.FreeField, 0, 16000, [new Microphone("l", new Vector3D(0, 0.08, 0)), new Microphone("r", new Vector3D(0, -0.08, 0))], 0, 1);
        var pass = new float[1 * 2 * 2 * 4];
        pass[0] = 1;              // left ear, left microphone
        pass[(1 * 2 + 1) * 4] = 1; // right ear, right microphone
        foreach (BeamPattern p in BeamPatterns.Compute(new BeamformerWeights(1, 2, 2, 4, pass), array, ["t"], [1000]))
            Assert.All(p.GainDb, g => Assert.Equal(0, g, 1e-9));
        // the mean of two microphones 16 cm apart has a null where they are half a period apart: sin(az) = c / (2 f d)
        var sum = new float[1 * 2 * 2 * 4];
        for (int i = 0; i < sum.Length; i += 4) sum[i] = 0.5f;
        BeamPattern pattern = BeamPatterns.Compute(new BeamformerWeights(1, 2, 2, 4, sum), array, ["t"], [2000])[0];
        double nullDeg = Angles.ToDegrees(Math.Asin(SoundSpeed.Default / (2 * 2000 * 0.16)));
        double lowest = pattern.AzimuthHeadDeg[pattern.GainDb.ToList().IndexOf(pattern.GainDb.Min())];
        Assert.True(new[] { nullDeg, -nullDeg, 180 - nullDeg, nullDeg - 180 }.Min(n => Math.Abs(n - lowest)) <= 1.6, $"null at {lowest}, expected near {nullDeg}");
        Assert.Equal(0, pattern.GainDb[pattern.AzimuthHeadDeg.ToList().IndexOf(0)], 1e-6);
    }
}
