using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Other references than the recording's: mean or median of the scalp, linked mastoids, single or several channels.</summary>
public static class Rereference
{
    /// <summary>Pairs that stand for the two mastoids, in the order in which they are looked for.</summary>
    private static readonly string[][] Mastoids = [["M1", "M2"], ["TP9", "TP10"], ["A1", "A2"], ["LM", "RM"], ["EXG1", "EXG2"]];

    /// <param name="reference"><c>average</c>, <c>median</c>, <c>mastoids</c>, or names of channels separated by commas.</param>
    /// <exception cref="ConfigurationException">A participant does not have the channels.</exception>
    public static EegDataset To(EegDataset dataset, string reference)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return reference switch
        {
            "average" => EegPreprocessing.AverageReference(dataset),
            "median" => Median(dataset),
            "mastoids" => Channels(dataset, p => Mastoids.FirstOrDefault(pair => pair.All(n => p.Channels.Any(c => c.Name == n)))
                ?? throw new ConfigurationException($"Participant {p.Id} has no pair of mastoids ({string.Join("; ", Mastoids.Select(m => string.Join(", ", m)))}) among {Names(p)}. Name the channels: --reference LEFT,RIGHT."), "linked mastoids"),
            _ => Channels(dataset, p => reference.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } names
                ? names.FirstOrDefault(n => !p.Channels.Any(c => c.Name == n)) is { } unknown
                    ? throw new ConfigurationException($"--reference {reference}: participant {p.Id} has no channel {unknown}; it has {Names(p)}. Or give average, median or mastoids.") : names
                : throw new ConfigurationException("--reference is empty; give average, median, mastoids or names of channels."), "reference"),
        };
    }

    /// <summary>Less moved by a few bad channels than the mean; no linear step, so sensor topographies are not kept exactly.</summary>
    private static EegDataset Median(EegDataset dataset) => EegPreprocessing.With(EegPreprocessing.ForEach(dataset, (participant, trial) =>
    {
        int[] scalp = EegPreprocessing.Indices(participant, EegChannelType.Eeg);
        int channels = participant.Channels.Count;
        var eeg = (double[])trial.Eeg.Clone();
        var sorted = new double[scalp.Length];
        for (int at = 0; at < eeg.Length; at += channels)
        {
            for (int i = 0; i < scalp.Length; i++) sorted[i] = eeg[at + scalp[i]];
            Array.Sort(sorted);
            double median = (sorted[(scalp.Length - 1) / 2] + sorted[scalp.Length / 2]) / 2;
            foreach (int c in scalp) eeg[at + c] -= median;
        }
        return trial with { Eeg = eeg };
    }), "median reference", "median over scalp channels subtracted, per sample (not linear)");

    private static EegDataset Channels(EegDataset dataset, Func<EegParticipant, IReadOnlyList<string>> pick, string what)
    {
        var used = new List<string>();
        var participants = dataset.Participants.Select(p =>
        {
            var names = pick(p);
            used.Add(string.Join(" and ", names));
            int[] from = [.. names.Select(n => p.Channels.ToList().FindIndex(c => c.Name == n))], scalp = EegPreprocessing.Indices(p, EegChannelType.Eeg);
            return p with { Trials = [.. p.Trials.Select(t => t with { Eeg = Subtracted(t.Eeg, p.Channels.Count, from, scalp) })] };
        }).ToList();
        // What served as reference is zero, or the mirror image of its partner, from here on.
        var referenced = dataset with { Participants = [.. participants.Select(p => EegPreprocessing.KeepChannels(p, c => !pick(p).Contains(c.Name), what))] };
        return EegPreprocessing.With(referenced, what, $"mean of {string.Join("; ", used.Distinct(StringComparer.Ordinal))} subtracted from the scalp channels, per sample; the reference channels are left out afterwards");
    }

    private static double[] Subtracted(double[] values, int channels, int[] from, int[] scalp)
    {
        var eeg = (double[])values.Clone();
        for (int at = 0; at < eeg.Length; at += channels)
        {
            double mean = 0;
            foreach (int c in from) mean += values[at + c] / from.Length;
            foreach (int c in scalp) eeg[at + c] -= mean;
        }
        return eeg;
    }

    private static string Names(EegParticipant p) => string.Join(", ", p.Channels.Select(c => c.Name));
}
