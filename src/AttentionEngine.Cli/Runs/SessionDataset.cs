using System.Text.Json;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Cli.Runs;

/// <summary>
/// Sessions for <c>attend decode</c>: with a table of trials as every data set; simulated ones from their ground truth, a trial for each span of
/// attention to one talker. All spans of a session are one continuous presentation, and said to be.
/// </summary>
internal static class SessionDataset
{
    /// <summary>Shorter spans are left out.</summary>
    private const double ShortestSpanS = 4;

    /// <returns>Null when the path is neither a session nor a folder of sessions.</returns>
    public static EegDataset? TryRead(string path, IReadOnlyCollection<string> participants)
    {
        string[] found = XdfSession.Find(path) is { } one ? [one] : Directory.Exists(path) ? [.. Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).Select(XdfSession.Find).OfType<string>()] : [];
        if (found.Length == 0) return null;
        var sessions = found.Select(xdf => (Xdf: xdf, Id: SessionLoader.Id(Path.GetDirectoryName(Path.GetFullPath(xdf))!))).ToList();
        if (participants.FirstOrDefault(p => !sessions.Any(s => s.Id == p)) is { } missing) throw new InputDataException($"{path} has no session {missing}; there are {string.Join(", ", sessions.Select(s => s.Id))}.");
        return EegDatasetReader.FromTrials(Path.GetFileName(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar)), [.. sessions.Where(s => participants.Count == 0 || participants.Contains(s.Id)).Select(s => (s.Xdf, (IReadOnlyList<ListeningTrial>)Trials(s.Xdf, s.Id)))]);
    }

    private static List<ListeningTrial> Trials(string xdf, string id)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(xdf))!, truth = Path.Combine(folder, "truth", "truth.json");
        return File.Exists(Path.Combine(folder, SessionLoader.Table)) || !File.Exists(truth) ? SessionLoader.ReadSubject(xdf) : FromTruth(xdf, folder, truth, id);
    }

    private static List<ListeningTrial> FromTruth(string xdf, string folder, string truthPath, string id)
    {
        string[] talkers = Talkers(truthPath);
        var truth = SessionTruth.Read(folder, talkers);
        string imagesPath = Path.Combine(folder, "truth", "images.wav");
        var images = AudioFile.Read(imagesPath);
        if (images.Channels % talkers.Length != 0) throw new InputDataException($"{imagesPath} has {images.Channels} channels for {talkers.Length} talkers; expected as many for each.");
        int microphones = images.Channels / talkers.Length;
        SessionSound[] sounds = [.. talkers.Select((t, k) => new SessionSound(t, images.Channel(k * microphones).ToArray(), images.RateHz, truth.FirstSampleTimeS))];
        var session = XdfSession.Read(xdf);
        double lastS = Math.Min(session.TimesS[^1], truth.FirstSampleTimeS + images.Frames / images.RateHz);
        var trials = new List<ListeningTrial>();
        foreach (var span in truth.Attended)
        {
            double startS = Math.Max(span.StartS, Math.Max(session.TimesS[0], truth.FirstSampleTimeS)), endS = Math.Min(span.EndS, lastS);
            if (span.Talker < 0 || endS - startS < ShortestSpanS) continue;
            trials.Add(session.Trial(id, FormattableString.Invariant($"{trials.Count + 1}"), startS, endS, sounds, span.Talker, null, id) with { Speaker = talkers[span.Talker], Warning = "simulated session: trials are spans of attention within one presentation, and the listener's EEG is a model" });
        }
        if (trials.Count == 0) throw new InputDataException($"{folder}: no span of attention is longer than {ShortestSpanS} s.");
        return trials;
    }

    private static string[] Talkers(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            return [.. json.RootElement.GetProperty("talkers").EnumerateArray().Select(t => t.GetProperty("id").GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputDataException($"{path} does not name its talkers: {e.Message}", e);
        }
    }
}
