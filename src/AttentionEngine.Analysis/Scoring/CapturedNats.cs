namespace AttentionEngine.Analysis.Scoring;

/// <summary>How much a posterior knows about attention.</summary>
public static class CapturedNats
{
    private const double Least = 1e-6; // one confident error does not outweigh a session

    /// <summary>
    /// Mean over the scored ticks with an attended talker of ln p(attended) + ln K: 0 for one who knows nothing, ln K for one who always knows, negative
    /// for one who is confidently wrong. NaN without such a tick. Its ratio to an ideal observer's is the efficiency (DESIGN.md §6).
    /// </summary>
    /// <param name="posterior">[T × (K + 1)] talkers, then none.</param>
    public static double Mean(IReadOnlyList<double> timeS, ReadOnlySpan<float> posterior, int talkers, SessionTruth truth)
    {
        double sum = 0;
        int count = 0;
        for (int t = 0; t < timeS.Count; t++)
        {
            int attended = truth.AttendedAt(timeS[t]);
            if (attended < 0) continue;
            sum += Math.Log(Math.Max(Least, posterior[t * (talkers + 1) + attended])) + Math.Log(talkers);
            count++;
        }
        return count > 0 ? sum / count : double.NaN;
    }
}
