using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Two-class linear discriminant with equal priors and the pooled covariance shrunk towards a multiple of the identity (Ledoit and Wolf 2004,
/// J. Multivariate Analysis 88:365).
/// </summary>
/// <param name="Weights">[features]</param>
internal sealed record ShrinkageDiscriminant(double[] Weights, double Threshold)
{
    /// <summary>Class 1 rather than class 0.</summary>
    public bool IsSecond(ReadOnlySpan<double> features) => RowMath.Dot(Weights, features) > Threshold;

    /// <param name="rows">[row][features]</param>
    /// <param name="second">[row] whether it is of class 1; both classes must be there.</param>
    public static ShrinkageDiscriminant Train(DenseAlgebra algebra, IReadOnlyList<double[]> rows, IReadOnlyList<bool> second)
    {
        int p = rows[0].Length;
        double[][] means = [new double[p], new double[p]];
        int[] counts = [second.Count(s => !s), second.Count(s => s)];
        if (counts[0] == 0 || counts[1] == 0) throw new ArgumentException("One of the two classes has no rows.", nameof(second));
        for (int i = 0; i < rows.Count; i++) RowMath.AddScaled(1.0 / counts[second[i] ? 1 : 0], rows[i], means[second[i] ? 1 : 0]);
        var centred = new double[rows.Count * p];
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].CopyTo(centred, i * p);
            RowMath.AddScaled(-1, means[second[i] ? 1 : 0], centred.AsSpan(i * p, p));
        }
        double[] covariance = ShrunkCovariance(algebra, centred, p);
        var weights = new double[p];
        RowMath.AddScaled(1, means[1], weights);
        RowMath.AddScaled(-1, means[0], weights);
        if (!algebra.CholeskyFactor(covariance, p)) throw new ArgumentException("The features do not vary.", nameof(rows));
        algebra.CholeskySolveRows(covariance, p, weights, 1);
        return new(weights, (RowMath.Dot(weights, means[0]) + RowMath.Dot(weights, means[1])) / 2);
    }

    /// <param name="centred">[rows × p]</param>
    /// <returns>[p × p]</returns>
    internal static double[] ShrunkCovariance(DenseAlgebra algebra, double[] centred, int p)
    {
        var (s, shrinkage, mean) = Intensity(algebra, centred, p);
        for (int i = 0; i < s.Length; i++) s[i] *= 1 - shrinkage;
        for (int i = 0; i < p; i++) s[i * p + i] += shrinkage * mean;
        return s;
    }

    /// <returns>[p × p] as it is, how far it is to be drawn towards the identity, and the mean of its diagonal.</returns>
    internal static (double[] Covariance, double Shrinkage, double Mean) Intensity(DenseAlgebra algebra, double[] centred, int p)
    {
        int count = centred.Length / p;
        var s = new double[p * p];
        algebra.Multiply(true, false, p, p, count, 1.0 / count, centred, p, centred, p, 0, s, p);
        double trace = 0, squares = RowMath.Dot(s, s), fourth = 0;
        for (int i = 0; i < p; i++) trace += s[i * p + i];
        for (int i = 0; i < count; i++)
        {
            double power = RowMath.Dot(centred.AsSpan(i * p, p), centred.AsSpan(i * p, p));
            fourth += power * power;
        }
        double mean = trace / p, spread = squares - p * mean * mean, error = (fourth - count * squares) / ((double)count * count);
        return (s, spread > 0 ? Math.Clamp(error / spread, 0, 1) : 1, mean);
    }
}
