using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// EventAAD's events (Zenodo 8082867): rows of *_events.tsv with value 8 begin a trial and name what was attended, 9 ends it; *_events.json gives
/// all sounds of each trial (its key is "stimulies"). They become rows with onset, duration, attended and unattended stimulus.
/// </summary>
internal static class EventAad
{
    private const string Start = "8", End = "9";

    public static bool Recognises(List<Dictionary<string, string>> rows) => rows.Any(r => r.GetValueOrDefault("value") == Start && r.ContainsKey("attended_stimulus")) && !rows.Any(r => r.ContainsKey("unattended_stimulus"));

    /// <param name="table">Path of the table, for messages and for its JSON.</param>
    public static List<Dictionary<string, string>> Trials(List<Dictionary<string, string>> rows, string table)
    {
        string[][] sounds = Sounds(Path.ChangeExtension(table, ".json"));
        var trials = new List<Dictionary<string, string>>();
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].GetValueOrDefault("value") != Start) continue;
            int end = rows.FindIndex(i + 1, r => r.GetValueOrDefault("value") is Start or End);
            if (end < 0 || rows[end].GetValueOrDefault("value") == Start) throw new InputDataException($"{table}: the trial that begins at {rows[i].GetValueOrDefault("onset")} s has no end (value {End}) before the next one. Its end trigger was lost; take the row out, or add the end.");
            string attended = rows[i].GetValueOrDefault("attended_stimulus") ?? "";
            if (trials.Count >= sounds.Length) throw new InputDataException($"{table}: trial {trials.Count + 1} has no sounds in {Path.ChangeExtension(table, ".json")}, which lists {sounds.Length} trials.");
            string[] others = [.. sounds[trials.Count].Where(s => s != attended)];
            if (others.Length == sounds[trials.Count].Length) throw new InputDataException($"{table}: the attended stimulus '{attended}' of trial {trials.Count + 1} is none of its sounds {string.Join(", ", sounds[trials.Count])}.");
            trials.Add(new Dictionary<string, string>(rows[i], StringComparer.OrdinalIgnoreCase)
            {
                ["duration"] = (Seconds(rows[end], table) - Seconds(rows[i], table)).ToString("R", CultureInfo.InvariantCulture),
                ["unattended_stimulus"] = string.Join(';', others),
            });
        }
        return trials;
    }

    private static double Seconds(Dictionary<string, string> row, string table) => double.TryParse(row.GetValueOrDefault("onset"), CultureInfo.InvariantCulture, out double v) ? v : throw new InputDataException($"{table}: an onset reads '{row.GetValueOrDefault("onset")}'; expected seconds.");

    /// <summary>[trial][sound], from an array of trials, or an object of them in the order of the file.</summary>
    private static string[][] Sounds(string path)
    {
        if (!File.Exists(path)) throw new InputDataException($"{path} is not there: it lists the sounds of each trial (\"stimulies\").");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var trials = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.EnumerateArray() : json.RootElement.EnumerateObject().Select(p => p.Value);
            return [.. trials.Where(t => t.ValueKind == JsonValueKind.Object && t.TryGetProperty("stimulies", out _)).Select(t => t.GetProperty("stimulies"))
                .Select(s => (s.ValueKind == JsonValueKind.Array ? s.EnumerateArray() : s.EnumerateObject().Select(p => p.Value)).Select(v => v.GetString() ?? "").ToArray())];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputDataException($"{path} does not list the sounds of each trial as [{{\"stimulies\": [\"a.wav\", \"b.wav\"]}}, …]: {e.Message}", e);
        }
    }
}
