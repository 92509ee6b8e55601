using System.Globalization;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>Tables of trials that were saved as MATLAB tables, which only MATLAB opens: from the struct where someone converted them, else from a CSV beside the file.</summary>
internal static class TrialTable
{
    /// <param name="name">Of the variable.</param>
    /// <exception cref="InputDataException">There is only the MATLAB table; the message says which file to give, and how to make it.</exception>
    public static List<Dictionary<string, string>> Read(MatValue table, string name, string path)
    {
        if (table is { Kind: MatKind.Struct, Count: > 0 })
            return [.. Enumerable.Range(0, table.Count).Select(i => table.Fields.ToDictionary(f => f.Key, f => Text(f.Value[i]), StringComparer.OrdinalIgnoreCase))];
        string side = Path.ChangeExtension(path, ".csv");
        if (!File.Exists(side))
            throw new InputDataException($"{path}: '{name}' is {table.Describe()}, which only MATLAB can open. Give {side} beside it: in MATLAB, load('{Path.GetFileName(path)}'); writetable({name}, '{Path.GetFileName(side)}').");
        return DelimitedTable.Read(side, ',');
    }

    private static string Text(MatValue cell) => cell.Text ?? (cell.Kind == MatKind.Numeric && cell.Count > 0 ? cell.ToDoubles()[0].ToString(CultureInfo.InvariantCulture) : "");
}
