using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>All listeners' trials as one participant's, each labelled with its listener, so that a listener can be held out.</summary>
public static class SubjectsTogether
{
    public const string Id = "all";

    /// <exception cref="InputDataException">Listeners differ in channels or rate.</exception>
    public static EegDataset Of(EegDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var first = dataset.Participants[0];
        foreach (var p in dataset.Participants)
        {
            if (p.RateHz != first.RateHz) throw new InputDataException($"--leave-out Subject: participant {p.Id} is at {p.RateHz} Hz, {first.Id} at {first.RateHz} Hz.");
            if (!p.Channels.Select(c => (c.Name, c.Type)).SequenceEqual(first.Channels.Select(c => (c.Name, c.Type)))) throw new InputDataException($"--leave-out Subject: participants {first.Id} and {p.Id} do not have the same channels in the same order ({first.Channels.Count} and {p.Channels.Count}). Drop those that are not in both.");
        }
        var all = new EegParticipant
        {
            Id = Id, RateHz = first.RateHz, Channels = first.Channels, Flags = [.. dataset.Participants.SelectMany(p => p.Flags).Distinct(StringComparer.Ordinal)],
            Trials = [.. dataset.Participants.SelectMany(p => p.Trials.Select(t => t with { Id = $"{p.Id}/{t.Id}", Groups = t.Groups with { Subject = t.Groups.Subject ?? p.Id, Presentation = t.Groups.Presentation is { } shown ? $"{p.Id}/{shown}" : null, Session = t.Groups.Session is { } session ? $"{p.Id}/{session}" : null } }))],
        };
        return dataset with { Participants = [all], Provenance = [.. dataset.Provenance, new ProvenanceStep("listeners together", $"{dataset.Participants.Count} listeners, one held out at a time")] };
    }
}
