using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>What is held out at once: a trial, or all trials of a story, a talker, a session, a presentation, a listener; in the inner loop too.</summary>
/// <param name="OfTrial">[trial] its unit, from 0 in the order of trials.</param>
/// <param name="Names">[unit]</param>
internal sealed record HeldOutUnits(int[] OfTrial, string[] Names)
{
    public int Count => Names.Length;

    /// <summary>Whether each trial is a unit of its own.</summary>
    public bool Single => Count == OfTrial.Length;

    public IEnumerable<int> Trials(int unit) => Enumerable.Range(0, OfTrial.Length).Where(t => OfTrial[t] == unit);

    public int[] TrialsOf(params ReadOnlySpan<int> units)
    {
        int[] wanted = units.ToArray();
        return [.. Enumerable.Range(0, OfTrial.Length).Where(t => wanted.Contains(OfTrial[t]))];
    }

    /// <exception cref="ConfigurationException">A trial has no such label, or all have the same.</exception>
    public static HeldOutUnits Of(EegParticipant participant, LeaveOut leaveOut)
    {
        if (leaveOut == LeaveOut.Trial) return new([.. Enumerable.Range(0, participant.Trials.Count)], [.. participant.Trials.Select(t => t.Id)]);
        string[] labels = [.. participant.Trials.Select(t => LabelOf(t, leaveOut) ?? throw new ConfigurationException($"Participant {participant.Id}, trial {t.Id} has no label of its {leaveOut.ToString().ToLowerInvariant()}: --leave-out {leaveOut} cannot hold it out. The data set does not tell; use --leave-out Trial."))];
        string[] names = [.. labels.Distinct(StringComparer.Ordinal)];
        if (names.Length < 3) throw new ConfigurationException($"Participant {participant.Id}: {names.Length} different values of {leaveOut.ToString().ToLowerInvariant()} ({string.Join(", ", names)}); holding one out and choosing λ on another needs three at least.");
        return new([.. labels.Select(l => Array.IndexOf(names, l))], names);
    }

    public static string? LabelOf(EegTrial trial, LeaveOut leaveOut) => leaveOut switch
    {
        LeaveOut.Story => trial.Groups.Story,
        LeaveOut.Speaker => trial.Groups.Speaker,
        LeaveOut.Session => trial.Groups.Session,
        LeaveOut.Presentation => trial.Groups.Presentation,
        LeaveOut.Subject => trial.Groups.Subject,
        _ => trial.Id,
    };
}
