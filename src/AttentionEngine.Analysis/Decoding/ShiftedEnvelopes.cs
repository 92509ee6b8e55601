using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The null of "EEG and sound are not aligned": each trial's envelopes, all by the same amount, are turned round in time by at least a tenth of
/// the trial, and the held-out predictions are scored again. Keeps every autocorrelation and any repetition of stimuli.
/// </summary>
internal static class ShiftedEnvelopes
{
    /// <returns>[window length][draw] accuracy (NaN without windows), and [draw] mean correlation with the attended envelope.</returns>
    public static (double[][] Accuracy, double[] Attended) Run(IReadOnlyList<EegTrial> trials, IReadOnlyList<HeldOut> held, int[] windowSamples, int draws, SeededRandom random)
    {
        var accuracy = new double[windowSamples.Length][];
        for (int w = 0; w < accuracy.Length; w++) accuracy[w] = new double[draws];
        var attended = new double[draws];
        var correct = new int[windowSamples.Length];
        var windows = new int[windowSamples.Length];
        for (int d = 0; d < draws; d++)
        {
            Array.Clear(correct);
            Array.Clear(windows);
            for (int t = 0; t < trials.Count; t++)
            {
                int samples = trials[t].Samples, least = Math.Max(1, samples / 10), shift = least + random.Index(Math.Max(1, samples - 2 * least));
                double[][] turned = [.. trials[t].Envelopes.Select(e => (double[])[.. e[shift..], .. e[..shift]])];
                attended[d] += held[t].Whole(turned[trials[t].AttendedIndex]) / trials.Count;
                for (int w = 0; w < windowSamples.Length; w++)
                {
                    correct[w] += WindowScores.Correct(held[t].InWindows(turned, windowSamples[w]), turned.Length, trials[t].AttendedIndex);
                    windows[w] += samples / windowSamples[w];
                }
            }
            for (int w = 0; w < windowSamples.Length; w++) accuracy[w][d] = windows[w] == 0 ? double.NaN : (double)correct[w] / windows[w];
        }
        return (accuracy, attended);
    }
}
