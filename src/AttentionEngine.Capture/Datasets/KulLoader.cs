using System.Text.RegularExpressions;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// KU Leuven 2016 (Das, Francart, Bertrand; Zenodo 4004271): S1.mat … S16.mat, variable trials. stimuli{1} is the left ear, {2} the right.
/// Traps: repetitions (rep_…) and swapped tracks share their part's stories; one trial is 6 minutes; dry sound is the reference for hrtf trials.
/// </summary>
public static partial class KulLoader
{
    [GeneratedRegex(@"^(?<rep>rep_)?(?<part>part\d+)_(?<track>track\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex StimulusName();

    internal static bool Recognises(IReadOnlyDictionary<string, MatValue> file) => file.GetValueOrDefault("trials") is { Kind: MatKind.Cell, Count: > 0 } trials && trials.Cells[0].Field("RawData") is not null;

    internal static List<ListeningTrial> Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        var trials = file["trials"].Cells;
        string subject = Path.GetFileNameWithoutExtension(path), sounds = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "stimuli");
        return [.. trials.Select((trial, t) => Trial(trial, FormattableString.Invariant($"trials{{{t + 1}}}"), t, path, subject, sounds))];
    }

    private static ListeningTrial Trial(MatValue trial, string where, int t, string path, string subject, string sounds)
    {
        var raw = MatTrials.Need(trial, path, where, "RawData", "EegData");
        double rateHz = MatTrials.Need(trial, path, where, "FileHeader", "SampleRate").Scalar(path, $"{where}.FileHeader.SampleRate");
        var stimuli = MatTrials.Need(trial, path, where, "stimuli");
        string ear = MatTrials.Text(MatTrials.Need(trial, path, where, "attended_ear"), path, $"{where}.attended_ear");
        if (ear is not ("L" or "R")) throw new InputDataException($"{path}: {where}.attended_ear is '{ear}'; expected L or R.");
        string[] names = [.. Enumerable.Range(0, 2).Select(k => MatTrials.Text(MatTrials.Cell(stimuli, k, path, $"{where}.stimuli"), path, $"{where}.stimuli"))];
        var attended = StimulusName().Match(names[ear == "L" ? 0 : 1]);
        string story = attended.Success ? attended.Groups["part"].Value : string.Join('+', names.Order(StringComparer.Ordinal));
        // The dry recording is what the envelope is made of, whatever head-related filter the listener heard.
        var talkers = names.Select((n, k) => new TalkerStimulus(n, null, Path.Combine(sounds, n.Replace("_hrtf", "_dry", StringComparison.Ordinal)), "", k == 0 ? "L" : "R"));
        bool repetition = attended.Groups["rep"].Success || trial.Field("repetition") is { Kind: MatKind.Numeric, Count: > 0 } r && r.ToDoubles()[0] != 0;
        string id = FormattableString.Invariant($"{(trial.Field("TrialID") is { Kind: MatKind.Numeric, Count: > 0 } i ? i.ToDoubles()[0] : t + 1)}");
        var labels = trial.Field("FileHeader")?.Field("Channels");
        string?[] channelNames = labels is null ? [] : [.. Enumerable.Range(0, labels.Count).Select(c => labels.Kind == MatKind.Cell ? labels.Cells[c].Field("Label")?.Text : labels.Field("Label", c)?.Text)];
        return new ListeningTrial(subject, id, rateHz, MatTrials.Channels(channelNames, raw.Shape[1]), MatTrials.SampleMajor(raw, path, $"{where}.RawData.EegData"), [.. talkers], ear == "L" ? 0 : 1,
            story, $"trial {id}", trial.Field("condition")?.Text ?? "", repetition);
    }
}
