namespace AttentionEngine.Capture.Datasets;

/// <summary>participants.tsv of a BIDS data set: what is told of each listener (age, sex, hearing, group…).</summary>
internal static class BidsParticipants
{
    /// <param name="root">Folder of the data set.</param>
    /// <param name="subject">Without "sub-".</param>
    /// <returns>Column → value, without what is n/a; empty where there is no table or no row.</returns>
    public static IReadOnlyDictionary<string, string> Of(string root, string subject)
    {
        string table = Path.Combine(root, "participants.tsv");
        if (!File.Exists(table)) return new Dictionary<string, string>();
        var row = DelimitedTable.Read(table, '\t').FirstOrDefault(r => r.GetValueOrDefault("participant_id") == "sub-" + subject) ?? [];
        return row.Where(c => !string.Equals(c.Key, "participant_id", StringComparison.OrdinalIgnoreCase) && c.Value is not ("n/a" or "")).ToDictionary(c => c.Key, c => c.Value, StringComparer.OrdinalIgnoreCase);
    }
}
