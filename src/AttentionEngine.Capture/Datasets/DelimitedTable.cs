using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>CSV and TSV with a header row, quotes allowed.</summary>
internal static class DelimitedTable
{
    public static List<Dictionary<string, string>> Read(string path, char delimiter)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
        if (lines.Length == 0) throw new InputDataException($"{path} is empty; expected a table with a header row.");
        var names = Split(lines[0].TrimStart('\uFEFF'), delimiter);
        var rows = new List<Dictionary<string, string>>();
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim().Length == 0) continue;
            var cells = Split(lines[i], delimiter);
            if (cells.Count != names.Count) throw new InputDataException($"{path}, line {i + 1}: {cells.Count} columns; the header has {names.Count}.");
            var row = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (int c = 0; c < cells.Count; c++) row[names[c]] = cells[c];
            rows.Add(row);
        }
        return rows;
    }

    private static List<string> Split(string line, char delimiter)
    {
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == delimiter && !quoted) { cells.Add(cell.ToString().Trim()); cell.Clear(); }
            else cell.Append(c);
        }
        cells.Add(cell.ToString().Trim());
        return cells;
    }
}
