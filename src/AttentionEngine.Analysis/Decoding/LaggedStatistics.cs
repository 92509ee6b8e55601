using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// What linear models need of one trial: n = M · L columns (M channels at L shifts, zeros outside the trial), Q targets. The lagged matrix
/// is never formed: L products of M × M give one block per diagonal, and the others follow from it by taking the sample that leaves
/// and adding the one that enters (rank one). Exact at the edges.
/// </summary>
public sealed class LaggedStatistics
{
    private LaggedStatistics(int channels, LagRange lags, int targets, int samples)
    {
        (Channels, Lags, Targets, Samples) = (channels, lags, targets, samples);
        Covariance = new double[(long)Columns * Columns];
        Sums = new double[Columns];
        Cross = new double[targets * Columns];
        TargetSums = new double[targets];
        TargetSquares = new double[targets];
    }

    public int Channels { get; }
    public LagRange Lags { get; }
    public int Targets { get; }
    public int Samples { get; private set; }

    /// <summary>n = M · L.</summary>
    public int Columns => Channels * Lags.Count;

    /// <summary>[n × n] Σ x xᵀ.</summary>
    public double[] Covariance { get; }

    /// <summary>[n] Σ x.</summary>
    public double[] Sums { get; }

    /// <summary>[Q × n] Σ y xᵀ, a row per target.</summary>
    public double[] Cross { get; }

    /// <summary>[Q] Σ y.</summary>
    public double[] TargetSums { get; }

    /// <summary>[Q] Σ y².</summary>
    public double[] TargetSquares { get; }

    /// <param name="regressor">[samples × M] row-major.</param>
    /// <param name="targets">[samples × Q] row-major.</param>
    public static LaggedStatistics Of(DenseAlgebra algebra, ReadOnlySpan<double> regressor, int channels, ReadOnlySpan<double> targets, int targetCount, LagRange lags)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        int samples = regressor.Length / channels;
        if (regressor.Length != samples * channels || targets.Length != samples * targetCount)
            throw new ArgumentException($"{regressor.Length} values of the regressor and {targets.Length} of the targets are not the same samples × {channels} and × {targetCount}.", nameof(targets));
        var statistics = new LaggedStatistics(channels, lags, targetCount, samples);
        statistics.FillCovariance(algebra, regressor);
        statistics.FillCross(algebra, regressor, targets);
        return statistics;
    }

    /// <summary>An empty one of the same size.</summary>
    public LaggedStatistics Empty() => new(Channels, Lags, Targets, 0);

    /// <summary>Adds another trial's.</summary>
    public void Add(LaggedStatistics other) => Add(other, 1);

    /// <summary>Takes away a trial's that were added before.</summary>
    public void Subtract(LaggedStatistics other) => Add(other, -1);

    private void Add(LaggedStatistics other, int sign)
    {
        RowMath.AddScaled(sign, other.Covariance, Covariance);
        RowMath.AddScaled(sign, other.Sums, Sums);
        RowMath.AddScaled(sign, other.Cross, Cross);
        RowMath.AddScaled(sign, other.TargetSums, TargetSums);
        RowMath.AddScaled(sign, other.TargetSquares, TargetSquares);
        Samples += sign * other.Samples;
    }

    /// <summary>The statistics of x − <paramref name="means"/> and y − <paramref name="targetMeans"/>, in place.</summary>
    /// <param name="means">[n]</param>
    /// <param name="targetMeans">[Q]</param>
    public void ShiftOrigin(ReadOnlySpan<double> means, ReadOnlySpan<double> targetMeans)
    {
        int n = Columns;
        for (int q = 0; q < Targets; q++)
        {
            double m = targetMeans[q];
            var row = Cross.AsSpan(q * n, n);
            RowMath.AddScaled(-TargetSums[q] + Samples * m, means, row);
            RowMath.AddScaled(-m, Sums, row);
            TargetSquares[q] += m * (Samples * m - 2 * TargetSums[q]);
            TargetSums[q] -= Samples * m;
        }
        for (int i = 0; i < n; i++)
        {
            var row = Covariance.AsSpan(i * n, n);
            RowMath.AddScaled(Samples * means[i] - Sums[i], means, row);
            RowMath.AddScaled(-means[i], Sums, row);
        }
        RowMath.AddScaled(-Samples, means, Sums);
    }

    private void FillCovariance(DenseAlgebra algebra, ReadOnlySpan<double> x)
    {
        int m = Channels, n = Columns, last = Lags.Count - 1;
        for (int d = 0; d <= last; d++)
        {
            int from = Math.Max(0, Lags.LastShift), to = Math.Min(Samples - 1 + Lags.LastShift, Samples - 1 - d);
            if (to >= from)
                algebra.Multiply(true, false, m, m, to - from + 1, 1, x[(from * m)..], m, x[((from + d) * m)..], m, 0, Covariance.AsSpan(Block(last, last - d)), n);
            for (int i = last - 1; i >= d; i--)
            {
                CopyBlock(Block(i + 1, i + 1 - d), Block(i, i - d));
                int leaves = Lags.Shift(i + 1), enters = Samples + leaves;
                if (leaves >= 0 && leaves + d < Samples) AddOuter(-1, x.Slice(leaves * m, m), x.Slice((leaves + d) * m, m), Block(i, i - d));
                if (enters >= 0 && enters + d < Samples) AddOuter(1, x.Slice(enters * m, m), x.Slice((enters + d) * m, m), Block(i, i - d));
            }
        }
        for (int i = 0; i < n; i++)
            for (int j = i / m * m - 1; j >= 0; j--) Covariance[j * n + i] = Covariance[i * n + j];
    }

    private void FillCross(DenseAlgebra algebra, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        int m = Channels, q = Targets;
        for (int b = 0; b < Lags.Count; b++)
        {
            int shift = Lags.Shift(b), from = Math.Max(0, -shift), to = Math.Min(Samples - 1, Samples - 1 - shift);
            if (to < from) continue;
            algebra.Multiply(true, false, q, m, to - from + 1, 1, y[(from * q)..], q, x[((from + shift) * m)..], m, 0, Cross.AsSpan(b * m), Columns);
            for (int t = from + shift; t <= to + shift; t++) RowMath.AddScaled(1, x.Slice(t * m, m), Sums.AsSpan(b * m, m));
        }
        for (int t = 0; t < Samples; t++)
            for (int k = 0; k < q; k++)
            {
                TargetSums[k] += y[t * q + k];
                TargetSquares[k] += y[t * q + k] * y[t * q + k];
            }
    }

    private int Block(int row, int column) => (row * Columns + column) * Channels;

    private void CopyBlock(int from, int to)
    {
        for (int r = 0; r < Channels; r++) Covariance.AsSpan(from + r * Columns, Channels).CopyTo(Covariance.AsSpan(to + r * Columns, Channels));
    }

    private void AddOuter(double sign, ReadOnlySpan<double> left, ReadOnlySpan<double> right, int block)
    {
        for (int r = 0; r < left.Length; r++) RowMath.AddScaled(sign * left[r], right, Covariance.AsSpan(block + r * Columns, Channels));
    }
}
