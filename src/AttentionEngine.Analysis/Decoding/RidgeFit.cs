using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>What ridge regression punishes.</summary>
public enum RidgePenalty
{
    /// <summary>The size of every weight.</summary>
    Identity,

    /// <summary>
    /// Differences of neighbouring weights, as mTRF-Toolbox and mTRFpy do it: along the whole row of weights, so that the last channel of a lag
    /// is a neighbour of the first channel of the next.
    /// </summary>
    Tikhonov,
}

/// <summary>One model by a Cholesky factorisation of the centred normal equations; the bias is not punished.</summary>
public static class RidgeFit
{
    /// <param name="sum">Statistics summed over the training trials.</param>
    /// <param name="diagonal">λ as it is added to Σ x xᵀ, &gt; 0 (see <see cref="LambdaScale"/>).</param>
    /// <exception cref="InputDataException">The system is singular to rounding.</exception>
    public static LinearModel Solve(DenseAlgebra algebra, LaggedStatistics sum, double diagonal, RidgePenalty penalty = RidgePenalty.Identity)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        ArgumentNullException.ThrowIfNull(sum);
        return Solve(algebra, sum, CentredCovariance(sum), diagonal, penalty);
    }

    /// <summary>The same by ridge regression; the covariance of <paramref name="sum"/> is used up.</summary>
    internal static LinearModel SolveInPlace(DenseAlgebra algebra, LaggedStatistics sum, double diagonal)
    {
        for (int i = 0; i < sum.Columns; i++) RowMath.AddScaled(-sum.Sums[i] / sum.Samples, sum.Sums, sum.Covariance.AsSpan(i * sum.Columns, sum.Columns));
        return Solve(algebra, sum, sum.Covariance, diagonal, RidgePenalty.Identity);
    }

    private static LinearModel Solve(DenseAlgebra algebra, LaggedStatistics sum, double[] matrix, double diagonal, RidgePenalty penalty)
    {
        int n = sum.Columns;
        var weights = CentredCross(sum);
        AddPenalty(matrix, n, diagonal, penalty);
        if (!algebra.CholeskyFactor(matrix, n)) throw Singular(diagonal, n);
        algebra.CholeskySolveRows(matrix, n, weights, sum.Targets);
        if (weights.Any(w => !double.IsFinite(w))) throw Singular(diagonal, n);
        return new LinearModel(sum.Channels, sum.Lags, weights, Bias(sum, weights));
    }

    /// <summary>Mean over targets of target − weights · regressor.</summary>
    internal static double[] Bias(LaggedStatistics sum, ReadOnlySpan<double> weights)
    {
        int n = sum.Columns;
        var bias = new double[sum.Targets];
        for (int q = 0; q < bias.Length; q++) bias[q] = (sum.TargetSums[q] - RowMath.Dot(weights.Slice(q * n, n), sum.Sums)) / sum.Samples;
        return bias;
    }

    /// <returns>[n × n] Σ x xᵀ − (Σ x)(Σ x)ᵀ / N.</returns>
    internal static double[] CentredCovariance(LaggedStatistics sum)
    {
        int n = sum.Columns;
        var matrix = (double[])sum.Covariance.Clone();
        for (int i = 0; i < n; i++) RowMath.AddScaled(-sum.Sums[i] / sum.Samples, sum.Sums, matrix.AsSpan(i * n, n));
        return matrix;
    }

    /// <returns>[Q × n]</returns>
    internal static double[] CentredCross(LaggedStatistics sum)
    {
        int n = sum.Columns;
        var cross = (double[])sum.Cross.Clone();
        for (int q = 0; q < sum.Targets; q++) RowMath.AddScaled(-sum.TargetSums[q] / sum.Samples, sum.Sums, cross.AsSpan(q * n, n));
        return cross;
    }

    /// <summary>Mean of the diagonal of the centred Σ x xᵀ: the unit of our own λ.</summary>
    public static double MeanDiagonal(LaggedStatistics sum)
    {
        int n = sum.Columns;
        double trace = 0;
        for (int i = 0; i < n; i++) trace += sum.Covariance[i * n + i] - sum.Sums[i] * sum.Sums[i] / sum.Samples;
        return trace / n;
    }

    private static void AddPenalty(double[] matrix, int n, double diagonal, RidgePenalty penalty)
    {
        for (int i = 0; i < n; i++)
        {
            bool end = i == 0 || i == n - 1;
            matrix[i * n + i] += penalty == RidgePenalty.Tikhonov && end ? diagonal / 2 : diagonal;
            if (penalty != RidgePenalty.Tikhonov || i == 0) continue;
            matrix[i * n + i - 1] -= diagonal / 2;
            matrix[(i - 1) * n + i] -= diagonal / 2;
        }
    }

    internal static InputDataException Singular(double diagonal, int n) =>
        new(FormattableString.Invariant($"The covariance of the training data ({n} columns) plus {diagonal:g3} on its diagonal is singular. Channels that are sums of others (an average reference) need a larger ridge parameter: raise the smallest λ."));
}
