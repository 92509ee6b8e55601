using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// NJU (Nanjing University, 32 channels): Sxx_data_preproc.mat of version 7.3, a cell "data" of one struct per trial with eeg, wavA and wavB.
/// The layout is that of DTU's preprocessing, in which wavA is the attended talker; the event's value is a position, no label of the talker.
/// </summary>
internal static class NjuLoader
{
    /// <summary>Where a trial has no fsample.</summary>
    private const double UsualRateHz = 64;

    public static bool Recognises(IReadOnlyDictionary<string, MatValue> file) => file.GetValueOrDefault("data") is { Kind: MatKind.Cell, Count: > 0 } d && d.Cells[0].Field("wavA") is not null && d.Cells[0].Field("eeg") is not null;

    public static List<ListeningTrial> Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        string subject = Path.GetFileNameWithoutExtension(path).Split('_')[0];
        return [.. file["data"].Cells.Select((trial, t) =>
        {
            string name = FormattableString.Invariant($"{t + 1}"), where = $"data{{{name}}}";
            MatValue Need(params ReadOnlySpan<string> fields) => MatTrials.Need(trial, path, where, fields);
            var eeg = MatTrials.Cell(Need("eeg"), 0, path, $"{where}.eeg");
            double[] values = MatTrials.SampleMajor(eeg, path, $"{where}.eeg");
            double rateHz = trial.Field("fsample")?.Field("eeg") is { Kind: MatKind.Numeric, Count: > 0 } f ? f.ToDoubles()[0] : UsualRateHz;
            TalkerStimulus Talker(string field) => new($"{field}{{{name}}}", MatTrials.Envelope(MatTrials.Cell(Need(field), 0, path, $"{where}.{field}"), eeg.Shape[0], path, $"{where}.{field}"), null, "", "");
            string position = trial.Field("event")?.Field("eeg")?.Field("value") is { Kind: MatKind.Numeric, Count: > 0 } v ? FormattableString.Invariant($"position {v.ToDoubles()[0]}") : "";
            return new ListeningTrial(subject, name, rateHz, MatTrials.Channels([], eeg.Shape[1]), values, [Talker("wavA"), Talker("wavB")], 0, null, $"trial {name}", position);
        })];
    }
}
