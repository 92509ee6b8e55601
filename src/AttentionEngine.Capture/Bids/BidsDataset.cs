using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Bids;

/// <summary>A BIDS dataset's folder: what belongs to all recordings, and new files. Nothing is overwritten; participants.tsv gets a line.</summary>
internal sealed class BidsDataset(string root)
{
    /// <summary>The version whose rules the files follow (eye tracking was merged into it).</summary>
    public const string Version = "1.11.1";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<string> _written = [];

    public string Root => root;

    /// <summary>What was written, relative to the root.</summary>
    public IReadOnlyList<string> Written => _written;

    /// <summary>Full path of a new file; its folder is made.</summary>
    public string NewFile(string relative)
    {
        string path = Path.Combine(root, relative);
        if (File.Exists(path)) throw new ConfigurationException($"{path} exists, and is not overwritten. Give another --run or --session.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _written.Add(relative);
        return path;
    }

    public void WriteText(string relative, string text)
    {
        using var file = new NewFile(NewFile(relative));
        file.Append(Encoding.UTF8.GetBytes(text));
    }

    public void WriteJson(string relative, IReadOnlyDictionary<string, object> keys) => WriteText(relative, JsonSerializer.Serialize(keys, Json) + "\n");

    public void WriteTable(string relative, IEnumerable<IEnumerable<string>> rows) => WriteText(relative, string.Concat(rows.Select(r => string.Join('\t', r.Select(Cell)) + "\n")));

    /// <summary>What a table cell can hold: no tabs and line ends, and never nothing.</summary>
    public static string Cell(string text)
    {
        string clean = text.Replace('\t', ' ').Replace('\r', ' ').Replace('\n', ' ').Trim();
        return clean.Length == 0 ? "n/a" : clean;
    }

    /// <summary>dataset_description.json and README where there are none, and the participant's line where it is not there.</summary>
    public void Describe(string subject, string generator)
    {
        if (!File.Exists(Path.Combine(root, "dataset_description.json")))
        {
            WriteJson("dataset_description.json", new Dictionary<string, object>
            {
                ["Name"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))),
                ["BIDSVersion"] = Version,
                ["DatasetType"] = "raw",
                ["GeneratedBy"] = new[] { new Dictionary<string, string> { ["Name"] = generator } },
            });
        }
        if (!Directory.EnumerateFiles(root, "README*").Any())
            WriteText("README", "Recorded and exported by AttentionEngine. Describe here the aim of the study, the tasks, the participants and the apparatus, and add\nauthors and licence to dataset_description.json before the data are shared.\n");
        AddParticipant("sub-" + subject);
    }

    private void AddParticipant(string id) => AddLines("participants.tsv", ["participant_id"], [[id]]);

    /// <summary>
    /// When each recording began, in <c>_scans.tsv</c>: how motion is aligned with EEG. The date is moved to the first of January 1925, as
    /// BIDS asks for de-identified data; what counts is the difference.
    /// </summary>
    /// <param name="scans">File relative to the root, and seconds from time zero.</param>
    public void AddScans(BidsEntities entities, IEnumerable<(string File, double StartS)> scans)
    {
        var start = new DateTime(1925, 1, 1, 12, 0, 0, DateTimeKind.Unspecified);
        var lines = scans.Select(s => new[] { s.File[(entities.Folder.Length + 1)..], start.AddTicks((long)(s.StartS * 1e7)).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture) }).ToList();
        if (lines.Count > 0) AddLines($"{entities.Folder}/{entities.Folder.Replace('/', '_')}_scans.tsv", ["filename", "acq_time"], lines);
    }

    /// <summary>Adds lines whose first cell is new by replacing the whole file at once: an end in the middle leaves the old one.</summary>
    private void AddLines(string relative, string[] ownColumns, IReadOnlyList<string[]> more)
    {
        string path = Path.Combine(root, relative);
        List<string> lines = File.Exists(path) ? [.. File.ReadAllText(path).Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0)] : [];
        if (lines.Count == 0) lines.Add(string.Join('\t', ownColumns));
        string[] columns = lines[0].TrimStart('\uFEFF').Split('\t');
        if (columns[0] != ownColumns[0]) throw new InputDataException($"{path}: the first column is '{columns[0]}', expected {ownColumns[0]}; it is left as it is.");
        var known = lines.Skip(1).Select(l => l.Split('\t')[0]).ToHashSet(StringComparer.Ordinal);
        int before = lines.Count;
        foreach (var line in more)
            if (known.Add(line[0])) lines.Add(string.Join('\t', columns.Select(c => Array.IndexOf(ownColumns, c) is >= 0 and int own ? line[own] : "n/a")));
        if (lines.Count == before) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + ".new";
        File.WriteAllText(temporary, string.Join('\n', lines) + "\n");
        File.Move(temporary, path, overwrite: true);
        _written.Add(relative);
    }
}
