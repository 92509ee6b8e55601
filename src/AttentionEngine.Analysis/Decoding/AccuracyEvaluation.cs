using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Accuracy in decision windows; intervals and limits of chance keep the windows of a trial together.</summary>
internal static class AccuracyEvaluation
{
    public static List<WindowAccuracy> Of(EegParticipant participant, IReadOnlyList<DecodedTrial> decoded, DecodingJob job, CancellationToken cancellation)
    {
        var result = new List<WindowAccuracy>();
        for (int w = 0; w < job.WindowsS.Count; w++)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = ParticipantDecoding.WindowSamples(job.WindowsS[w], participant.RateHz);
            // A stream of its own for each window length: adding a length changes no other's numbers.
            var random = new SeededRandom(job.Seed).Fork(FormattableString.Invariant($"{participant.Id}/{job.WindowsS[w]:R}"));
            result.Add(One(participant, decoded, w, length, job, random));
        }
        return result;
    }

    private static WindowAccuracy One(EegParticipant participant, IReadOnlyList<DecodedTrial> decoded, int w, int length, DecodingJob job, SeededRandom random)
    {
        int[] talkers = [.. participant.Trials.Select(t => t.Envelopes.Length)], attended = [.. participant.Trials.Select(t => t.AttendedIndex)];
        int[][] votes = [.. decoded.Select((t, i) => Votes(t.WindowCorrelation[w], talkers[i]))];
        int windows = votes.Sum(v => v.Length);
        if (windows == 0) return new WindowAccuracy(job.WindowsS[w], 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        double chance = votes.Select((v, i) => (double)v.Length / talkers[i]).Sum() / windows;
        double accuracy = Share(votes, attended);
        double[] drawn = [.. Enumerable.Range(0, job.Bootstraps).Select(_ => Drawn(votes, attended, random)).Order()];
        double[] permuted = [.. Enumerable.Range(0, job.Permutations).Select(_ => Share(votes, [.. talkers.Select(random.Index)])).Order()];
        double[] shifted = [.. Enumerable.Range(0, job.Shifts).Select(_ => Share(Shifted(participant, decoded, length, random), attended)).Order()];
        return new WindowAccuracy(job.WindowsS[w], windows, accuracy, Percentile(drawn, 0.025), Percentile(drawn, 0.975), chance, Percentile(permuted, 0.95),
            permuted.Length == 0 ? double.NaN : (1.0 + permuted.Count(p => p >= accuracy)) / (1 + permuted.Length), Percentile(shifted, 0.95), BitsPerMinute(accuracy, 1 / chance, job.WindowsS[w]));
    }

    /// <summary>The talker with the largest correlation in each window, the first at a tie.</summary>
    private static int[] Votes(double[] correlation, int talkers)
    {
        var votes = new int[correlation.Length / talkers];
        for (int i = 0; i < votes.Length; i++)
            for (int k = 1; k < talkers; k++)
                if (correlation[i * talkers + k] > correlation[i * talkers + votes[i]]) votes[i] = k;
        return votes;
    }

    private static double Share(int[][] votes, int[] labels)
    {
        int right = 0, all = 0;
        for (int t = 0; t < votes.Length; t++)
        {
            all += votes[t].Length;
            foreach (int v in votes[t]) right += v == labels[t] ? 1 : 0;
        }
        return (double)right / all;
    }

    /// <summary>Accuracy over trials drawn with replacement; NaN when none of them has a window.</summary>
    private static double Drawn(int[][] votes, int[] labels, SeededRandom random)
    {
        int right = 0, all = 0;
        for (int i = 0; i < votes.Length; i++)
        {
            int t = random.Index(votes.Length);
            all += votes[t].Length;
            foreach (int v in votes[t]) right += v == labels[t] ? 1 : 0;
        }
        return all == 0 ? double.NaN : (double)right / all;
    }

    /// <summary>All envelopes of a trial moved round by the same random time, at least a second.</summary>
    private static int[][] Shifted(EegParticipant participant, IReadOnlyList<DecodedTrial> decoded, int length, SeededRandom random) =>
        [.. participant.Trials.Select((trial, t) =>
        {
            int least = Math.Min(trial.Samples / 4, (int)Math.Ceiling(participant.RateHz)), by = least + random.Index(Math.Max(1, trial.Samples - 2 * least));
            double[][] moved = [.. trial.Envelopes.Select(e => (double[])[.. e.AsSpan(by), .. e.AsSpan(0, by)])];
            return Votes(Correlations.InWindows(decoded[t].Prediction, moved, length), moved.Length);
        })];

    /// <summary>Linear between order statistics; NaN of none.</summary>
    private static double Percentile(double[] ascending, double part)
    {
        if (ascending.Length == 0) return double.NaN;
        double at = part * (ascending.Length - 1);
        int low = (int)at;
        return ascending[low] + (at - low) * (ascending[Math.Min(low + 1, ascending.Length - 1)] - ascending[low]);
    }

    /// <summary>Wolpaw et al. (2002); 0 at or below chance.</summary>
    internal static double BitsPerMinute(double accuracy, double talkers, double windowS)
    {
        if (!(accuracy > 1 / talkers)) return 0;
        double bits = Math.Log2(talkers) + accuracy * Math.Log2(accuracy) + (accuracy < 1 ? (1 - accuracy) * Math.Log2((1 - accuracy) / (talkers - 1)) : 0);
        return bits * 60 / windowS;
    }
}
