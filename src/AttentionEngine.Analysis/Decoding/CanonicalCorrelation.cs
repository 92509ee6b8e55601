using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Canonical correlation of EEG (with or without lags) and the lagged envelope (de Cheveigné et al. 2018, NeuroImage 172:206): pairs of
/// filters whose outputs correlate most. From covariances: C_xx = L_x L_xᵀ, C_yy = L_y L_yᵀ, singular values of L_x⁻¹ C_xy L_y⁻ᵀ.
/// </summary>
/// <param name="Correlation">[components] descending.</param>
/// <param name="First">[components × p] filters for x, outputs of unit power over the training samples.</param>
/// <param name="Second">[components × q] filters for y.</param>
public sealed record CanonicalCorrelation(double[] Correlation, double[] First, double[] Second)
{
    /// <param name="covarianceX">[p × p] Σ x xᵀ, positive definite (add a ridge where channels are sums of others).</param>
    /// <param name="covarianceY">[q × q] Σ y yᵀ</param>
    /// <param name="cross">[p × q] Σ x yᵀ</param>
    public static CanonicalCorrelation Of(DenseAlgebra algebra, ReadOnlySpan<double> covarianceX, int p, ReadOnlySpan<double> covarianceY, int q, ReadOnlySpan<double> cross)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        double[] lx = Factor(algebra, covarianceX, p, "EEG"), ly = Factor(algebra, covarianceY, q, "envelope");
        // Rows of C_xyᵀ are whitened by L_x, then, transposed, rows by L_y.
        double[] kt = Transposed(cross, p, q);
        algebra.CholeskyForwardRows(lx, p, kt, q);
        double[] k = Transposed(kt, q, p);
        algebra.CholeskyForwardRows(ly, q, k, p);

        // Eigenvectors of the smaller of K Kᵀ and Kᵀ K; the other side follows.
        bool wide = p <= q;
        int small = Math.Min(p, q);
        var gram = new double[small * small];
        algebra.Multiply(!wide, wide, small, small, Math.Max(p, q), 1, k, q, k, q, 0, gram, small);
        var values = new double[small];
        algebra.SymmetricEigen(gram, small, values);
        var correlation = new double[small];
        var near = new double[small * small];
        for (int c = 0; c < small; c++)
        {
            correlation[c] = Math.Sqrt(Math.Clamp(values[small - 1 - c], 0, 1));
            gram.AsSpan((small - 1 - c) * small, small).CopyTo(near.AsSpan(c * small, small));
        }
        var far = new double[small * Math.Max(p, q)];
        algebra.Multiply(false, !wide, small, Math.Max(p, q), small, 1, near, small, k, q, 0, far, Math.Max(p, q));
        for (int c = 0; c < small; c++)
            if (correlation[c] > 0)
                foreach (ref double v in far.AsSpan(c * Math.Max(p, q), Math.Max(p, q))) v /= correlation[c];
        double[] first = wide ? near : far, second = wide ? far : near;
        BackSubstitute(lx, p, first);
        BackSubstitute(ly, q, second);
        return new(correlation, first, second);
    }

    private static double[] Factor(DenseAlgebra algebra, ReadOnlySpan<double> covariance, int n, string what)
    {
        double[] factor = covariance.ToArray();
        if (!algebra.CholeskyFactor(factor, n)) throw new InputDataException($"The covariance of the {what} ({n} columns) is singular: a channel is a sum of others, or the data are too short. Drop one, or add a ridge.");
        return factor;
    }

    /// <summary>Every row u becomes L⁻ᵀ u.</summary>
    private static void BackSubstitute(double[] factor, int n, double[] rows)
    {
        for (int r = 0; r < rows.Length; r += n)
            for (int i = n - 1; i >= 0; i--)
            {
                double v = rows[r + i] /= factor[i * n + i];
                RowMath.AddScaled(-v, factor.AsSpan(i * n, i), rows.AsSpan(r, i));
            }
    }

    private static double[] Transposed(ReadOnlySpan<double> a, int rows, int columns)
    {
        var t = new double[rows * columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j];
        return t;
    }
}
