using System.Globalization;
using System.Numerics;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// BIDS EEG: sub-*/[ses-*/]eeg/*_eeg.{vhdr,edf,bdf,set}; trials are the rows of *_events.tsv that name a stimulus (attended_stimulus and
/// unattended_stimulus, or stim_file for one talker; several unattended ones separated by ';'), sounds lie in stimuli/. Channels that
/// *_channels.tsv calls bad, or of another type than EEG and EOG, are left out; places come from *_electrodes.tsv.
/// </summary>
public static class BidsLoader
{
    internal static bool IsSubject(string folder) => Path.GetFileName(folder.TrimEnd(Path.DirectorySeparatorChar)).StartsWith("sub-", StringComparison.Ordinal) && Directory.Exists(folder);

    internal static List<string> Subjects(string root) => [.. Directory.EnumerateDirectories(root, "sub-*").Order(StringComparer.Ordinal)];

    internal static bool HasRecording(string folder) => Directory.EnumerateFiles(folder, "*_eeg.*", SearchOption.AllDirectories).Any(EegFile.IsRecording);

    /// <exception cref="InputDataException">No recording, no events, events outside of the recording, or a sound that is not there.</exception>
    public static List<ListeningTrial> ReadSubject(string folder)
    {
        folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        var recordings = Directory.EnumerateFiles(folder, "*_eeg.*", SearchOption.AllDirectories).Where(EegFile.IsRecording).Order(StringComparer.Ordinal).ToList();
        if (recordings.Count == 0) throw new InputDataException($"{folder} has no file *_eeg with {string.Join(", ", EegFile.Extensions)}. Is it the folder of a BIDS participant?");
        var trials = new List<ListeningTrial>();
        foreach (string file in recordings) Read(file, Path.GetFileName(folder)[4..], Path.Combine(Path.GetDirectoryName(folder)!, "stimuli"), trials);
        return trials;
    }

    private static void Read(string file, string subject, string stimuli, List<ListeningTrial> trials)
    {
        string stem = file[..(file.LastIndexOf("_eeg.", StringComparison.Ordinal) + 1)], table = stem + "events.tsv";
        if (!File.Exists(table)) throw new InputDataException($"{table} is not there. The trials of {file} are found in it: give onset, duration and attended_stimulus for each.");
        var rows = DelimitedTable.Read(table, '\t');
        var events = (EventAad.Recognises(rows) ? EventAad.Trials(rows, table) : rows).Where(r => Stimuli(r).Count > 0).ToList();
        if (events.Count == 0) throw new InputDataException($"{table} has no row with a stimulus; expected the columns onset, duration, attended_stimulus, unattended_stimulus (or stim_file).");
        var recording = EegFile.Read(file);
        var (kept, channels) = Kept(recording, stem + "channels.tsv", BidsElectrodes.Read(Path.GetDirectoryName(file)!));
        var gaze = events.Any(r => TrialGroupsTable.Cell(r, "attended_azimuth_deg") is not null) ? BidsEyeTracking.Read(stem) : null;
        foreach (var row in events)
        {
            string where = $"{table}, onset {row.GetValueOrDefault("onset")}";
            double onset = Seconds(row, "onset", where), duration = Seconds(row, "duration", where);
            long first = (long)Math.Round(onset * recording.RateHz), count = (long)Math.Round(duration * recording.RateHz);
            var triggers = TrialGroupsTable.Cell(row, "trigger_file") is { } pulses ? TriggerAlignment.Of(recording, SoundFile(stimuli, pulses, where), onset, duration, where) : ((double FirstSample, double Step)?)null;
            if (triggers is null && (first < 0 || count <= 0 || first + count > recording.SampleCount))
                throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{where}: the trial of {duration} s does not lie within the {recording.SampleCount / recording.RateHz:F1} s of {file}."));
            double[] eeg = triggers is var (at, step) ? TriggerAlignment.Resampled(recording, kept, at, step, count, where) : Part(recording, kept, first, count);
            var names = Stimuli(row);
            trials.Add(new ListeningTrial(subject, FormattableString.Invariant($"{trials.Count + 1}"), recording.RateHz, channels, eeg,
                [.. names.Select(s => new TalkerStimulus(s, null, SoundFile(stimuli, s, where), "", ""))], 0, TrialGroupsTable.Cell(row, "story") ?? string.Join('+', names.Order(StringComparer.Ordinal)), $"{Path.GetFileName(stem)}{trials.Count + 1}", row.GetValueOrDefault("trial_type") ?? row.GetValueOrDefault("condition") ?? "")
            {
                GazedTalker = gaze is not null && Azimuths(row, names.Count, where) is { } talkers ? gaze.At(_ => talkers, onset, (int)count, recording.RateHz) : null,
                Session = Session(file), Speaker = TrialGroupsTable.Cell(row, "speaker") ?? SparrKuleeLoader.Narrator(names[0]),
            });
        }
    }

    /// <summary>Directions of the talkers of a trial, the attended one first: attended_azimuth_deg and unattended_azimuth_deg (';' between several), left positive; null without.</summary>
    internal static double[]? Azimuths(Dictionary<string, string> row, int talkers, string where)
    {
        if (TrialGroupsTable.Cell(row, "attended_azimuth_deg") is not { } attended) return null;
        string[] cells = [attended, .. (TrialGroupsTable.Cell(row, "unattended_azimuth_deg") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        double[] degrees = [.. cells.Select(c => double.TryParse(c, CultureInfo.InvariantCulture, out double v) && Math.Abs(v) <= 360 ? v : throw new InputDataException($"{where}: the azimuth '{c}' is no number of degrees."))];
        return degrees.Length == talkers ? degrees : throw new InputDataException($"{where}: {degrees.Length} azimuths for {talkers} talkers; expected one each, the attended one in attended_azimuth_deg, the others in unattended_azimuth_deg.");
    }

    /// <summary>The session of a file's path (ses-X); null without.</summary>
    internal static string? Session(string file) => Path.GetFullPath(file).Split(Path.DirectorySeparatorChar).LastOrDefault(p => p.StartsWith("ses-", StringComparison.Ordinal));

    private static double[] Part(EegRecording recording, int[] kept, long first, long count)
    {
        var eeg = new double[count * kept.Length];
        for (long n = 0, o = 0; n < count; n++)
            foreach (int c in kept) eeg[o++] = recording.Samples[(first + n) * recording.Channels.Count + c];
        return eeg;
    }

    /// <summary>The attended one first.</summary>
    internal static List<string> Stimuli(Dictionary<string, string> row)
    {
        string Cell(string name) => row.GetValueOrDefault(name) is { } v && v != "n/a" ? v : "";
        string attended = Cell("attended_stimulus") is { Length: > 0 } a ? a : Cell("stim_file");
        return attended.Length == 0 ? [] : [attended, .. Cell("unattended_stimulus").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    internal static string SoundFile(string stimuli, string name, string where)
    {
        string path = Path.GetFullPath(Path.Combine(stimuli, name.StartsWith("stimuli/", StringComparison.Ordinal) ? name["stimuli/".Length..] : name));
        return path.StartsWith(stimuli + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path) ? path : throw new InputDataException($"{where}: the stimulus {name} is not in {stimuli}.");
    }

    internal static double Seconds(Dictionary<string, string> row, string column, string where) =>
        double.TryParse(row.GetValueOrDefault(column), CultureInfo.InvariantCulture, out double v) && double.IsFinite(v) ? v : throw new InputDataException($"{where}: the {column} reads '{row.GetValueOrDefault(column)}'; expected seconds.");

    private static (int[] Kept, EegFileChannel[] Channels) Kept(EegRecording recording, string table, Dictionary<string, Vector3> places)
    {
        var rows = File.Exists(table) ? DelimitedTable.Read(table, '\t').ToDictionary(r => r.GetValueOrDefault("name") ?? "", StringComparer.Ordinal) : [];
        int[] kept = [.. Enumerable.Range(0, recording.Channels.Count).Where(c => !rows.TryGetValue(recording.Channels[c].Name, out var row) || IsUseful(row))];
        if (kept.Length == 0) throw new InputDataException($"{table} leaves no channel of type EEG that is not bad.");
        return (kept, [.. kept.Select(c => recording.Channels[c]).Select(c => c with
        {
            PositionM = places.TryGetValue(c.Name, out var at) ? at : c.PositionM,
            Type = rows.TryGetValue(c.Name, out var row) ? TypeOf(row) == "EEG" ? EegChannelType.Eeg : EegChannelType.Eog : c.Type,
        })]);
    }

    private static bool IsUseful(Dictionary<string, string> row) => !string.Equals(row.GetValueOrDefault("status"), "bad", StringComparison.OrdinalIgnoreCase) && TypeOf(row) is ("EEG" or "EOG" or "VEOG" or "HEOG");

    private static string TypeOf(Dictionary<string, string> row) => (row.GetValueOrDefault("type") ?? "EEG").ToUpperInvariant();
}
