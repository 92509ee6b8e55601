using System.Globalization;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// A session of ours with its trials in <c>trials.tsv</c> beside the recording: onset (seconds after the first EEG sample) or marker (its text; the next
/// one that was not used yet), duration (s), attended_stimulus, unattended_stimulus (';' between several), and optionally
/// presentation, story, speaker (who told the attended story), session; for the view of gaze
/// attended_azimuth_deg and unattended_azimuth_deg (in ROOM where the head was recorded, else in HEAD; left positive). Sounds lie in
/// stimuli/ beside the recording or one folder up.
/// </summary>
public static class SessionLoader
{
    public const string Table = "trials.tsv";

    /// <param name="xdfPath">The recording.</param>
    public static List<ListeningTrial> ReadSubject(string xdfPath)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(xdfPath))!, table = Path.Combine(folder, Table);
        if (!File.Exists(table)) throw new InputDataException($"{table} is not there: it says when each trial was, and which sound was attended (columns onset or marker, duration, attended_stimulus, unattended_stimulus).");
        string stimuli = Path.Combine(folder, "stimuli");
        if (!Directory.Exists(stimuli)) stimuli = Path.Combine(Path.GetDirectoryName(folder) ?? folder, "stimuli");
        var session = XdfSession.Read(xdfPath);
        var trials = new List<ListeningTrial>();
        int used = 0;
        foreach (var row in DelimitedTable.Read(table, '\t'))
        {
            string name = FormattableString.Invariant($"{trials.Count + 1}"), where = $"{table}, trial {name}";
            var sounds = BidsLoader.Stimuli(row);
            if (sounds.Count == 0) throw new InputDataException($"{where}: no attended_stimulus.");
            double startS = Start(row, session, ref used, where), durationS = BidsLoader.Seconds(row, "duration", where);
            var talkers = sounds.Select(s =>
            {
                var (mono, rateHz) = StimulusSound.Read(BidsLoader.SoundFile(stimuli, s, where), null);
                if (mono.Length / rateHz < durationS - 1) throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{where}: the sound {s} lasts {mono.Length / rateHz:F1} s, the trial {durationS} s. One of the two is wrong."));
                return new SessionSound(s, [.. mono, .. new float[(int)rateHz + 1]], rateHz, startS);
            }).ToList();
            string presentation = row.GetValueOrDefault("presentation") is { Length: > 0 } p and not "n/a" ? p : $"trial {name}";
            trials.Add(session.Trial(Id(folder), name, startS, startS + durationS, talkers, 0, TrialGroupsTable.Cell(row, "story") ?? string.Join('+', sounds.Order(StringComparer.Ordinal)), presentation, BidsLoader.Azimuths(row, sounds.Count, where)) with { Speaker = TrialGroupsTable.Cell(row, "speaker"), Session = TrialGroupsTable.Cell(row, "session") });
        }
        return trials;
    }

    /// <summary>A participant's id from the name of a session's folder: its letters and digits.</summary>
    public static string Id(string folder) => Bids.BidsEntities.AsLabel(Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)));

    private static double Start(Dictionary<string, string> row, XdfSession session, ref int used, string where)
    {
        if (row.GetValueOrDefault("marker") is not { Length: > 0 } marker || marker == "n/a") return session.TimesS[0] + BidsLoader.Seconds(row, "onset", where);
        for (int m = used; m < session.Markers.Count; m++)
        {
            if (session.Markers[m].Text != marker) continue;
            used = m + 1;
            return session.Markers[m].TimeS;
        }
        throw new InputDataException($"{where}: no marker '{marker}' is left in {session.Path}; it has {(session.Markers.Count == 0 ? "no markers" : string.Join(", ", session.Markers.Select(m => m.Text).Distinct(StringComparer.Ordinal).Take(10)))}.");
    }
}
