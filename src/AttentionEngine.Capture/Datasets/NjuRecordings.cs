using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// NJU as recorded (Nanjing University, 15 directions, 32 channels at 128 Hz): exg/raw/S01.mat with data.eeg, a cell of one array per trial, and the table expinfo
/// (attended_lr left or right; its second and third columns name the sounds from the left and from the right, in stimuli/). With artefacts removed
/// by its authors the file holds data.leftEnv and data.rightEnv too. Traps: expinfo is a MATLAB table; cells of lost trials are empty, and their row
/// in the table stays; which sound was attended changes from trial to trial.
/// </summary>
internal static class NjuRecordings
{
    private const double UsualRateHz = 128;

    public static bool Recognises(IReadOnlyDictionary<string, MatValue> file) => file.ContainsKey("expinfo") && file.GetValueOrDefault("data") is { Kind: MatKind.Struct } d
        && d.Field("wavA") is null && d.Field("eeg") is { Kind: MatKind.Cell } eeg && (eeg.Count > 1 || d.Field("event") is null);

    public static List<ListeningTrial> Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        var data = file["data"];
        var cells = MatTrials.Need(data, path, "data", "eeg").Cells;
        var rows = TrialTable.Read(file["expinfo"], "expinfo", path);
        if (rows.Count > 0 && !rows[0].ContainsKey("attended_lr")) throw new InputDataException($"{path}: the table of trials has the columns {string.Join(", ", rows[0].Keys)}; expected attended_lr, and the sounds from the left and from the right in the second and third column (NJU).");
        if (rows.Count < cells.Count) throw new InputDataException($"{path}: {cells.Count} trials of EEG, {rows.Count} rows in the table of trials. The table is of another subject, or its end is missing.");
        double rateHz = Rate(data, "eeg") ?? UsualRateHz;
        string subject = Path.GetFileNameWithoutExtension(path);
        string?[] names = data.Field("dim")?.Field("chan")?.Field("eeg") is { Kind: MatKind.Cell } labels ? [.. labels.Cells.Select(c => c.Text)] : [];
        var trials = new List<ListeningTrial>();
        for (int t = 0; t < cells.Count; t++)
        {
            if (cells[t].Count == 0) continue; // a lost trial keeps its place
            string name = FormattableString.Invariant($"{t + 1}"), where = $"data.eeg{{{name}}}";
            var row = rows[t];
            string side = row["attended_lr"].ToUpperInvariant() switch { "LEFT" or "L" or "1" => "L", "RIGHT" or "R" or "2" => "R", _ => throw new InputDataException($"{path}: attended_lr of trial {name} is '{row["attended_lr"]}'; expected left or right.") };
            string[] sounds = [Sound(row, "l_audio", 1, path), Sound(row, "r_audio", 2, path)];
            var talkers = new[] { ("leftEnv", "L"), ("rightEnv", "R") }.Select((e, k) => new TalkerStimulus(sounds[k], Envelope(data, e.Item1, t, rateHz, cells[t].Shape[0], path), null, "", e.Item2)).Select((s, k) => s.Envelope is null ? s with { SoundFile = Path.Combine(Stimuli(path), sounds[k]) } : s).ToArray();
            trials.Add(new ListeningTrial(subject, name, rateHz, MatTrials.Channels(names, cells[t].Shape[1]), MatTrials.SampleMajor(cells[t], path, where), talkers, side == "L" ? 0 : 1,
                string.Join('+', sounds.Order(StringComparer.Ordinal)), $"trial {name}", row.TryGetValue("azimuth", out string? azimuth) ? $"azimuth {azimuth}" : ""));
        }
        return trials;
    }

    private static string Sound(Dictionary<string, string> row, string column, int place, string path) => row.GetValueOrDefault(column) ?? row.Values.ElementAtOrDefault(place)
        ?? throw new InputDataException($"{path}: the table of trials has {row.Count} columns; the second and third name the sounds.");

    /// <returns>At the EEG's rate; null where the file has none.</returns>
    private static double[]? Envelope(MatValue data, string field, int t, double rateHz, int samples, string path)
    {
        if (data.Field(field) is not { Kind: MatKind.Cell } cells) return null;
        double[] envelope = MatTrials.Cell(cells, t, path, $"data.{field}").ToDoubles();
        double ownHz = Rate(data, field) ?? rateHz;
        if (ownHz != rateHz) envelope = EegDatasetReader.Resample(envelope, 1, ownHz, rateHz);
        if (Math.Abs(envelope.Length - samples) > rateHz) throw new InputDataException(FormattableString.Invariant($"{path}: data.{field}{{{t + 1}}} lasts {envelope.Length / rateHz:F1} s, the EEG {samples / rateHz:F1} s. They are at different rates, or of different trials."));
        return envelope;
    }

    private static double? Rate(MatValue data, string field) => data.Field("fsample")?.Field(field) is { Kind: MatKind.Numeric, Count: > 0 } f ? f.ToDoubles()[0] : null;

    private static string Stimuli(string path)
    {
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "stimuli");
        for (string? folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "stimuli"))) return Path.Combine(folder, "stimuli");
        throw new InputDataException($"{path}: no folder stimuli lies beside it or above: it holds the sounds that the table of trials names. Put it at {beside}.");
    }
}
