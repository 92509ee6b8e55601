using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Report;

/// <summary>
/// Writes a session's <c>report.html</c>: one file, no network. A content security policy names the page's own scripts by their
/// hashes, so that nothing else runs, even if a stream's name were to look like a script; text is escaped all the same.
/// </summary>
public static class SessionReport
{
    private static readonly string[] Scripts = ["base.js", "figures.js", "time.js", "scene.js", "sound.js"];

    /// <summary>Overwrites <c>report.html</c> in the session's folder.</summary>
    /// <param name="score">Null when the session has no ground truth.</param>
    /// <returns>The file's path.</returns>
    public static string Write(string sessionDir, SessionScore? score, SessionFacts facts)
    {
        TickLog log = TickLog.Read(sessionDir);
        SessionTruth? truth = score is null ? null : SessionTruth.Read(sessionDir, log.Talkers);
        string path = Path.Combine(sessionDir, "report.html");
        File.WriteAllText(path, Page(facts, score, log, Data(sessionDir, log, truth, score, facts)), new UTF8Encoding(false));
        return path;
    }

    private static string Data(string sessionDir, TickLog log, SessionTruth? truth, SessionScore? score, SessionFacts facts)
    {
        using var json = new ReportJson();
        TickSeries.Write(json, log, truth);
        SoundPictures.Write(json, sessionDir, log);
        json.Objects("patterns", facts.Patterns, p =>
        {
            json.Text("talker", p.Talker);
            json.Text("ear", p.Ear);
            json.Number("hz", p.FrequencyHz, 0);
            json.Numbers("azimuthDeg", p.AzimuthHeadDeg, 1);
            json.Numbers("gainDb", p.GainDb, 1);
        });
        if (score is not null)
            json.Object("score", () =>
            {
                json.Number("chance", score.Chance, 6);
                json.Number("fused", score.Fused.Accuracy, 6);
                json.Objects("baselines", score.Baselines, b => { json.Text("name", b.Key); json.Number("accuracy", b.Value.Accuracy, 6); });
            });
        return json.Finish();
    }

    private static string Page(SessionFacts facts, SessionScore? score, TickLog log, string data)
    {
        string[] scripts = [ChartLibrary(), string.Join("\n", Scripts.Select(Resource))];
        string hashes = string.Join(" ", scripts.Select(s => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s)))}'"));
        double startS = log.TickCount > 0 ? log.TimeS[0] : 0, seconds = log.TickCount * log.TickS;
        return Fill(Resource("page.html"), new Dictionary<string, string>
        {
            ["policy"] = $"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
            ["style"] = Resource("page.css"),
            ["title"] = HtmlText.Escape(facts.Title),
            ["summary"] = string.Create(CultureInfo.InvariantCulture, $"{log.TalkerCount} talkers, {seconds:F1} s, {log.TickCount} decisions every {log.TickS * 1000:F0} ms"),
            ["tiles"] = ReportSections.Tiles(score, facts),
            ["delays"] = ReportSections.Delays(facts),
            ["load"] = ReportSections.Load(facts),
            ["streams"] = ReportSections.Streams(facts),
            ["events"] = ReportSections.Events(facts, startS),
            ["provenance"] = ReportSections.Provenance(facts, score),
            ["library"] = scripts[0],
            ["script"] = scripts[1],
            ["data"] = data,
        });
    }

    /// <summary>Fills <c>{{name}}</c> in one pass: what is filled in is not searched again.</summary>
    private static string Fill(string template, Dictionary<string, string> parts)
    {
        var page = new StringBuilder();
        string[] pieces = template.Split("{{");
        page.Append(pieces[0]);
        foreach (string piece in pieces.Skip(1))
        {
            int end = piece.IndexOf("}}", StringComparison.Ordinal);
            page.Append(parts[piece[..end]]).Append(piece, end + 2, piece.Length - end - 2);
        }
        return page.ToString();
    }

    private static string ChartLibrary()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "assets", "echarts.min.js");
        if (!File.Exists(path)) throw new ConfigurationException($"{path} is missing, so no report can be written. Run ./attend once: it fetches the charting library.");
        return File.ReadAllText(path);
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(SessionReport).Assembly.GetManifestResourceStream("Report." + name)
            ?? throw new InvalidOperationException($"The report's part {name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
