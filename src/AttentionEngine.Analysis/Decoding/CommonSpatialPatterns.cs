using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Common spatial patterns: filters w with the largest and the smallest w·A w / w·(A + B) w, the extreme eigenvectors after whitening with A + B
/// (Ramoser et al. 2000, IEEE Trans. Rehabil. Eng. 8:441).
/// </summary>
internal static class CommonSpatialPatterns
{
    /// <summary>Added to the diagonal, relative to its mean: an average reference has no full rank.</summary>
    private const double Ridge = 1e-4;

    /// <param name="a">[n × n] mean covariance of one class.</param>
    /// <param name="b">[n × n] of the other.</param>
    /// <returns>[2 × pairs][n] filters: largest, smallest, next largest, next smallest, …</returns>
    public static double[][] Filters(DenseAlgebra algebra, double[] a, double[] b, int n, int pairs)
    {
        var sum = (double[])a.Clone();
        RowMath.AddScaled(1, b, sum);
        double trace = 0;
        for (int i = 0; i < n; i++) trace += sum[i * n + i];
        for (int i = 0; i < n; i++) sum[i * n + i] += Ridge * trace / n;
        if (!algebra.CholeskyFactor(sum, n)) throw new InputDataException($"The covariance of {n} channels is singular: the data are too short or flat.");
        var white = (double[])a.Clone();
        algebra.CholeskyForwardRows(sum, n, white, n);
        Transpose(white, n);
        algebra.CholeskyForwardRows(sum, n, white, n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) white[i * n + j] = white[j * n + i] = (white[i * n + j] + white[j * n + i]) / 2;
        var values = new double[n];
        algebra.SymmetricEigen(white, n, values);
        return [.. Enumerable.Range(0, pairs).SelectMany(k => new[] { n - 1 - k, k }).Select(row => Back(sum, white.AsSpan(row * n, n), n))];
    }

    /// <summary>L⁻ᵀ q.</summary>
    private static double[] Back(double[] factor, ReadOnlySpan<double> q, int n)
    {
        double[] w = q.ToArray();
        for (int i = n - 1; i >= 0; i--)
        {
            w[i] /= factor[i * n + i];
            RowMath.AddScaled(-w[i], factor.AsSpan(i * n, i), w.AsSpan(0, i));
        }
        return w;
    }

    private static void Transpose(double[] a, int n)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) (a[i * n + j], a[j * n + i]) = (a[j * n + i], a[i * n + j]);
    }
}
