using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Decoders of where the attended talker is, from second by second covariances, without any sound: filter-bank common spatial patterns (Geirnaert et al. 2021,
/// IEEE TBME 68:1557) and log-Euclidean tangent space (after Barachant et al. 2012, IEEE TBME 59:920). Features and their number are
/// chosen by trials held out within the training trials. What they decode may be eye position: the flag says so, always.
/// </summary>
internal static class SpatialModel
{
    public const string GazeWarning = "spatial decoder: what it decodes may be eye position or anything else that goes with the side; with gaze controlled and trials held out such decoders were at chance (Rotaru et al. 2024, J. Neural Eng. 21:016017). Read the controls eog-only and frontal-only beside it";

    private static readonly int[] Pairs = [1, 2, 3], Dimensions = [2, 4, 8];

    /// <summary>Part of the progress before the permutations.</summary>
    private const double SearchShare = 0.4;

    public static ModelOutcome Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, HeldOutUnits units, double[][] eeg, int channels, int[] windowSamples, SeededRandom? permutation, IProgress<double>? progress, CancellationToken cancel)
    {
        int trials = units.Count, second = (int)Math.Round(participant.RateHz);
        var labels = TrialLabels.Of(participant.Trials);
        if (labels.Unusable() is { } why) throw new InputDataException($"Participant {participant.Id}: a spatial decoder has nothing to learn: {why}. Leave out --model {DecodingModels.NameOf(job.Model)}.");
        if (trials < 3 || eeg.Length < 4 || eeg.Any(e => e.Length / channels < second)) throw new InputDataException($"Participant {participant.Id}: a spatial decoder needs four trials of one second at least; there are {eeg.Length}.");
        var features = job.Model == DecodingModel.FbCsp ? (ISpatialFeatures)new CspFeatures(algebra, participant, job, eeg, channels, labels.Names.Length) : new TangentFeatures(algebra, eeg, channels, second);
        int[] candidates = job.Model == DecodingModel.FbCsp ? [.. Pairs.Where(k => 2 * k <= channels)] : [.. Dimensions.Where(k => k <= channels)];
        if (candidates.Length == 0) throw new InputDataException($"Participant {participant.Id}: {channels} channels are too few for a spatial decoder.");
        double[][] inner = [.. Enumerable.Range(0, trials).Select(_ => new double[candidates.Length])];
        for (int i = 0; i < trials; i++)
        {
            for (int j = i + 1; j < trials; j++)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var (held, c, right) in Inner(algebra, features, labels, units, candidates, i, j)) inner[held][c] += right / (trials - 1);
            }
            progress?.Report((permutation is null ? 1 : SearchShare) * (i + 1.0) / trials);
        }
        int[] best = [.. inner.Select(row => Array.IndexOf(row, row.Max()))];
        int[][] draws = permutation is null ? [] : RefittedPermutation.Shuffled(labels, units, Math.Min(job.Permutations, RefittedPermutation.MostSpatialDraws), permutation);
        var drawn = new RefittedPermutation(participant.Trials, windowSamples, draws.Length);
        var heldOut = new HeldOut[eeg.Length];
        for (int i = 0; i < trials; i++)
        {
            int[] left = units.TrialsOf(i);
            double[][][] rows = features.Of(left, candidates[best[i]], labels.OfTrial);
            foreach (var (t, decoder) in Decoders(rows, labels.OfTrial, left)) heldOut[t] = decoder;
            for (int d = 0; d < draws.Length; d++)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var (t, decoder) in Decoders(features.DependOnLabels ? features.Of(left, candidates[best[i]], draws[d]) : rows, draws[d], left)) drawn.Add(d, t, decoder, labels.TalkerOfClass[t][draws[d][t]]);
                progress?.Report(SearchShare + (1 - SearchShare) * (i + (d + 1.0) / draws.Length) / trials);
            }
        }
        string unit = job.Model == DecodingModel.FbCsp ? "pairs of filters" : "components";
        return new ModelOutcome(heldOut, [.. eeg.Select(_ => double.NaN)], [.. units.OfTrial.Select(u => inner[u])], [.. units.OfTrial.Select(u => $"{candidates[best[u]]} {unit}")], new SolverReport(algebra.Name, 0, 0, 0, 0), draws.Length > 0 ? drawn.Correct : null)
        {
            Flags = draws.Length > 0 ? [GazeWarning, $"permutation: {draws.Length} draws of the labels in another order over trials, for each the decoders trained again; the number of {unit} is that of the true labels"] : [GazeWarning],
        };

        IEnumerable<(int Trial, HeldOutLabel Decoder)> Decoders(double[][][] rows, int[] ofTrial, int[] left) =>
            Scores(algebra, rows, ofTrial, labels.Names.Length, left, left).Scores.Select((s, t) => (left[t], new HeldOutLabel(s, labels.TalkerOfClass[left[t]], second)));
    }

    private static IEnumerable<(int Held, int Candidate, double Right)> Inner(DenseAlgebra algebra, ISpatialFeatures features, TrialLabels labels, HeldOutUnits units, int[] candidates, int i, int j)
    {
        for (int c = 0; c < candidates.Length; c++)
        {
            int[] left = units.TrialsOf(i, j);
            double[][][] rows = features.Of(left, candidates[c], labels.OfTrial);
            yield return (i, c, Scores(algebra, rows, labels.OfTrial, labels.Names.Length, left, units.TrialsOf(j)).Right);
            yield return (j, c, Scores(algebra, rows, labels.OfTrial, labels.Names.Length, left, units.TrialsOf(i)).Right);
        }
    }

    /// <param name="rows">[trial][second][feature]</param>
    /// <returns>[tested trial][second × classes], and the share of seconds that are right.</returns>
    private static (double[][] Scores, double Right) Scores(DenseAlgebra algebra, double[][][] rows, int[] ofTrial, int classes, int[] left, int[] tested)
    {
        var training = Enumerable.Range(0, rows.Length).Where(t => !left.Contains(t)).SelectMany(t => rows[t].Select(r => (Row: r, Label: ofTrial[t]))).ToList();
        var model = ClassDiscriminant.Train(algebra, [.. training.Select(r => r.Row)], [.. training.Select(r => r.Label)], classes);
        double[][] scores = [.. tested.Select(t => rows[t].SelectMany(r => Enumerable.Range(0, classes).Select(c => model.Score(c, r))).ToArray())];
        return (scores, (double)tested.Select((t, i) => WindowScores.Correct(scores[i], classes, ofTrial[t])).Sum() / tested.Sum(t => rows[t].Length));
    }
}

/// <summary>Features whose filters are learned from all trials but those left out.</summary>
internal interface ISpatialFeatures
{
    /// <summary>Whether other labels make other filters.</summary>
    bool DependOnLabels { get; }

    /// <param name="size">The candidate of the inner loop.</param>
    /// <param name="labels">[trial] class.</param>
    /// <returns>[trial][second][feature] of all trials.</returns>
    double[][][] Of(int[] left, int size, int[] labels);
}
