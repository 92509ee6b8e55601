using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>A held-out trial of two talkers.</summary>
/// <param name="Prediction">[samples] reconstructed envelope.</param>
/// <param name="Attended">[samples]</param>
/// <param name="Unattended">[samples]</param>
public sealed record TwoTalkerTrial(double[] Prediction, double[] Attended, double[] Unattended);

/// <summary>
/// How fast a change of attention is noticed. Recordings with real switches are rare: segments of held-out trials are strung together with the two
/// talkers exchanged in every other one. Evidence in nats, calibrated on the other trials, goes through a Bayesian filter over the talkers (a change is
/// expected once per dwell); latency, misses and false switches as DESIGN defines them, by the live engine's own scorer.
/// </summary>
public static class SwitchDetection
{
    private const double TickS = 0.5, CalibrationWindowS = 5;

    /// <param name="segmentS">Time between switches, and the filter's mean dwell.</param>
    /// <returns>Null with fewer than two trials to calibrate on each other, or fewer than three segments.</returns>
    public static SwitchFigures? Measure(IReadOnlyList<TwoTalkerTrial> trials, double rateHz, double segmentS)
    {
        ArgumentNullException.ThrowIfNull(trials);
        int tick = (int)Math.Round(TickS * rateHz), perSegment = (int)Math.Round(segmentS / TickS);
        double[][][] sums = [.. trials.Select(t => Sums(t, tick))];
        if (trials.Count < 2 || sums.Sum(s => s.Length / perSegment) < 3) return null;
        var windows = trials.SelectMany((t, i) => Windows(t, rateHz).Select(w => new EvidenceWindow(i, w, 0))).ToList();
        var times = new List<double>();
        var decisions = new List<int>();
        var truth = new List<TalkerSpan>();
        double first = 0.5, change = 0.5 * (1 - Math.Exp(-2 * TickS / segmentS));
        for (int i = 0; i < sums.Length; i++)
        {
            double slope = EvidenceCalibration.Slope([.. windows.Where(w => w.Trial != i)]);
            for (int from = 0; from + perSegment <= sums[i].Length; from += perSegment)
            {
                int attended = truth.Count % 2;
                truth.Add(new TalkerSpan(attended, times.Count * TickS, (times.Count + perSegment) * TickS));
                for (int t = from; t < from + perSegment; t++)
                {
                    // Evidence is there when its tick has passed; the first belief is the prior's.
                    double prior = first * (1 - change) + (1 - first) * change, nats = slope * (sums[i][t][0] - sums[i][t][1]) * (attended == 0 ? 1 : -1);
                    first = 1 / (1 + (1 - prior) / prior * Math.Exp(-nats));
                    times.Add(times.Count * TickS);
                    decisions.Add(first > 0.5 ? 0 : 1);
                }
            }
        }
        var figures = AttentionScorer.Score(times, decisions, TickS, new SessionTruth { Seed = 0, Scene = "", Attended = truth, Activity = [], Conversation = [], FirstSampleTimeS = 0, AudioRateHz = 1, ImagesScale = 1 });
        return new SwitchFigures(segmentS, figures.Switches, figures.MissedSwitches, figures.SwitchLatencyMedianS, figures.FalseSwitchesPerMin, figures.Accuracy);
    }

    /// <returns>[window of 5 s][attended, unattended] summed products, for <see cref="EvidenceCalibration"/>.</returns>
    internal static double[][] Windows(TwoTalkerTrial trial, double rateHz) => Sums(trial, (int)Math.Round(CalibrationWindowS * rateHz));

    /// <returns>[tick][attended, unattended] products of signals of unit variance, summed.</returns>
    private static double[][] Sums(TwoTalkerTrial trial, int tick)
    {
        double[] s = Standard(trial.Prediction), a = Standard(trial.Attended), u = Standard(trial.Unattended);
        return [.. Enumerable.Range(0, s.Length / tick).Select(t =>
        {
            double own = 0, other = 0;
            for (int n = t * tick; n < (t + 1) * tick; n++) (own, other) = (own + s[n] * a[n], other + s[n] * u[n]);
            return new[] { own, other };
        })];
    }

    private static double[] Standard(double[] values)
    {
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return [.. values.Select(v => deviation > 0 ? (v - mean) / deviation : 0)];
    }
}
