namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Minimal expected switch duration (Geirnaert, Francart and Bertrand 2020, IEEE TNSRE 28:307): a gain moves one of N steps per decision; the
/// expected time until it is comfortable after a switch of attention, over the best window length and the fewest steps that keep it
/// comfortable. Parameters as in the paper: 5 steps or more, 80 % of the time above 65 % of the range.
/// </summary>
public static class SwitchDuration
{
    private const double Confidence = 0.8, Comfort = 0.65;
    private const int FewestStates = 5, MostStates = 10_000, GridPoints = 1000;

    /// <param name="windowS">Window lengths, any order.</param>
    /// <param name="accuracy">Accuracy at each.</param>
    /// <returns>Seconds, the window at which it is reached, and the accuracy there; NaN where no window is above one half.</returns>
    public static (double MesdS, double WindowS, double Accuracy) Minimal(ReadOnlySpan<double> windowS, ReadOnlySpan<double> accuracy)
    {
        if (windowS.Length != accuracy.Length) throw new ArgumentException($"{windowS.Length} windows and {accuracy.Length} accuracies.", nameof(accuracy));
        double[] t = windowS.ToArray(), p = accuracy.ToArray();
        Array.Sort(t, p);
        var best = (double.NaN, double.NaN, double.NaN);
        int points = t.Length == 1 ? 1 : GridPoints;
        for (int i = 0, at = 0; i < points && t.Length > 0; i++)
        {
            double tau = points == 1 ? t[0] : t[0] + i * (t[^1] - t[0]) / (points - 1);
            while (at < t.Length - 2 && tau > t[at + 1]) at++;
            double value = points == 1 ? p[0] : p[at] + (p[at + 1] - p[at]) * (tau - t[at]) / (t[at + 1] - t[at]);
            double duration = Expected(tau, value);
            if (duration < best.Item1 || (double.IsNaN(best.Item1) && !double.IsNaN(duration))) best = (duration, tau, value);
        }
        return best;
    }

    /// <summary>Expected switch duration with the fewest states, s; NaN at accuracy ≤ 1/2.</summary>
    public static double Expected(double windowS, double accuracy) => States(accuracy) is { } states ? Expected(windowS, accuracy, states) : double.NaN;

    /// <summary>The fewest states that keep the gain comfortable; null at chance.</summary>
    public static int? States(double accuracy)
    {
        if (!(accuracy > 0.5)) return null;
        double r = Odds(accuracy);
        for (int n = FewestStates; n <= MostStates; n++)
        {
            // Smallest state from which the steady state holds 80 %: log(r^N (1 − P) + P)/log r + 1, without the overflow of r^N.
            double lowest = Math.Floor(n + (Math.Log((1 - Confidence) + Confidence * Math.Pow(r, -n)) / Math.Log(r)) + 1);
            if ((lowest - 1) / (n - 1) >= Comfort) return n;
        }
        return null;
    }

    private static double Expected(double windowS, double accuracy, int states)
    {
        double r = Odds(accuracy), p = r / (1 + r), drift = 2 * p - 1, sum = 0, mass = 0;
        int comfortable = (int)Math.Ceiling(Comfort * (states - 1) + 1);
        for (int i = 1; i < comfortable; i++)
        {
            // Before the switch the steady state was that of the other talker: mirrored.
            double start = Math.Pow(r, 1 - i);
            double steps = (comfortable - i) / drift + p * (Math.Pow(r, -comfortable) - Math.Pow(r, -i)) / (drift * drift);
            sum += start * steps;
            mass += start;
        }
        return windowS * sum / mass;
    }

    private static double Odds(double accuracy)
    {
        double p = Math.Min(accuracy, 1 - 1e-12);
        return p / (1 - p);
    }
}
