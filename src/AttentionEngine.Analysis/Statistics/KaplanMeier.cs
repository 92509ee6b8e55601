namespace AttentionEngine.Analysis.Statistics;

/// <summary>Waiting times of which some are only known to be longer than observed (Kaplan &amp; Meier 1958).</summary>
public static class KaplanMeier
{
    /// <param name="waits">Seconds, and whether the wait was cut off there (censored).</param>
    /// <returns>The first time at which at most half are still waiting; NaN when that is never reached.</returns>
    public static double Median(IReadOnlyList<(double WaitS, bool Censored)> waits)
    {
        double waiting = 1;
        int atRisk = waits.Count;
        foreach (var group in waits.GroupBy(w => w.WaitS).OrderBy(g => g.Key))
        {
            int events = group.Count(w => !w.Censored);
            waiting *= 1 - (double)events / atRisk;
            if (events > 0 && waiting <= 0.5 + 1e-12) return group.Key;
            atRisk -= group.Count();
        }
        return double.NaN;
    }
}
