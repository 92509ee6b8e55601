using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

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

    public static ModelOutcome Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, double[][] eeg, int channels, IProgress<double>? progress, CancellationToken cancel)
    {
        int trials = participant.Trials.Count, second = (int)Math.Round(participant.RateHz);
        var labels = TrialLabels.Of(participant.Trials);
        if (labels.Unusable() is { } why) throw new InputDataException($"Participant {participant.Id}: a spatial decoder has nothing to learn: {why}. Leave out --model {DecodingModels.NameOf(job.Model)}.");
        if (trials < 4 || eeg.Any(e => e.Length / channels < second)) throw new InputDataException($"Participant {participant.Id}: a spatial decoder needs four trials of one second at least; there are {trials}.");
        var features = job.Model == DecodingModel.FbCsp ? (ISpatialFeatures)new CspFeatures(algebra, participant, job, eeg, channels, labels) : new TangentFeatures(algebra, eeg, channels, second);
        int[] candidates = job.Model == DecodingModel.FbCsp ? [.. Pairs.Where(k => 2 * k <= channels)] : [.. Dimensions.Where(k => k <= channels)];
        if (candidates.Length == 0) throw new InputDataException($"Participant {participant.Id}: {channels} channels are too few for a spatial decoder.");
        double[][] inner = [.. Enumerable.Range(0, trials).Select(_ => new double[candidates.Length])];
        for (int i = 0; i < trials; i++)
        {
            for (int j = i + 1; j < trials; j++)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var (held, c, right) in Inner(algebra, features, labels, candidates, i, j)) inner[held][c] += right / (trials - 1);
            }
            progress?.Report((i + 1.0) / trials);
        }
        int[] best = [.. inner.Select(row => Array.IndexOf(row, row.Max()))];
        var heldOut = new HeldOut[trials];
        for (int i = 0; i < trials; i++)
        {
            var (scores, _) = Scores(algebra, features.Of([i], candidates[best[i]]), labels, [i], i);
            heldOut[i] = new HeldOutLabel(scores, labels.TalkerOfClass[i], second);
        }
        string unit = job.Model == DecodingModel.FbCsp ? "pairs of filters" : "components";
        return new ModelOutcome(heldOut, [.. inner.Select(_ => double.NaN)], inner, [.. best.Select(b => $"{candidates[b]} {unit}")], new SolverReport(algebra.Name, 0, 0, 0, 0), null) { Flags = [GazeWarning] };
    }

    private static IEnumerable<(int Held, int Candidate, double Right)> Inner(DenseAlgebra algebra, ISpatialFeatures features, TrialLabels labels, int[] candidates, int i, int j)
    {
        for (int c = 0; c < candidates.Length; c++)
        {
            double[][][] rows = features.Of([i, j], candidates[c]);
            yield return (i, c, Scores(algebra, rows, labels, [i, j], j).Right);
            yield return (j, c, Scores(algebra, rows, labels, [i, j], i).Right);
        }
    }

    /// <param name="rows">[trial][second][feature]</param>
    /// <returns>[second × classes] of the tested trial, and the share of seconds that are right.</returns>
    private static (double[] Scores, double Right) Scores(DenseAlgebra algebra, double[][][] rows, TrialLabels labels, int[] left, int tested)
    {
        int classes = labels.Names.Length;
        var training = Enumerable.Range(0, rows.Length).Where(t => !left.Contains(t)).SelectMany(t => rows[t].Select(r => (Row: r, Label: labels.OfTrial[t]))).ToList();
        var model = ClassDiscriminant.Train(algebra, [.. training.Select(r => r.Row)], [.. training.Select(r => r.Label)], classes);
        double[] scores = [.. rows[tested].SelectMany(r => Enumerable.Range(0, classes).Select(c => model.Score(c, r)))];
        return (scores, (double)WindowScores.Correct(scores, classes, labels.OfTrial[tested]) / rows[tested].Length);
    }
}

/// <summary>Features whose filters are learned from all trials but those left out.</summary>
internal interface ISpatialFeatures
{
    /// <param name="size">The candidate of the inner loop.</param>
    /// <returns>[trial][second][feature] of all trials.</returns>
    double[][][] Of(int[] left, int size);
}
