using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// AV-GC-AAD (Rotaru, Geirnaert, Heintz, Van de Ryck, Bertrand, Francart 2024; Zenodo 11058711): one file per subject, 10-minute trials.
/// Traps: the talkers swap sides half way while the attended talker stays, so a side label is no label of the talker; a trial is one
/// continuous presentation whatever it is cut into.
/// </summary>
public static class AvGcLoader
{
    internal static bool Recognises(IReadOnlyDictionary<string, MatValue> file) => file.ContainsKey("data") && file.ContainsKey("conditionID") && file.GetValueOrDefault("stimulus")?.Field("attendedEnvelopes") is not null;

    internal static List<ListeningTrial> Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        double rateHz = (file.GetValueOrDefault("fs") ?? throw new InputDataException($"{path}: 'fs' is missing.")).Scalar(path, "fs");
        string subject = file.GetValueOrDefault("subjID")?.Text ?? Path.GetFileNameWithoutExtension(path);
        var data = file["data"];
        var trials = new List<ListeningTrial>();
        for (int t = 0; t < (data.Kind == MatKind.Cell ? data.Count : 1); t++)
        {
            string name = FormattableString.Invariant($"{t + 1}");
            var eeg = MatTrials.Cell(data, t, path, "data");
            double[] Envelope(string field) => MatTrials.Envelope(MatTrials.Cell(MatTrials.Need(file["stimulus"], path, "stimulus", field), t, path, $"stimulus.{field}"), eeg.Shape[0], path, $"stimulus.{field}{{{name}}}");
            string side = MatTrials.Text(MatTrials.Cell(file.GetValueOrDefault("initAttention") ?? MatValue.Chars(""), t, path, "initAttention"), path, "initAttention"), other = side == "L" ? "R" : side == "R" ? "L" : "";
            double switchS = MatTrials.Cell(file.GetValueOrDefault("randomization") ?? MatValue.Empty, file.GetValueOrDefault("randomization")?.Kind == MatKind.Cell ? t : 0, path, "randomization").Field("switch_times") is { Kind: MatKind.Numeric, Count: > 0 } s ? s.ToDoubles()[0] : double.NaN;
            // 64 scalp channels, then EXG3 to EXG6: VEOG = EXG3 − EXG4, HEOG = EXG5 − EXG6.
            string?[] names = [.. Enumerable.Range(0, eeg.Shape[1]).Select(c => c < 64 ? StandardMontage.BioSemi64[c] : FormattableString.Invariant($"EXG{c - 61}"))];
            trials.Add(new ListeningTrial(subject, name, rateHz, MatTrials.Channels(names, eeg.Shape[1]), MatTrials.SampleMajor(eeg, path, $"data{{{name}}}"),
                [new TalkerStimulus($"attended {name}", Envelope("attendedEnvelopes"), null, "", side), new TalkerStimulus($"unattended {name}", Envelope("unattendedEnvelopes"), null, "", other)], 0,
                null, $"trial {name}", MatTrials.Text(MatTrials.Cell(file["conditionID"], t, path, "conditionID"), path, "conditionID"), false, switchS));
        }
        return trials;
    }
}
