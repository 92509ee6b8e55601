using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The null of "which talker is attended does not matter": labels are drawn anew for whole trials, the decoders trained again (with the λ of
/// the true labels) and scored against the drawn labels. Weights are linear in the cross-covariances, so a draw is a sum of
/// predictions that were made once for each (trained trial, talker).
/// </summary>
internal sealed class LabelPermutation
{
    private const int DrawsAtOnce = 250;
    private readonly DenseAlgebra _algebra;
    private readonly EegParticipant _participant;
    private readonly int[] _windowSamples;
    private readonly int[][] _labels;

    public LabelPermutation(DenseAlgebra algebra, EegParticipant participant, int[] windowSamples, int draws, SeededRandom random)
    {
        (_algebra, _participant, _windowSamples) = (algebra, participant, windowSamples);
        _labels = Draw(participant.Trials, draws, random);
        Correct = [.. windowSamples.Select(_ => new int[draws])];
    }

    /// <summary>[window length][draw] windows that were right, summed over the held-out trials that were added.</summary>
    public int[][] Correct { get; }

    /// <returns>[draw][trial]</returns>
    public static int[][] Draw(IReadOnlyList<EegTrial> trials, int draws, SeededRandom random) => [.. Enumerable.Range(0, draws).Select(_ => trials.Select(t => random.Index(t.Envelopes.Length)).ToArray())];

    /// <summary>Scores all draws on trials that are held out together.</summary>
    /// <param name="sum">Statistics of the other trials (their covariance).</param>
    /// <param name="cross">Per trial: all K envelopes as targets, the attended one first, about one origin.</param>
    /// <param name="diagonal">λ as added to the diagonal.</param>
    public void Add(int[] held, ModelVariant variant, LaggedStatistics sum, IReadOnlyList<TrialCross> cross, double diagonal)
    {
        var (weights, offsets) = Weights(held, sum, cross, diagonal);
        foreach (int trial in held) Score(trial, Predictions(variant, trial, weights, sum.Columns), offsets);
    }

    /// <summary>One row of weights for each (trained trial, talker); offsets of trials that are held out are −1.</summary>
    private (double[] Rows, int[] Offsets) Weights(int[] held, LaggedStatistics sum, IReadOnlyList<TrialCross> cross, double diagonal)
    {
        int n = sum.Columns;
        var offsets = new int[cross.Count];
        int rows = 0;
        for (int t = 0; t < cross.Count; t++)
        {
            offsets[t] = held.Contains(t) ? -1 : rows;
            if (offsets[t] >= 0) rows += cross[t].Targets;
        }
        var weights = new double[rows * n];
        for (int t = 0; t < cross.Count; t++)
            for (int k = 0; offsets[t] >= 0 && k < cross[t].Targets; k++)
            {
                var row = weights.AsSpan((offsets[t] + k) * n, n);
                cross[t].Cross.AsSpan(k * n, n).CopyTo(row);
                RowMath.AddScaled(-cross[t].TargetSums[k] / sum.Samples, sum.Sums, row);
            }
        var matrix = RidgeFit.CentredCovariance(sum);
        for (int i = 0; i < n; i++) matrix[i * n + i] += diagonal;
        if (!_algebra.CholeskyFactor(matrix, n)) throw RidgeFit.Singular(diagonal, n);
        _algebra.CholeskySolveRows(matrix, n, weights, rows);
        return (weights, offsets);
    }

    /// <returns>[row × samples]</returns>
    private double[] Predictions(ModelVariant variant, int trial, double[] weights, int columns)
    {
        int rows = weights.Length / columns, samples = variant.Eeg[trial].Length / variant.Channels;
        double[] bySample = new LinearModel(variant.Channels, variant.Lags, weights, new double[rows]).Predict(_algebra, variant.Eeg[trial]);
        var byRow = new double[rows * samples];
        for (int i = 0; i < samples; i++)
            for (int r = 0; r < rows; r++) byRow[r * samples + i] = bySample[i * rows + r];
        return byRow;
    }

    /// <summary>The attended envelope is target 0, the others follow in order.</summary>
    internal static int Row(EegTrial trial, int talker) => talker == trial.AttendedIndex ? 0 : talker < trial.AttendedIndex ? talker + 1 : talker;

    private void Score(int held, double[] parts, int[] offsets)
    {
        var trial = _participant.Trials[held];
        int samples = trial.Samples, rows = parts.Length / samples;
        var windows = new WindowCorrelations(trial.Envelopes, _windowSamples);
        for (int first = 0; first < _labels.Length; first += DrawsAtOnce)
        {
            int count = Math.Min(DrawsAtOnce, _labels.Length - first);
            var choice = new double[count * rows];
            for (int d = 0; d < count; d++)
                for (int t = 0; t < offsets.Length; t++)
                    if (offsets[t] >= 0) choice[d * rows + offsets[t] + Row(_participant.Trials[t], _labels[first + d][t])] = 1;
            var predictions = new double[count * samples];
            _algebra.Multiply(false, false, count, samples, rows, 1, choice, rows, parts, samples, 0, predictions, samples);
            for (int d = 0; d < count; d++)
            {
                double[][] r = windows.Of(predictions.AsSpan(d * samples, samples));
                for (int w = 0; w < r.Length; w++) Correct[w][first + d] += WindowScores.Correct(r[w], trial.Envelopes.Length, _labels[first + d][held]);
            }
        }
    }
}

/// <summary>Cross-covariance of one trial with all its envelopes.</summary>
/// <param name="Cross">[K × n]</param>
/// <param name="Sums">[n] Σ x.</param>
/// <param name="TargetSums">[K]</param>
internal sealed record TrialCross(double[] Cross, double[] Sums, double[] TargetSums, int Samples)
{
    public int Targets => TargetSums.Length;

    public static TrialCross Of(LaggedStatistics s) => new([.. s.Cross], [.. s.Sums], [.. s.TargetSums], s.Samples);

    /// <summary>The same about another origin, as <see cref="LaggedStatistics.ShiftOrigin"/>.</summary>
    public TrialCross About(double[] means, double[] targetMeans)
    {
        int n = Sums.Length;
        double[] cross = [.. Cross];
        for (int q = 0; q < Targets; q++)
        {
            RowMath.AddScaled(-TargetSums[q] + Samples * targetMeans[q], means, cross.AsSpan(q * n, n));
            RowMath.AddScaled(-targetMeans[q], Sums, cross.AsSpan(q * n, n));
        }
        return this with { Cross = cross, TargetSums = [.. TargetSums.Select((s, q) => s - Samples * targetMeans[q])] };
    }
}
