namespace AttentionEngine.Analysis.Scoring;

/// <summary>Whether the posterior means what it says.</summary>
public static class Calibration
{
    public const int Bins = 15;

    /// <summary>
    /// Expected calibration error over the talkers' posteriors (Guo et al. 2017 applied to each talker's probability): Σ over 15
    /// equal bins of share · |mean probability − share attended|. Ticks outside the truth are left out.
    /// </summary>
    /// <param name="posterior">[T × (K + 1)].</param>
    public static double Error(IReadOnlyList<double> timeS, ReadOnlySpan<float> posterior, int talkers, SessionTruth truth)
    {
        Span<double> probability = stackalloc double[Bins], attendedCount = stackalloc double[Bins], count = stackalloc double[Bins];
        probability.Clear();
        attendedCount.Clear();
        count.Clear();
        double total = 0;
        for (int t = 0; t < timeS.Count; t++)
        {
            int attended = truth.AttendedAt(timeS[t]);
            if (attended == -2) continue;
            for (int k = 0; k < talkers; k++)
            {
                double p = posterior[t * (talkers + 1) + k];
                int bin = Math.Clamp((int)(p * Bins), 0, Bins - 1);
                probability[bin] += p;
                count[bin]++;
                total++;
                if (k == attended) attendedCount[bin]++;
            }
        }
        double error = 0;
        for (int b = 0; b < Bins; b++) error += Math.Abs(probability[b] - attendedCount[b]);
        return total > 0 ? error / total : double.NaN;
    }
}
