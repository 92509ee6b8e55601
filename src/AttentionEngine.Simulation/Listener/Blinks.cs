using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Listener;

/// <summary>A time in which something is closed or lost, seconds.</summary>
public readonly record struct Interval(double StartS, double EndS);

/// <summary>Blinks and tracker losses.</summary>
internal static class Blinks
{
    /// <summary>Blinks of 0.10 to 0.40 s (R), at lognormal intervals (sigma 0.6, R) of the given mean rate.</summary>
    public static List<Interval> Draw(double perMinute, double durationS, SeededRandom random)
    {
        const double sigma = 0.6;
        double medianS = 60 / perMinute * Math.Exp(-sigma * sigma / 2);
        var blinks = new List<Interval>();
        double t = random.Uniform() * medianS;
        while (t < durationS)
        {
            double length = Math.Clamp(random.LogNormal(0.15, 0.4), 0.10, 0.40);
            blinks.Add(new Interval(t, t + length));
            t += Math.Max(length + 0.2, random.LogNormal(medianS, sigma));
        }
        return blinks;
    }

    /// <summary>Losses of 0.1 to 0.5 s (R) that together take the given fraction of time.</summary>
    public static List<Interval> Dropouts(double fraction, double durationS, SeededRandom random)
    {
        const double meanLossS = 0.3;
        var losses = new List<Interval>();
        for (double t = Gap(); t < durationS; t += Gap())
        {
            double length = random.Uniform(0.1, 0.5);
            losses.Add(new Interval(t, t + length));
            t += length;
        }
        return losses;

        double Gap() => random.Exponential(meanLossS * (1 - fraction) / Math.Max(fraction, 1e-9));
    }
}
