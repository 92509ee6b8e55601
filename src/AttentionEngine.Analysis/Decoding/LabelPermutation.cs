using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The null of "which talker is attended does not matter": labels are drawn anew for whole trials, the decoders trained again (with the λ of
/// the true labels) and scored against the drawn labels. Weights are linear in the cross-covariances, so a draw is a sum of
/// predictions that were made once for each (trained trial, talker).
/// </summary>
internal sealed class LabelPermutation(DenseAlgebra algebra, EegParticipant participant, int channels, LagRange lags, int[] windowSamples)
{
    private const int DrawsAtOnce = 250;

    /// <summary>[window length][draw] windows that were right, summed over held-out trials.</summary>
    public int[][] Correct { get; private set; } = [];

    /// <param name="eeg">[trial][samples × channels]</param>
    /// <param name="sums">Per held-out trial: statistics of the other trials (their covariance).</param>
    /// <param name="cross">Per trial: statistics with all K envelopes as targets, the attended one first, about one origin.</param>
    /// <param name="diagonals">[trial] λ as added to the diagonal.</param>
    public void Run(double[][] eeg, Func<int, LaggedStatistics> sums, IReadOnlyList<LaggedStatistics> cross, double[] diagonals, int draws, SeededRandom random, CancellationToken cancel)
    {
        var trials = participant.Trials;
        var labels = new int[draws][];
        for (int d = 0; d < draws; d++) labels[d] = [.. trials.Select(t => random.Index(t.Envelopes.Length))];
        Correct = [.. windowSamples.Select(_ => new int[draws])];
        for (int held = 0; held < trials.Count; held++)
        {
            cancel.ThrowIfCancellationRequested();
            var (parts, offsets) = Parts(held, eeg[held], sums(held), cross, diagonals[held]);
            Score(held, parts, offsets, labels);
        }
    }

    /// <summary>Predictions for the held-out trial, one row for each (trained trial, talker) and sample.</summary>
    private (double[] Rows, int[] Offsets) Parts(int held, double[] eeg, LaggedStatistics sum, IReadOnlyList<LaggedStatistics> cross, double diagonal)
    {
        int n = sum.Columns, samples = eeg.Length / channels;
        var offsets = new int[cross.Count];
        int rows = 0;
        for (int t = 0; t < cross.Count; t++)
        {
            offsets[t] = rows;
            if (t != held) rows += cross[t].Targets;
        }
        var weights = new double[rows * n];
        for (int t = 0; t < cross.Count; t++)
            for (int k = 0; t != held && k < cross[t].Targets; k++)
            {
                var row = weights.AsSpan((offsets[t] + k) * n, n);
                cross[t].Cross.AsSpan(k * n, n).CopyTo(row);
                RowMath.AddScaled(-cross[t].TargetSums[k] / sum.Samples, sum.Sums, row);
            }
        var matrix = RidgeFit.CentredCovariance(sum);
        for (int i = 0; i < n; i++) matrix[i * n + i] += diagonal;
        if (!algebra.CholeskyFactor(matrix, n)) throw RidgeFit.Singular(diagonal, n);
        algebra.CholeskySolveRows(matrix, n, weights, rows);
        double[] bySample = new LinearModel(channels, lags, weights, new double[rows]).Predict(algebra, eeg);
        var byRow = new double[rows * samples];
        for (int i = 0; i < samples; i++)
            for (int r = 0; r < rows; r++) byRow[r * samples + i] = bySample[i * rows + r];
        return (byRow, offsets);
    }

    /// <summary>The attended envelope is target 0, the others follow in order.</summary>
    internal static int Row(EegTrial trial, int talker) => talker == trial.AttendedIndex ? 0 : talker < trial.AttendedIndex ? talker + 1 : talker;

    private void Score(int held, double[] parts, int[] offsets, int[][] labels)
    {
        var trial = participant.Trials[held];
        int samples = trial.Samples, rows = parts.Length / samples;
        for (int first = 0; first < labels.Length; first += DrawsAtOnce)
        {
            int count = Math.Min(DrawsAtOnce, labels.Length - first);
            var choice = new double[count * rows];
            for (int d = 0; d < count; d++)
                for (int t = 0; t < offsets.Length; t++)
                    if (t != held) choice[d * rows + offsets[t] + Row(participant.Trials[t], labels[first + d][t])] = 1;
            var predictions = new double[count * samples];
            algebra.Multiply(false, false, count, samples, rows, 1, choice, rows, parts, samples, 0, predictions, samples);
            for (int d = 0; d < count; d++)
                for (int w = 0; w < windowSamples.Length; w++)
                {
                    double[] r = Correlations.InWindows(predictions.AsSpan(d * samples, samples), trial.Envelopes, windowSamples[w]);
                    Correct[w][first + d] += WindowScores.Correct(r, trial.Envelopes.Length, labels[first + d][held]);
                }
        }
    }
}
