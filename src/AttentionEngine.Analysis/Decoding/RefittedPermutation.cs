using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The null of decoders that are not linear in the labels: labels are drawn anew for whole trials, and each held-out decoder is trained again on the drawn
/// labels and scored against them. What the inner loop chose for the true labels is kept.
/// </summary>
/// <param name="windowSamples">[window length]</param>
/// <param name="draws">How often.</param>
internal sealed class RefittedPermutation(IReadOnlyList<EegTrial> trials, int[] windowSamples, int draws)
{
    /// <summary>Spatial decoders need all their filters again for every draw, which is minutes for thousands of draws.</summary>
    public const int MostSpatialDraws = 200;

    private const int MostTries = 1000;

    /// <summary>[window length][draw] windows that were right, summed over the held-out trials that were added.</summary>
    public int[][] Correct { get; } = [.. windowSamples.Select(_ => new int[draws])];

    /// <param name="attended">The talker that the draw says was attended.</param>
    public void Add(int draw, int trial, HeldOut decoder, int attended)
    {
        double[][] envelopes = trials[trial].Envelopes, scores = decoder.InWindows(envelopes, windowSamples);
        for (int w = 0; w < scores.Length; w++) Correct[w][draw] += WindowScores.Correct(scores[w], envelopes.Length, attended);
    }

    /// <summary>Classes in another order over trials, such that whatever is held out leaves some of each class that there is to train on.</summary>
    /// <returns>[draw][trial] class.</returns>
    /// <exception cref="InputDataException">No order was found that leaves some of each class to train on.</exception>
    public static int[][] Shuffled(TrialLabels labels, HeldOutUnits units, int draws, SeededRandom random)
    {
        int[] classes = [.. labels.OfTrial.Distinct()];
        bool Trains(int[] drawn) => Enumerable.Range(0, units.Count).All(u => classes.All(c => Enumerable.Range(0, drawn.Length).Any(t => units.OfTrial[t] != u && drawn[t] == c)));
        return [.. Enumerable.Range(0, draws).Select(_ => Enumerable.Range(0, MostTries).Select(_ => LabelFingerprint.Shuffled(labels.OfTrial, random)).FirstOrDefault(drawn => Trains(drawn)) ?? throw new InputDataException($"Labels cannot be permuted: in {MostTries} orders of the labels over {labels.OfTrial.Length} trials, what is held out at once never left some of each label to train on. Hold out less at once (--leave-out), or give --permutations 0."))];
    }
}
