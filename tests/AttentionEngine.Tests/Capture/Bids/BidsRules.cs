using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Capture.Bids;

/// <summary>
/// The rules of BIDS 1.11 for the files that we write, from the specification: names of files and the order of their entities, keys that
/// a sidecar must have, first columns of tables, equal numbers of columns, and that a table's columns match its sidecar.
/// </summary>
internal static partial class BidsRules
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["dataset_description"] = ["Name", "BIDSVersion"],
        ["eeg"] = ["TaskName", "EEGReference", "SamplingFrequency", "PowerLineFrequency", "SoftwareFilters"],
        ["coordsystem"] = ["EEGCoordinateSystem", "EEGCoordinateUnits"],
        ["physio"] = ["SamplingFrequency", "StartTime", "Columns", "PhysioType", "RecordedEye", "SampleCoordinateSystem"],
        ["physioevents"] = ["Columns"],
        ["motion"] = ["TaskName", "SamplingFrequency"],
        ["events"] = [],
    };

    private static readonly Dictionary<string, string[]> FirstColumns = new()
    {
        ["events"] = ["onset", "duration"], ["electrodes"] = ["name", "x", "y", "z"], ["participants"] = ["participant_id"], ["scans"] = ["filename", "acq_time"],
    };

    [GeneratedRegex(@"^sub-(?<sub>[A-Za-z0-9]+)(_ses-(?<ses>[A-Za-z0-9]+))?(_task-[A-Za-z0-9]+)?(_tracksys-[A-Za-z0-9]+)?(_acq-[A-Za-z0-9]+)?(_run-\d+)?(_recording-[A-Za-z0-9]+)?_(?<suffix>[a-z]+)(?<ext>\.[a-z.]+)$")]
    private static partial Regex FileName();

    public static List<string> Check(string root)
    {
        var wrong = new List<string>();
        foreach (string needed in new[] { "dataset_description.json", "participants.tsv", "README" })
            if (!File.Exists(Path.Combine(root, needed))) wrong.Add($"{needed} is missing");
        foreach (string path in Directory.GetFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string relative = Path.GetRelativePath(root, path);
            if (relative.StartsWith("sourcedata/", StringComparison.Ordinal)) continue;
            string suffix = Path.GetFileName(path).Split('.')[0], extension = Path.GetFileName(path)[suffix.Length..];
            if (relative.Contains('/', StringComparison.Ordinal))
            {
                var match = FileName().Match(Path.GetFileName(path));
                string folder = $"sub-{match.Groups["sub"].Value}{(match.Groups["ses"].Success ? $"/ses-{match.Groups["ses"].Value}" : "")}/";
                if (!match.Success || !relative.StartsWith(folder, StringComparison.Ordinal)) { wrong.Add($"{relative}: the name is against the rules"); continue; }
                string modality = relative[folder.Length..].Split('/')[0];
                suffix = match.Groups["suffix"].Value;
                if (suffix == "scans" && extension == ".tsv")
                {
                    foreach (string line in File.ReadLines(path).Skip(1))
                        if (!File.Exists(Path.Combine(root, folder, line.Split('\t')[0]))) wrong.Add($"{relative}: {line} is not there");
                    CheckTable(relative, path, suffix, wrong);
                    continue;
                }
                if (modality is not ("eeg" or "motion" or "beh")) wrong.Add($"{relative}: unknown folder {modality}");
                if (modality == "motion" && !relative.Contains("_tracksys-", StringComparison.Ordinal)) wrong.Add($"{relative}: motion needs tracksys");
                if (suffix is not ("electrodes" or "coordsystem") && !relative.Contains("_task-", StringComparison.Ordinal)) wrong.Add($"{relative}: task is missing");
            }
            if (extension == ".json") CheckKeys(relative, path, suffix, wrong);
            if (extension == ".tsv" && suffix != "motion") CheckTable(relative, path, suffix, wrong);
            if (extension == ".tsv.gz" || (extension == ".tsv" && suffix == "motion")) CheckHeadless(relative, path, suffix, wrong);
            if (extension == ".vhdr") CheckBrainVision(relative, path, wrong);
        }
        return wrong;
    }

    private static void CheckKeys(string relative, string path, string suffix, List<string> wrong)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        foreach (string key in Keys[suffix])
            if (!json.RootElement.TryGetProperty(key, out _)) wrong.Add($"{relative}: {key} is required");
        if (suffix != "physio" || wrong.Count > 0) return;
        string[] columns = [.. json.RootElement.GetProperty("Columns").EnumerateArray().Select(c => c.GetString()!)];
        if (!columns.Take(3).SequenceEqual(["timestamp", "x_coordinate", "y_coordinate"])) wrong.Add($"{relative}: the first columns are {string.Join(", ", columns.Take(3))}");
        if (json.RootElement.GetProperty("RecordedEye").GetString() is not ("left" or "right" or "cyclopean")) wrong.Add($"{relative}: RecordedEye");
        foreach (string c in columns.Where(c => !json.RootElement.TryGetProperty(c, out _))) wrong.Add($"{relative}: column {c} is not described");
    }

    private static void CheckTable(string relative, string path, string suffix, List<string> wrong)
    {
        string[][] rows = [.. File.ReadAllText(path).TrimEnd('\n').Split('\n').Select(l => l.Split('\t'))];
        string[] first = suffix == "channels" ? relative.Contains("/motion/", StringComparison.Ordinal) ? ["name", "component", "type", "tracked_point", "units"] : ["name", "type", "units"] : FirstColumns[suffix];
        if (!rows[0].Take(first.Length).SequenceEqual(first)) wrong.Add($"{relative}: the columns are {string.Join(", ", rows[0])}");
        if (rows.Any(r => r.Length != rows[0].Length || r.Any(string.IsNullOrEmpty))) wrong.Add($"{relative}: a row has another number of cells, or an empty one");
        if (first[0] == "name" && rows.Select(r => r[0]).Distinct().Count() != rows.Length) wrong.Add($"{relative}: a name occurs twice");
    }

    private static void CheckHeadless(string relative, string path, string suffix, List<string> wrong)
    {
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var reader = new StreamReader(file);
        int columns = suffix == "motion"
            ? File.ReadLines(path.Replace("motion.tsv", "channels.tsv", StringComparison.Ordinal)).Count() - 1
            : JsonDocument.Parse(File.ReadAllText(path.Replace(".tsv.gz", ".json", StringComparison.Ordinal))).RootElement.GetProperty("Columns").GetArrayLength();
        int rows = 0;
        for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine(), rows++)
        {
            if (line.Split('\t').Length == columns && (rows > 0 || line.Split('\t').Any(c => double.TryParse(c, System.Globalization.CultureInfo.InvariantCulture, out _)))) continue;
            wrong.Add($"{relative}: line {rows + 1} has not {columns} cells, or is a header line");
            return;
        }
        if (suffix == "physioevents" && !EventsHaveSamples(path)) wrong.Add($"{relative}: a timestamp is not one of the physio file");
        if (rows == 0) wrong.Add($"{relative} is empty");
    }

    private static bool EventsHaveSamples(string path)
    {
        var stamps = Lines(path.Replace("_physioevents", "_physio", StringComparison.Ordinal)).Select(l => l.Split('\t')[0]).ToHashSet();
        return Lines(path).All(l => stamps.Contains(l.Split('\t')[0]));

        static string[] Lines(string path)
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            return reader.ReadToEnd().TrimEnd('\n').Split('\n');
        }
    }

    private static void CheckBrainVision(string relative, string path, List<string> wrong)
    {
        string header = File.ReadAllText(path), folder = Path.GetDirectoryName(path)!;
        foreach (string key in new[] { "DataFile", "MarkerFile" })
        {
            string name = Regex.Match(header, $"^{key}=(.*)$", RegexOptions.Multiline).Groups[1].Value;
            if (!File.Exists(Path.Combine(folder, name))) wrong.Add($"{relative}: {key} {name} is not there");
        }
        int channels = int.Parse(Regex.Match(header, @"NumberOfChannels=(\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        if (Regex.Count(header, @"^Ch\d+=", RegexOptions.Multiline) != channels) wrong.Add($"{relative}: channels");
        if (new FileInfo(path.Replace(".vhdr", ".eeg", StringComparison.Ordinal)).Length % (4 * channels) != 0) wrong.Add($"{relative}: the data are no whole frames");
        if (File.ReadLines(path.Replace("_eeg.vhdr", "_channels.tsv", StringComparison.Ordinal)).Count() - 1 != channels) wrong.Add($"{relative}: channels.tsv has another number of channels");
    }
}
