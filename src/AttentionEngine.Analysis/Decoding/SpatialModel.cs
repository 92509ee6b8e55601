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

    public static ModelOutcome Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, HeldOutUnits units, double[][] eeg, int channels, IProgress<double>? progress, CancellationToken cancel)
    {
        int trials = units.Count, second = (int)Math.Round(participant.RateHz);
        var labels = TrialLabels.Of(participant.Trials);
        if (labels.Unusable() is { } why) throw new InputDataException($"Participant {participant.Id}: a spatial decoder has nothing to learn: {why}. Leave out --model {DecodingModels.NameOf(job.Model)}.");
        if (trials < 3 || eeg.Length < 4 || eeg.Any(e => e.Length / channels < second)) throw new InputDataException($"Participant {participant.Id}: a spatial decoder needs four trials of one second at least; there are {eeg.Length}.");
        var features = job.Model == DecodingModel.FbCsp ? (ISpatialFeatures)new CspFeatures(algebra, participant, job, eeg, channels, labels) : new TangentFeatures(algebra, eeg, channels, second);
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
            progress?.Report((i + 1.0) / trials);
        }
        int[] best = [.. inner.Select(row => Array.IndexOf(row, row.Max()))];
        var heldOut = new HeldOut[eeg.Length];
        for (int i = 0; i < trials; i++)
        {
            int[] left = units.TrialsOf(i);
            double[][] scores = Scores(algebra, features.Of(left, candidates[best[i]]), labels, left, left).Scores;
            for (int t = 0; t < left.Length; t++) heldOut[left[t]] = new HeldOutLabel(scores[t], labels.TalkerOfClass[left[t]], second);
        }
        string unit = job.Model == DecodingModel.FbCsp ? "pairs of filters" : "components";
        return new ModelOutcome(heldOut, [.. eeg.Select(_ => double.NaN)], [.. units.OfTrial.Select(u => inner[u])], [.. units.OfTrial.Select(u => $"{candidates[best[u]]} {unit}")], new SolverReport(algebra.Name, 0, 0, 0, 0), null) { Flags = [GazeWarning] };
    }

    private static IEnumerable<(int Held, int Candidate, double Right)> Inner(DenseAlgebra algebra, ISpatialFeatures features, TrialLabels labels, HeldOutUnits units, int[] candidates, int i, int j)
    {
        for (int c = 0; c < candidates.Length; c++)
        {
            int[] left = units.TrialsOf(i, j);
            double[][][] rows = features.Of(left, candidates[c]);
            yield return (i, c, Scores(algebra, rows, labels, left, units.TrialsOf(j)).Right);
            yield return (j, c, Scores(algebra, rows, labels, left, units.TrialsOf(i)).Right);
        }
    }

    /// <param name="rows">[trial][second][feature]</param>
    /// <returns>[tested trial][second × classes], and the share of seconds that are right.</returns>
    private static (double[][] Scores, double Right) Scores(DenseAlgebra algebra, double[][][] rows, TrialLabels labels, int[] left, int[] tested)
    {
        int classes = labels.Names.Length;
        var training = Enumerable.Range(0, rows.Length).Where(t => !left.Contains(t)).SelectMany(t => rows[t].Select(r => (Row: r, Label: labels.OfTrial[t]))).ToList();
        var model = ClassDiscriminant.Train(algebra, [.. training.Select(r => r.Row)], [.. training.Select(r => r.Label)], classes);
        double[][] scores = [.. tested.Select(t => rows[t].SelectMany(r => Enumerable.Range(0, classes).Select(c => model.Score(c, r))).ToArray())];
        return (scores, (double)tested.Select((t, i) => WindowScores.Correct(scores[i], classes, labels.OfTrial[t])).Sum() / tested.Sum(t => rows[t].Length));
    }
}

/// <summary>Features whose filters are learned from all trials but those left out.</summary>
internal interface ISpatialFeatures
{
    /// <param name="size">The candidate of the inner loop.</param>
    /// <returns>[trial][second][feature] of all trials.</returns>
    double[][][] Of(int[] left, int size);
}
