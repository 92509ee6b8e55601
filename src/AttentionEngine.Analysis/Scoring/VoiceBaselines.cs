namespace AttentionEngine.Analysis.Scoring;

/// <summary>What one gets without looking at the listener: posteriors of followers of voices. A scene that these solve is no test of attention.</summary>
public static class VoiceBaselines
{
    /// <summary>Probability that a follower gives to its choice; the rest is shared, so that any acceptance threshold below it is met.</summary>
    private const float Sure = 0.98f;

    /// <summary>Time constant of the levels that "loudest" compares, seconds.</summary>
    private const double LevelS = 0.5;

    /// <summary>Follows the talker who started to speak last and still speaks, else holds. Uses the true activity: the strongest voice activity detector there is.</summary>
    /// <returns>[T × (K + 1)].</returns>
    public static float[] ActivityOnly(IReadOnlyList<double> timeS, int talkers, SessionTruth truth)
    {
        return Follow(timeS.Count, talkers, t =>
        {
            int choice = -1;
            double started = double.NegativeInfinity;
            foreach (TalkerSpan span in truth.Activity)
                if (span.Holds(timeS[t]) && span.StartS > started) (choice, started) = (span.Talker, span.StartS);
            return choice;
        });
    }

    /// <summary>Follows the talker whose beam is loudest (power smoothed over half a second).</summary>
    /// <returns>[T × (K + 1)].</returns>
    public static float[] Loudest(TickLog log)
    {
        int k = log.TalkerCount;
        var power = new double[k];
        double share = 1 - Math.Exp(-log.TickS / LevelS);
        return Follow(log.TickCount, k, t =>
        {
            int loudest = -1;
            for (int i = 0; i < k; i++)
            {
                double levelDb = log.BeamLevelDb[t * k + i];
                if (double.IsFinite(levelDb)) power[i] += share * (Math.Pow(10, levelDb / 10) - power[i]);
                if (power[i] > 0 && (loudest < 0 || power[i] > power[loudest])) loudest = i;
            }
            return loudest;
        });
    }

    /// <param name="choose">Talker to follow at a tick, or −1 to hold.</param>
    private static float[] Follow(int ticks, int talkers, Func<int, int> choose)
    {
        var posterior = new float[ticks * (talkers + 1)];
        int choice = -1;
        for (int t = 0; t < ticks; t++)
        {
            int now = choose(t);
            if (now >= 0) choice = now;
            for (int i = 0; i <= talkers; i++)
                posterior[t * (talkers + 1) + i] = i == (choice < 0 ? talkers : choice) ? Sure : (1 - Sure) / talkers;
        }
        return posterior;
    }
}
