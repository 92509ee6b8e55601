using System.Globalization;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// DTU (Fuglsang, Dau, Hjortkjær; Zenodo 1199011): preprocessed (data.eeg, wavA, wavB) and raw (data.eeg and the table expinfo, given as CSV).
/// Traps: wavA is always the attended talker and the event value is the attended talker's gender (1 male, 2 female), no label of attention;
/// expinfo is a MATLAB table, which only MATLAB opens; end triggers are 191, in one subject 192.
/// </summary>
public static class DtuLoader
{
    private const int EndTrigger = 191, EndTriggerOfOneSubject = 192;

    internal static bool RecognisesPreprocessed(IReadOnlyDictionary<string, MatValue> file) => file.GetValueOrDefault("data") is { Kind: MatKind.Struct } d && d.Field("wavA") is not null && d.Field("eeg") is not null;

    internal static bool RecognisesRaw(IReadOnlyDictionary<string, MatValue> file) => file.ContainsKey("expinfo") && file.GetValueOrDefault("data")?.Field("event") is not null;

    internal static List<ListeningTrial> ConvertPreprocessed(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        var data = file["data"];
        string subject = Path.GetFileNameWithoutExtension(path).Split('_')[0];
        var eeg = MatTrials.Need(data, path, "data", "eeg");
        double rateHz = MatTrials.Need(data, path, "data", "fsample", "eeg").Scalar(path, "data.fsample.eeg");
        string?[] names = Names(data);
        int count = eeg.Kind == MatKind.Cell ? eeg.Count : 1;
        double[] genders = data.Field("event")?.Field("eeg")?.Field("value") is { Kind: MatKind.Numeric } v ? v.ToDoubles() : [];
        var trials = new List<ListeningTrial>();
        for (int t = 0; t < count; t++)
        {
            string where = FormattableString.Invariant($"data.eeg{{{t + 1}}}");
            var samples = MatTrials.Cell(eeg, t, path, "data.eeg");
            double[] values = MatTrials.SampleMajor(samples, path, where);
            string gender = t < genders.Length ? Gender(genders[t]) : "", other = gender == "male" ? "female" : gender == "female" ? "male" : "";
            TalkerStimulus Talker(string field, string speaker) => new(FormattableString.Invariant($"{field}{{{t + 1}}}"),
                MatTrials.Envelope(MatTrials.Cell(MatTrials.Need(data, path, "data", field), t, path, $"data.{field}"), samples.Shape[0], path, FormattableString.Invariant($"data.{field}{{{t + 1}}}")), null, speaker, "");
            string name = FormattableString.Invariant($"{t + 1}");
            trials.Add(new ListeningTrial(subject, name, rateHz, MatTrials.Channels(names, samples.Shape[1]), values, [Talker("wavA", gender), Talker("wavB", other)], 0, null, $"trial {name}", ""));
        }
        return trials;
    }

    internal static List<ListeningTrial> ConvertRaw(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        var data = file["data"];
        var rows = TrialTable.Read(file["expinfo"], "expinfo", path);
        if (rows.Count > 0 && !rows[0].ContainsKey("wavfile_male") && !rows[0].ContainsKey("wavfile_female"))
            throw new InputDataException($"{path}: the table of trials has the columns {string.Join(", ", rows[0].Keys)}; expected wavfile_male and wavfile_female (DTU). The table is of another data set; convert its trials to CND.");
        var eeg = MatTrials.Cell(MatTrials.Need(data, path, "data", "eeg"), 0, path, "data.eeg");
        double rateHz = MatTrials.Need(data, path, "data", "fsample", "eeg").Scalar(path, "data.fsample.eeg");
        double[] at = MatTrials.Need(data, path, "data", "event", "eeg", "sample").ToDoubles(), value = MatTrials.Need(data, path, "data", "event", "eeg", "value").ToDoubles();
        double[] all = MatTrials.SampleMajor(eeg, path, "data.eeg{1}");
        string folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "..", "AUDIO"), subject = Path.GetFileNameWithoutExtension(path);
        var trials = new List<ListeningTrial>();
        for (int e = 0; e + 1 < Math.Min(at.Length, value.Length); e++)
        {
            if (value[e] is EndTrigger or EndTriggerOfOneSubject || value[e + 1] is not (EndTrigger or EndTriggerOfOneSubject)) continue;
            if (trials.Count == rows.Count) throw new InputDataException($"{path}: more trials between triggers than the {rows.Count} rows of the table of trials.");
            int first = (int)at[e] - 1, count = (int)(at[e + 1] - at[e]);
            if (first < 0 || count <= 0 || first + count > eeg.Shape[0]) throw new InputDataException($"{path}: the trial from sample {at[e]} to {at[e + 1]} lies outside of the {eeg.Shape[0]} samples.");
            var row = rows[trials.Count];
            if (row.TryGetValue("trigger", out string? trigger) && double.TryParse(trigger, CultureInfo.InvariantCulture, out double expected) && expected != value[e])
                throw new InputDataException($"{path}: trial {trials.Count + 1} begins with trigger {value[e]}, its row in the table says {expected}. The table is of another subject, or a trigger was lost.");
            trials.Add(RawTrial(row, trials.Count, subject, rateHz, MatTrials.Channels(Names(data), eeg.Shape[1]), MatTrials.Part(all, eeg.Shape[1], first, count), folder));
        }
        if (trials.Count < rows.Count) throw new InputDataException($"{path}: {trials.Count} trials between start and end triggers, {rows.Count} rows in the table of trials: {rows.Count - trials.Count} are missing their triggers. Remove their rows from the CSV.");
        return trials;
    }

    private static ListeningTrial RawTrial(Dictionary<string, string> row, int t, string subject, double rateHz, EegFiles.EegFileChannel[] channels, double[] values, string folder)
    {
        string gender = Gender(double.TryParse(row.GetValueOrDefault("attend_mf"), CultureInfo.InvariantCulture, out double mf) ? mf : 0);
        string attendedSide = row.GetValueOrDefault("attend_lr") == "1" ? "L" : "R", otherSide = attendedSide == "L" ? "R" : "L";
        // A talker whose file is empty was not there: the single-talker trials.
        var talkers = new[] { "male", "female" }.Select(g => (Gender: g, File: row.GetValueOrDefault($"wavfile_{g}") ?? "")).Where(p => p.File.Length > 0)
            .Select(p => new TalkerStimulus(p.File, null, Path.Combine(folder, Path.GetFileName(p.File)), p.Gender, p.Gender == gender ? attendedSide : otherSide)).ToList();
        int attended = Math.Max(0, talkers.FindIndex(p => p.Speaker == gender));
        string name = FormattableString.Invariant($"{t + 1}");
        return new ListeningTrial(subject, name, rateHz, channels, values, talkers, attended, string.Join('+', talkers.Select(p => p.Name).Order(StringComparer.Ordinal)), $"trial {name}", $"acoustic_condition {row.GetValueOrDefault("acoustic_condition")}");
    }

    private static string?[] Names(MatValue data) => data.Field("dim")?.Field("chan")?.Field("eeg") is { Kind: MatKind.Cell } names ? [.. (names.Count == 1 && names.Cells[0].Kind == MatKind.Cell ? names.Cells[0] : names).Cells.Select(c => c.Text)] : [];

    private static string Gender(double value) => value switch { 1 => "male", 2 => "female", _ => "" };
}
