namespace AttentionEngine.Simulation.Conversation;

/// <summary>
/// How long talkers hold the floor, given how long the listener is to dwell on one of them. Attention leaves a conversation at times
/// that do not depend on any floor (so that voice activity says nothing about attention), which cuts dwells short; the
/// floor-holding median is therefore longer than the dwell median by a factor found here.
/// </summary>
public static class FloorTiming
{
    /// <summary>Mean stay in one conversation, in units of the mean floor-holding time: a fraction <paramref name="follow"/> of dwells then ends with the floor.</summary>
    public static double StayOverFloor(double follow) => follow >= 1 ? double.PositiveInfinity : follow / (1 - follow);

    /// <summary>Median floor-holding time that gives dwells the median <paramref name="dwellMedianS"/>, seconds.</summary>
    public static double FloorMedianS(double dwellMedianS, double sigma, double follow)
    {
        // The survival function falls with time: bisect on the dwell's median in units of the floor's median.
        double low = 0.01, high = 2;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            if (DwellSurvival(middle, sigma, follow) > 0.5) low = middle; else high = middle;
        }
        return dwellMedianS / low;
    }

    /// <summary>
    /// P(dwell &gt; t) for a floor median of 1: a dwell starts with the floor (probability follow, full lognormal life) or in the
    /// middle of it (residual life of the renewal process, Cox 1962), and ends with the floor or with an exponential stay.
    /// </summary>
    private static double DwellSurvival(double t, double sigma, double follow)
    {
        double mean = Math.Exp(sigma * sigma / 2);
        double stayRate = follow >= 1 ? 0 : 1 / (StayOverFloor(follow) * mean);
        double fresh = NormalCdf(-Math.Log(t) / sigma);
        double residual = NormalCdf(sigma - Math.Log(t) / sigma) - t * fresh / mean;
        return Math.Exp(-stayRate * t) * (follow * fresh + (1 - follow) * residual);
    }

    /// <summary>Abramowitz &amp; Stegun 26.2.17, error below 1e-7.</summary>
    private static double NormalCdf(double x)
    {
        double t = 1 / (1 + 0.2316419 * Math.Abs(x));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return x >= 0 ? 1 - tail : tail;
    }
}
