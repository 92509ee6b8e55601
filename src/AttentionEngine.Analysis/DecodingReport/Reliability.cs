using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>
/// How far probabilities made of the correlations can be trusted. In a window p(talker) is proportional to exp(scale · r); the scale that a trial is
/// judged with is fitted on the participant's other trials (one number, by maximum likelihood).
/// </summary>
internal static class Reliability
{
    private const int Bins = 8, Iterations = 60;

    /// <param name="Stated">Mean probability of the talker with the largest one.</param>
    /// <param name="Right">Share of windows in which that talker was attended.</param>
    public sealed record Bin(double Low, double High, int Windows, double Stated, double Right);

    /// <param name="ExpectedError">Mean over windows of the distance of stated from right, by bin.</param>
    public sealed record Curve(double WindowS, IReadOnlyList<Bin> Filled, double ExpectedError, int Windows);

    /// <returns>Null where there is nothing to judge: one talker, or fewer than two trials with that window.</returns>
    public static Curve? Of(IReadOnlyList<DecodingResult> results, double windowS)
    {
        var judged = new List<(double Stated, bool Right)>();
        int talkers = 0;
        foreach (var result in results)
        {
            int w = result.Accuracy.ToList().FindIndex(a => a.WindowS == windowS);
            if (w < 0) continue;
            var trials = result.Trials.Where(t => t.Correlation.Length > 1 && t.WindowCorrelation.Length > w && t.WindowCorrelation[w].Length > 0 && t.WindowCorrelation[w].All(double.IsFinite)).ToList();
            if (trials.Count < 2) continue;
            talkers = Math.Max(talkers, trials.Max(t => t.Correlation.Length));
            foreach (var trial in trials)
            {
                double scale = Scale([.. trials.Where(t => t != trial)], w);
                foreach (var r in Windows(trial, w))
                {
                    double[] p = Probabilities(r, scale);
                    int best = Array.IndexOf(p, p.Max());
                    judged.Add((p[best], best == trial.AttendedIndex));
                }
            }
        }
        if (judged.Count == 0) return null;
        double lowest = 1.0 / talkers;
        var bins = judged.GroupBy(j => Math.Clamp((int)((j.Stated - lowest) / (1 - lowest) * Bins), 0, Bins - 1)).OrderBy(g => g.Key)
            .Select(g => new Bin(lowest + g.Key * (1 - lowest) / Bins, lowest + (g.Key + 1) * (1 - lowest) / Bins, g.Count(), g.Average(j => j.Stated), g.Average(j => j.Right ? 1.0 : 0))).ToList();
        return new Curve(windowS, bins, bins.Sum(b => Math.Abs(b.Stated - b.Right) * b.Windows) / judged.Count, judged.Count);
    }

    private static IEnumerable<double[]> Windows(DecodedTrial trial, int w)
    {
        int talkers = trial.Correlation.Length;
        for (int at = 0; at + talkers <= trial.WindowCorrelation[w].Length; at += talkers) yield return trial.WindowCorrelation[w][at..(at + talkers)];
    }

    /// <summary>Golden-section search of the concave log-likelihood, from 0 (correlations say nothing) to 200.</summary>
    internal static double Scale(IReadOnlyList<DecodedTrial> trials, int w)
    {
        double Likelihood(double scale) => trials.Sum(t => Windows(t, w).Sum(r => Math.Log(Math.Max(1e-300, Probabilities(r, scale)[t.AttendedIndex]))));
        double low = 0, high = 200, ratio = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < Iterations && high - low > 1e-4; i++)
        {
            double a = high - ratio * (high - low), b = low + ratio * (high - low);
            if (Likelihood(a) >= Likelihood(b)) high = b;
            else low = a;
        }
        return (low + high) / 2;
    }

    private static double[] Probabilities(double[] r, double scale)
    {
        double top = r.Max();
        double[] e = [.. r.Select(v => Math.Exp(scale * (v - top)))];
        double sum = e.Sum();
        return [.. e.Select(v => v / sum)];
    }
}
