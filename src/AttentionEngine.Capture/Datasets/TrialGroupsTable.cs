using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// What the files of a data set do not tell and its user knows: <c>trial_groups.tsv</c> in the folder of the data, a row per trial with the columns
/// participant, trial, and any of story, speaker, session, presentation (n/a: unknown). What it says wins over what was inferred.
/// </summary>
internal static class TrialGroupsTable
{
    public const string FileName = "trial_groups.tsv";

    private static readonly string[] Labels = ["story", "speaker", "session", "presentation"];

    /// <param name="dataset">File of a participant, or folder.</param>
    /// <param name="trials">Of one participant.</param>
    /// <exception cref="InputDataException">The table names a trial that is not there, or no label.</exception>
    public static IReadOnlyList<ListeningTrial> Apply(string dataset, IReadOnlyList<ListeningTrial> trials)
    {
        string folder = Directory.Exists(dataset) ? dataset : Path.GetDirectoryName(Path.GetFullPath(dataset))!, path = Path.Combine(folder, FileName);
        if (!File.Exists(path) || trials.Count == 0) return trials;
        var rows = DelimitedTable.Read(path, '\t');
        if (rows.Count > 0 && (!rows[0].ContainsKey("participant") || !rows[0].ContainsKey("trial") || !Labels.Any(rows[0].ContainsKey)))
            throw new InputDataException($"{path} has the columns {string.Join(", ", rows[0].Keys)}; expected participant, trial and some of {string.Join(", ", Labels)}.");
        var own = rows.Where(r => r["participant"] == trials[0].Subject).ToList();
        if (own.FirstOrDefault(r => !trials.Any(t => t.Name == r["trial"])) is { } unknown)
            throw new InputDataException($"{path}: participant {trials[0].Subject} has no trial {unknown["trial"]}; there are {string.Join(", ", trials.Select(t => t.Name))}.");
        if (own.GroupBy(r => r["trial"], StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputDataException($"{path}: trial {twice.Key} of participant {trials[0].Subject} has {twice.Count()} rows; expected one.");
        var byTrial = own.ToDictionary(r => r["trial"], StringComparer.Ordinal);
        return [.. trials.Select(t => byTrial.TryGetValue(t.Name, out var row) ? t with
        {
            Story = Cell(row, "story") ?? t.Story, Session = Cell(row, "session") ?? t.Session, Speaker = Cell(row, "speaker") ?? t.Speaker, Presentation = Cell(row, "presentation") ?? t.Presentation,
        } : t)];
    }

    /// <returns>Null where the cell is not there, empty or n/a.</returns>
    public static string? Cell(IReadOnlyDictionary<string, string> row, string column) => row.TryGetValue(column, out string? v) && v.Length > 0 && v != "n/a" ? v : null;
}
