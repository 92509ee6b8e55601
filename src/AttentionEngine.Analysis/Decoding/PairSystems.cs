namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The training sets of a nested leave-one-trial-out: all trials but two. Outer i with inner j is the same set as outer j with inner i, so
/// T (T − 1) / 2 pairs serve T (T − 1) inner folds.
/// </summary>
internal sealed class PairSystems
{
    /// <param name="trials">One entry per trial; taken over: their origin is moved to the mean of all samples.</param>
    public PairSystems(IReadOnlyList<LaggedStatistics> trials)
    {
        Trials = trials;
        Total = trials[0].Empty();
        foreach (var trial in trials) Total.Add(trial);
        Means = [.. Total.Sums.Select(s => s / Total.Samples)];
        // One origin for all talkers, so that labels can be exchanged.
        TargetMeans = [.. Total.TargetSums.Select(_ => Total.TargetSums[0] / Total.Samples)];
        foreach (var trial in trials) trial.ShiftOrigin(Means, TargetMeans);
        Total.ShiftOrigin(Means, TargetMeans);
        for (int i = 0; i < trials.Count; i++)
            for (int j = i + 1; j < trials.Count; j++) Pairs.Add((i, j));
    }

    public IReadOnlyList<LaggedStatistics> Trials { get; }
    public LaggedStatistics Total { get; }

    /// <summary>[n] of all samples, before the origin was moved there.</summary>
    public double[] Means { get; }

    /// <summary>[Q]</summary>
    public double[] TargetMeans { get; }

    public List<(int First, int Second)> Pairs { get; } = [];
    public int Columns => Total.Columns;

    /// <summary>Training samples of a pair.</summary>
    public int Samples(int pair) => Total.Samples - Trials[Pairs[pair].First].Samples - Trials[Pairs[pair].Second].Samples;

    /// <summary>Σ x over the training samples of a pair, about the mean of all: minus the sums of the two that are left out.</summary>
    /// <param name="sums">[n]</param>
    public void TrainingSums(int pair, Span<double> sums)
    {
        var (i, j) = Pairs[pair];
        sums.Clear();
        RowMath.AddScaled(-1, Trials[i].Sums, sums);
        RowMath.AddScaled(-1, Trials[j].Sums, sums);
    }

    /// <summary>Centred cross-covariance of the training samples with target 0.</summary>
    /// <param name="cross">[n]</param>
    public void TrainingCross(int pair, ReadOnlySpan<double> trainingSums, Span<double> cross)
    {
        var (i, j) = Pairs[pair];
        int n = Columns;
        Total.Cross.AsSpan(0, n).CopyTo(cross);
        RowMath.AddScaled(-1, Trials[i].Cross.AsSpan(0, n), cross);
        RowMath.AddScaled(-1, Trials[j].Cross.AsSpan(0, n), cross);
        RowMath.AddScaled((Trials[i].TargetSums[0] + Trials[j].TargetSums[0]) / Samples(pair), trainingSums, cross);
    }

    /// <summary>Mean of the diagonal of the centred Σ x xᵀ of a pair's training samples.</summary>
    public double MeanDiagonal(int pair, ReadOnlySpan<double> trainingSums)
    {
        var (i, j) = Pairs[pair];
        int n = Columns;
        double trace = 0;
        for (int k = 0; k < n; k++)
            trace += Total.Covariance[k * n + k] - Trials[i].Covariance[k * n + k] - Trials[j].Covariance[k * n + k] - trainingSums[k] * trainingSums[k] / Samples(pair);
        return trace / n;
    }

    /// <returns>Statistics of all trials but those named, about the mean of all.</returns>
    public LaggedStatistics Without(params ReadOnlySpan<int> left)
    {
        var sum = Total.Empty();
        sum.Add(Total);
        foreach (int t in left) sum.Subtract(Trials[t]);
        return sum;
    }
}
