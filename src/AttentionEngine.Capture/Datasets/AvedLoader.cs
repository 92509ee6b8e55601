using System.Globalization;
using System.Text.RegularExpressions;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// AVED (Anhui University, MM-AAD): audio_video or audio_only / subK / trial1.set to trial16.set, or subK.csv (16 trials of 152 s at 128 Hz, 32
/// columns), and mixed_audio/k.wav with one talker per side. Trap: odd trials are attended left, even ones right, so the label is the order
/// of the trials, and anything that alternates decodes it.
/// </summary>
internal static partial class AvedLoader
{
    private const double CsvRateHz = 128, TrialS = 152;
    private const string Confounded = "AVED: the attended side alternates from trial to trial, so the label is the trials' order; what alternates or drifts decodes it";

    [GeneratedRegex(@"^trial(?<number>\d+)\.set$", RegexOptions.IgnoreCase)]
    private static partial Regex TrialFile();

    [GeneratedRegex(@"^sub\d+\.csv$", RegexOptions.IgnoreCase)]
    private static partial Regex SubjectTable();

    public static bool IsSubject(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path, "trial*.set").Any(f => TrialFile().IsMatch(Path.GetFileName(f))) : SubjectTable().IsMatch(Path.GetFileName(path)) && File.Exists(path);

    /// <exception cref="InputDataException">The folder holds both conditions.</exception>
    public static List<string> Subjects(string root)
    {
        if (Directory.Exists(Path.Combine(root, "audio_video")) && Directory.Exists(Path.Combine(root, "audio_only")))
            throw new InputDataException($"{root} holds two conditions with the same listeners. Give {Path.Combine(root, "audio_video")} or {Path.Combine(root, "audio_only")}.");
        List<string> found = [.. Directory.EnumerateDirectories(root, "sub*").Where(IsSubject)];
        if (found.Count == 0) found = [.. Directory.EnumerateFiles(root, "sub*.csv").Where(IsSubject)];
        return [.. found.OrderBy(f => Path.GetFileName(f).Length).ThenBy(f => f, StringComparer.Ordinal)];
    }

    public static List<ListeningTrial> ReadSubject(string path)
    {
        string whole = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar), subject = Path.GetFileNameWithoutExtension(whole), sounds = Sounds(whole);
        if (File.Exists(whole)) return FromTable(whole, subject, sounds);
        var trials = new List<ListeningTrial>();
        foreach (var (file, number) in Directory.EnumerateFiles(whole, "trial*.set").Select(f => (f, TrialFile().Match(Path.GetFileName(f)))).Where(f => f.Item2.Success).Select(f => (f.f, int.Parse(f.Item2.Groups["number"].Value, CultureInfo.InvariantCulture))).OrderBy(f => f.Item2))
        {
            var recording = EegFile.Read(file);
            trials.Add(Trial(subject, number, recording.RateHz, recording.Channels, [.. recording.Samples.Select(v => (double)v)], sounds));
        }
        return trials;
    }

    private static List<ListeningTrial> FromTable(string path, string subject, string sounds)
    {
        var values = new List<double>();
        int columns = 0, line = 0, samples = (int)(TrialS * CsvRateHz);
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (text.Length == 0) continue;
            string[] cells = text.Split(',');
            if (columns == 0) columns = cells.Length;
            if (cells.Length != columns) throw new InputDataException($"{path}, line {line}: {cells.Length} columns; the lines before have {columns}.");
            foreach (string c in cells) values.Add(double.TryParse(c, CultureInfo.InvariantCulture, out double v) ? v : throw new InputDataException($"{path}, line {line}: '{c}' is no number."));
        }
        int rows = columns == 0 ? 0 : values.Count / columns;
        if (rows == 0 || rows % samples != 0) throw new InputDataException($"{path}: {rows} rows are not whole trials of {samples} rows ({TrialS} s at {CsvRateHz} Hz). The file is cut off, or of another rate.");
        double[] all = [.. values];
        return [.. Enumerable.Range(0, rows / samples).Select(t => Trial(subject, t + 1, CsvRateHz, MatTrials.Channels([], columns), MatTrials.Part(all, columns, t * samples, samples), sounds))];
    }

    private static ListeningTrial Trial(string subject, int number, double rateHz, IReadOnlyList<EegFileChannel> channels, double[] eeg, string sounds)
    {
        string file = Path.Combine(sounds, FormattableString.Invariant($"{number}.wav")), name = FormattableString.Invariant($"{number}");
        if (!File.Exists(file)) throw new InputDataException($"{file} is not there: it holds what the talkers of trial {number} said, left and right.");
        TalkerStimulus Side(string side, int channel) => new($"{name}.wav {side}", null, file, "", side) { SoundChannel = channel };
        return new ListeningTrial(subject, name, rateHz, channels, eeg, [Side("L", 0), Side("R", 1)], number % 2 == 1 ? 0 : 1, $"audio {name}", $"trial {name}", "") { Warning = Confounded };
    }

    private static string Sounds(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "mixed_audio"))) return Path.Combine(folder, "mixed_audio");
        throw new InputDataException($"No folder mixed_audio lies above {path}: it holds the sound of each trial (1.wav, 2.wav…). Put it beside the folder of the listeners.");
    }
}
