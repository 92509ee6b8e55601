using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Accuracy over decision windows with limits that respect that windows of one trial belong together.</summary>
internal static class WindowScores
{
    /// <param name="correlation">[window × K]</param>
    /// <returns>Windows in which talker <paramref name="attended"/> has the largest correlation; a tie is no win.</returns>
    public static int Correct(ReadOnlySpan<double> correlation, int talkers, int attended)
    {
        int correct = 0;
        for (int w = 0; w + talkers <= correlation.Length; w += talkers)
        {
            bool wins = true;
            for (int k = 0; k < talkers; k++) wins &= k == attended || correlation[w + attended] > correlation[w + k];
            if (wins) correct++;
        }
        return correct;
    }

    /// <summary>Percentile bootstrap over trials, 95 %.</summary>
    /// <param name="correct">[trial]</param>
    /// <param name="windows">[trial]</param>
    public static (double Low, double High) Bootstrap(int[] correct, int[] windows, int draws, SeededRandom random)
    {
        if (draws == 0) return (double.NaN, double.NaN);
        var accuracy = new double[draws];
        for (int d = 0; d < draws; d++)
        {
            long hits = 0, all = 0;
            for (int i = 0; i < correct.Length; i++)
            {
                int t = random.Index(correct.Length);
                hits += correct[t];
                all += windows[t];
            }
            accuracy[d] = all == 0 ? double.NaN : (double)hits / all;
        }
        Array.Sort(accuracy);
        return (Percentile(accuracy, 0.025), Percentile(accuracy, 0.975));
    }

    /// <param name="sorted">Ascending.</param>
    public static double Percentile(double[] sorted, double share)
    {
        if (sorted.Length == 0) return double.NaN;
        double position = share * (sorted.Length - 1);
        int low = (int)position;
        return low + 1 < sorted.Length ? sorted[low] + (position - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }

    /// <summary>95th percentile of a null and the p value of an observation.</summary>
    public static (double Limit95, double P) Against(double[] draws, double observed)
    {
        if (draws.Length == 0) return (double.NaN, double.NaN);
        double[] sorted = [.. draws.Order()];
        return (Percentile(sorted, 0.95), (1.0 + sorted.Count(d => d >= observed - 1e-12)) / (1 + sorted.Length));
    }
}
