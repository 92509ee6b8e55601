using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// What trials on the two sides of the split share. Sharing is refused unless it is named, and what is named is flagged in the
/// result. A repeated stimulus is found from the envelopes themselves, whatever the labels say.
/// </summary>
public static class GroupLeak
{
    private const double SameStimulus = 0.999;

    /// <returns>Flags for the report: what is shared and was allowed, and what cannot be checked because it is not labelled.</returns>
    /// <exception cref="ConfigurationException">Something is shared that was not named.</exception>
    public static IReadOnlyList<string> Check(EegParticipant participant, SharedGroups allowed, LeaveOut leaveOut = LeaveOut.Trial)
    {
        ArgumentNullException.ThrowIfNull(participant);
        var flags = new List<string>();
        int[] unit = HeldOutUnits.Of(participant, leaveOut).OfTrial;
        var unitOf = participant.Trials.Select((t, i) => (t.Id, Unit: unit[i])).ToDictionary(p => p.Id, p => p.Unit, StringComparer.Ordinal);
        Label("story", SharedGroups.Story, t => t.Groups.Story);
        Label("speaker", SharedGroups.Speaker, t => t.Groups.Speaker);
        Label("session", SharedGroups.Session, t => t.Groups.Session);
        Label("presentation", SharedGroups.Presentation, t => t.Groups.Presentation);
        if (RepeatedStimulus(participant.Trials, unit) is var (a, b))
            Shared(SharedGroups.Story, "story", $"trials {a} and {b} have the same envelope, whatever their labels");
        return flags;

        void Label(string name, SharedGroups group, Func<EegTrial, string?> of)
        {
            int unknown = participant.Trials.Count(t => of(t) is null);
            if (unknown > 0) flags.Add($"{name}: not labelled in {unknown} of {participant.Trials.Count} trials, so sharing it across the split cannot be ruled out");
            var repeated = participant.Trials.Where(t => of(t) is not null).GroupBy(of).FirstOrDefault(g => g.Select(t => unitOf[t.Id]).Distinct().Count() > 1);
            if (repeated is not null && group == SharedGroups.Session && unknown == 0 && repeated.Count() == participant.Trials.Count) flags.Add($"session: all trials are of one, `{repeated.Key}`; how the decoder does in another is not shown");
            else if (repeated is not null) Shared(group, name, $"`{repeated.Key}` is in {repeated.Count()} trials ({string.Join(", ", repeated.Take(3).Select(t => t.Id))}{(repeated.Count() > 3 ? ", …" : "")})");
        }

        void Shared(SharedGroups group, string name, string what)
        {
            if (!allowed.HasFlag(group))
                throw new ConfigurationException($"Participant {participant.Id}: training and test trials would share a {name}: {what}. Results could rest on that. Leave the repeated trials out, or name it as allowed ({name}): the report will say so.");
            flags.Add($"{name}: shared by training and test trials, as allowed: {what}");
        }
    }

    private static (string First, string Second)? RepeatedStimulus(IReadOnlyList<EegTrial> trials, int[] unit)
    {
        for (int i = 0; i < trials.Count; i++)
            for (int j = i + 1; j < trials.Count; j++)
                if (unit[i] != unit[j])
                foreach (double[] a in trials[i].Envelopes)
                    foreach (double[] b in trials[j].Envelopes)
                    {
                        int samples = Math.Min(a.Length, b.Length);
                        if (samples > 1 && Correlations.Pearson(a.AsSpan(0, samples), b.AsSpan(0, samples)) > SameStimulus) return (trials[i].Id, trials[j].Id);
                    }
        return null;
    }
}
