using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Leave-one-trial-out has every two trials on different sides of some split: what two trials share, is shared across it.</summary>
internal static class SplitGuard
{
    /// <returns>A flag for each kind of label that is shared because the user allowed it.</returns>
    /// <exception cref="ConfigurationException">Something is shared that was not allowed.</exception>
    public static List<string> Check(EegParticipant participant, SharedGroups allowed)
    {
        var flags = new List<string>();
        foreach (var (kind, label) in new (SharedGroups, Func<TrialGroups, string?>)[] { (SharedGroups.Story, g => g.Story), (SharedGroups.Speaker, g => g.Speaker), (SharedGroups.Session, g => g.Session), (SharedGroups.Presentation, g => g.Presentation) })
        {
            var shared = participant.Trials.Where(t => label(t.Groups) is not null).GroupBy(t => label(t.Groups), StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
            if (shared is null) continue;
            string what = $"trials {string.Join(", ", shared.Take(3).Select(t => t.Id))}{(shared.Count() > 3 ? ", …" : "")} share the {Name(kind)} '{shared.Key}'";
            if (!allowed.HasFlag(kind))
                throw new ConfigurationException($"Participant {participant.Id}: {what}, and leave-one-trial-out would put them into training and test. Leave out the repetitions, or say --allow-shared {kind}: the report then carries a flag.");
            flags.Add($"Training and test share a {Name(kind)} ({what}): accuracies may be too high");
        }
        return flags;
    }

    private static string Name(SharedGroups kind) => kind switch { SharedGroups.Story => "story", SharedGroups.Speaker => "talker", SharedGroups.Session => "session", _ => "presentation" };
}
