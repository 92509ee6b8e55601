using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Is the reconstruction of a window closer to the attended envelope of that window than to the same envelope a second after (before, where the
/// trial ends) it? Works with one talker. The null turns each trial's envelope round in time, so that repeated stimuli count for nothing.
/// </summary>
internal static class MatchMismatch
{
    private const double GapS = 1;

    /// <param name="envelopes">[trial][samples] attended.</param>
    public static IReadOnlyList<MatchMismatchAccuracy> Run(IReadOnlyList<double[]> envelopes, IReadOnlyList<double[]> predictions, int[] windowSamples, double rateHz, DecodingJob job, SeededRandom random)
    {
        var shift = random.Fork("shift");
        double[][][] turned = [.. Enumerable.Range(0, job.Shifts).Select(_ => envelopes.Select(e => Turned(e, shift)).ToArray())];
        var result = new List<MatchMismatchAccuracy>();
        foreach (int window in windowSamples)
        {
            int gap = (int)Math.Round(GapS * rateHz);
            var scores = envelopes.Select((e, t) => Count(predictions[t], e, window, gap)).ToArray();
            int windows = scores.Sum(s => s.Windows);
            if (windows == 0) continue;
            double accuracy = (double)scores.Sum(s => s.Correct) / windows;
            var (low, high) = WindowScores.Bootstrap([.. scores.Select(s => s.Correct)], [.. scores.Select(s => s.Windows)], job.Bootstraps, random.Fork($"bootstrap {window}"));
            double[] draws = [.. turned.Select(draw => (double)draw.Select((e, t) => Count(predictions[t], e, window, gap).Correct).Sum() / windows)];
            var (limit, p) = WindowScores.Against(draws, accuracy);
            result.Add(new MatchMismatchAccuracy(window / rateHz, windows, accuracy, low, high, draws.DefaultIfEmpty(double.NaN).Average(), limit, p));
        }
        return result;
    }

    private static (int Correct, int Windows) Count(ReadOnlySpan<double> prediction, ReadOnlySpan<double> envelope, int window, int gap)
    {
        int correct = 0, windows = 0;
        for (int at = 0; at + window <= prediction.Length; at += window)
        {
            int other = at + 2 * window + gap <= prediction.Length ? at + window + gap : at - window - gap;
            if (other < 0) continue;
            windows++;
            var part = prediction.Slice(at, window);
            if (Correlations.Pearson(part, envelope.Slice(at, window)) > Correlations.Pearson(part, envelope.Slice(other, window))) correct++;
        }
        return (correct, windows);
    }

    private static double[] Turned(double[] envelope, SeededRandom random)
    {
        int least = Math.Max(1, envelope.Length / 10), by = least + random.Index(Math.Max(1, envelope.Length - 2 * least));
        return [.. envelope[by..], .. envelope[..by]];
    }
}
