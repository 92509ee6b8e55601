using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// What a decoder that never sees a sound can decode: where the attended talker was, if the data tell the sides, otherwise his place in the list of talkers.
/// </summary>
/// <param name="Names">[class]</param>
/// <param name="OfTrial">[trial] class.</param>
/// <param name="TalkerOfClass">[trial][class] the talker that a class stands for in that trial.</param>
internal sealed record TrialLabels(string[] Names, int[] OfTrial, int[][] TalkerOfClass)
{
    public static TrialLabels Of(IReadOnlyList<EegTrial> trials)
    {
        int talkers = trials[0].Envelopes.Length;
        string[] sides = [.. trials[0].StimulusSides.Order(StringComparer.Ordinal)];
        bool told = sides.Length == talkers && sides.All(s => s.Length > 0) && sides.Distinct(StringComparer.Ordinal).Count() == talkers
            && trials.All(t => t.StimulusSides.Order(StringComparer.Ordinal).SequenceEqual(sides));
        if (!told) return new([.. Enumerable.Range(0, talkers).Select(k => FormattableString.Invariant($"talker {k + 1}"))], [.. trials.Select(t => t.AttendedIndex)], [.. trials.Select(_ => Enumerable.Range(0, talkers).ToArray())]);
        return new(sides, [.. trials.Select(t => Array.IndexOf(sides, t.StimulusSides[t.AttendedIndex]))], [.. trials.Select(t => sides.Select(s => t.StimulusSides.ToList().IndexOf(s)).ToArray())]);
    }

    /// <summary>Why these labels cannot be learned and tested; null when they can.</summary>
    public string? Unusable()
    {
        if (Names.Length < 2) return "one talker: there is no label to decode";
        int[] counts = [.. Names.Select((_, c) => OfTrial.Count(l => l == c))];
        if (counts.Count(c => c > 0) < 2) return $"the attended talker is {Names[OfTrial[0]]} in every trial, so there is nothing to tell apart; sides in the data set would help";
        return counts.Any(c => c == 1) ? $"{Names[Array.IndexOf(counts, 1)]} is attended in one trial only, which cannot be learned and tested" : null;
    }
}
