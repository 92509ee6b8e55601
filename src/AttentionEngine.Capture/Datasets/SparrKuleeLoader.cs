using System.Text.RegularExpressions;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// SparrKULee's derivatives (Accou, Bollens, Gillis, Francart 2024): split files train_-_sub-001_-_STIMULUS_-_eeg.npy with their envelopes, or
/// sub-…_desc-preproc-audio-STIMULUS_eeg.npy with STIMULUS_envelope.npy; 64 channels at 64 Hz, one talker. Traps: the splits of one stimulus are cut
/// from one presentation; many listeners heard the same stimulus; parts of an
/// audiobook have one narrator. (The raw recordings are BIDS: <see cref="BidsLoader"/>.)
/// </summary>
internal static partial class SparrKuleeLoader
{
    private const double RateHz = 64;
    private const int Channels = 64;

    [GeneratedRegex(@"^(?<split>[A-Za-z]+)_-_sub-(?<subject>[A-Za-z0-9]+)_-_(?<stimulus>.+)_-_eeg\.npy$")]
    private static partial Regex SplitFile();

    [GeneratedRegex(@"^sub-(?<subject>[A-Za-z0-9]+)_.*desc-preproc-audio-(?<stimulus>.+)_eeg\.npy$")]
    private static partial Regex WholeFile();

    [GeneratedRegex(@"(^|/)(?<book>audiobook_\d+)_\d+")]
    private static partial Regex PartOfBook();

    /// <summary>Each of the audiobooks is read by one person; its parts are stimuli of their own. Null: no part of a book.</summary>
    public static string? Narrator(string stimulus) => PartOfBook().Match(stimulus) is { Success: true } part ? $"narrator of {part.Groups["book"].Value}" : null;

    private static IEnumerable<(string File, Match Match)> Recordings(string folder) => Directory.EnumerateFiles(folder, "*_eeg.npy", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(f => (f, SplitFile().Match(Path.GetFileName(f)) is { Success: true } split ? split : WholeFile().Match(Path.GetFileName(f)))).Where(f => f.Item2.Success);

    /// <returns>The first recording of each listener; empty where the folder holds none.</returns>
    public static List<string> FirstOfEachSubject(string folder) => [.. Recordings(folder).GroupBy(r => r.Match.Groups["subject"].Value).Select(g => g.First().File)];

    public static bool IsRecording(string path) => SplitFile().IsMatch(Path.GetFileName(path)) || WholeFile().IsMatch(Path.GetFileName(path));

    /// <param name="path">Any recording of the listener.</param>
    public static List<ListeningTrial> ReadSubject(string path)
    {
        string root = Root(Path.GetFullPath(path));
        string subject = (SplitFile().Match(Path.GetFileName(path)) is { Success: true } s ? s : WholeFile().Match(Path.GetFileName(path))).Groups["subject"].Value;
        return [.. Recordings(root).Where(r => r.Match.Groups["subject"].Value == subject).Select(r => Read(root, r.File, r.Match, subject))];
    }

    /// <summary>Split files lie in one folder; whole recordings in folders of listeners, beside the folder of stimuli.</summary>
    private static string Root(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.GetFileName(folder) == "preprocessed_eeg") return Path.GetDirectoryName(folder)!;
        return Path.GetDirectoryName(path)!;
    }

    private static ListeningTrial Read(string root, string file, Match match, string subject)
    {
        string split = match.Groups["split"].Value, stimulus = match.Groups["stimulus"].Value;
        string envelopeFile = split.Length > 0 ? file[..^"eeg.npy".Length] + "envelope.npy" : Directory.EnumerateFiles(root, $"{stimulus}_envelope.npy", SearchOption.AllDirectories).FirstOrDefault() ?? Path.Combine(root, $"{stimulus}_envelope.npy");
        if (!File.Exists(envelopeFile)) throw new InputDataException($"{envelopeFile} is not there: it is the envelope of what was heard in {file}.");
        var eeg = NpyReader.Read(file);
        if (eeg.Shape.Length != 2 || !eeg.Shape.Contains(Channels)) throw new InputDataException($"{file} has the shape {string.Join('×', eeg.Shape)}; expected samples × {Channels} channels.");
        bool channelsFirst = eeg.Shape[1] != Channels;
        int samples = eeg.Shape[channelsFirst ? 1 : 0];
        double[] values = eeg.ToDoubles(), rows = values;
        if (channelsFirst)
        {
            rows = new double[values.Length];
            for (int c = 0; c < Channels; c++)
                for (int n = 0; n < samples; n++) rows[n * Channels + c] = values[c * samples + n];
        }
        double[] envelope = NpyReader.Read(envelopeFile).ToDoubles();
        if (Math.Abs(envelope.Length - samples) > 1 + RateHz / 4)
            throw new InputDataException($"{envelopeFile} has {envelope.Length} samples, the EEG {samples}. They are at different rates, or of different stimuli.");
        int common = Math.Min(samples, envelope.Length);
        return new ListeningTrial(subject, split.Length > 0 ? $"{split} {stimulus}" : stimulus, RateHz, MatTrials.Channels([.. StandardMontage.BioSemi64], Channels), rows[..(common * Channels)],
            [new TalkerStimulus(stimulus, envelope[..common], null, Narrator(stimulus) ?? "", "")], 0, stimulus, stimulus, split) { Session = BidsLoader.Session(file) };
    }
}
