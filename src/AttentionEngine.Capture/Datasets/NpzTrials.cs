using System.Text.RegularExpressions;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Datasets;

/// <summary>One .npz per trial, NAME_SUBJECT_TRIAL.npz: eeg [samples × channels] and envelope [samples × talkers] (first the attended one), at 64 Hz unless fs says otherwise; gaze [samples] where it is known.</summary>
internal static partial class NpzTrials
{
    private const double DefaultRateHz = 64;

    [GeneratedRegex(@"^(?<set>.*?)_?(?<subject>[A-Za-z]*\d+)_(?<trial>\d+)\.npz$")]
    private static partial Regex FileName();

    public static List<string> FirstOfEachSubject(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.npz").Order(StringComparer.Ordinal).GroupBy(f => FileName().Match(Path.GetFileName(f)).Groups["subject"].Value).Where(g => g.Key.Length > 0).Select(g => g.First())];

    /// <param name="path">Any trial of the subject: all files of the same subject beside it are read.</param>
    public static List<ListeningTrial> ReadSubject(string path)
    {
        var name = FileName().Match(Path.GetFileName(path));
        if (!name.Success) throw new InputDataException($"{path}: a trial's file is named NAME_SUBJECT_TRIAL.npz, for example DTU_S1_000.npz.");
        string subject = name.Groups["subject"].Value;
        return [.. Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, "*.npz").Order(StringComparer.Ordinal)
            .Select(f => (File: f, Match: FileName().Match(Path.GetFileName(f)))).Where(f => f.Match.Success && f.Match.Groups["subject"].Value == subject).Select(f => Read(f.File, subject, f.Match.Groups["trial"].Value))];
    }

    private static int[]? Gaze(IReadOnlyDictionary<string, NpyArray> arrays, int samples, int talkers, string path)
    {
        if (!arrays.TryGetValue("gaze", out var gaze)) return null;
        double[] values = gaze.ToDoubles();
        if (values.Length != samples || values.FirstOrDefault(v => !(v >= -1 && v < talkers && v == Math.Floor(v)), -1) is not -1)
            throw new InputDataException($"{path}: gaze has {values.Length} values; expected one per sample ({samples}): the index of the talker looked at, 0 to {talkers - 1}, or -1.");
        return [.. values.Select(v => (int)v)];
    }

    private static ListeningTrial Read(string path, string subject, string trial)
    {
        var arrays = NpyReader.ReadNpz(path);
        if (!arrays.TryGetValue("eeg", out var eeg) || !arrays.TryGetValue("envelope", out var envelope) || eeg.Shape.Length != 2 || envelope.Shape.Length is 0 or > 2)
            throw new InputDataException($"{path} holds {string.Join(", ", arrays.Select(a => $"{a.Key} [{string.Join('×', a.Value.Shape)}]"))}; expected eeg [samples × channels] and envelope [samples × talkers].");
        int samples = eeg.Shape[0], talkers = envelope.Shape.Length == 2 ? envelope.Shape[1] : 1;
        if (envelope.Shape[0] != samples) throw new InputDataException($"{path}: eeg has {samples} samples, envelope {envelope.Shape[0]}. They are at different rates, or of different trials.");
        double[] flat = envelope.ToDoubles();
        double rateHz = arrays.TryGetValue("fs", out var fs) && fs.Length > 0 ? fs.ToDoubles()[0] : DefaultRateHz;
        var stimuli = Enumerable.Range(0, talkers).Select(k => new TalkerStimulus(FormattableString.Invariant($"talker {k + 1} of trial {trial}"), [.. Enumerable.Range(0, samples).Select(n => flat[n * talkers + k])], null, "", ""));
        return new ListeningTrial(subject, trial, rateHz, MatTrials.Channels([], eeg.Shape[1]), eeg.ToDoubles(), [.. stimuli], 0, null, $"trial {trial}", "") { GazedTalker = Gaze(arrays, samples, talkers, path) };
    }
}
