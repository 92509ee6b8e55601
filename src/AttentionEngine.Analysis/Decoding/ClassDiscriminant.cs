using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Linear discriminant of several classes with equal priors and the pooled covariance shrunk towards a multiple of the identity (Ledoit and Wolf 2004).</summary>
/// <param name="Weights">[classes × features]</param>
/// <param name="Offsets">[classes] NaN: no rows of this class.</param>
internal sealed record ClassDiscriminant(double[] Weights, double[] Offsets)
{
    /// <summary>Log posterior of a class, up to what is common to all.</summary>
    public double Score(int c, ReadOnlySpan<double> row) => double.IsNaN(Offsets[c]) ? double.NegativeInfinity : RowMath.Dot(Weights.AsSpan(c * row.Length, row.Length), row) - Offsets[c];

    /// <param name="rows">[row][features]</param>
    public static ClassDiscriminant Train(DenseAlgebra algebra, IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, int classes)
    {
        int p = rows[0].Length;
        var means = new double[classes * p];
        var counts = new int[classes];
        for (int i = 0; i < rows.Count; i++)
        {
            counts[labels[i]]++;
            RowMath.AddScaled(1, rows[i], means.AsSpan(labels[i] * p, p));
        }
        for (int c = 0; c < classes; c++)
            foreach (ref double v in means.AsSpan(c * p, p)) v /= Math.Max(1, counts[c]);
        var centred = new double[rows.Count * p];
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].CopyTo(centred, i * p);
            RowMath.AddScaled(-1, means.AsSpan(labels[i] * p, p), centred.AsSpan(i * p, p));
        }
        double[] covariance = ShrinkageDiscriminant.ShrunkCovariance(algebra, centred, p), weights = (double[])means.Clone();
        if (!algebra.CholeskyFactor(covariance, p)) throw new ArgumentException("The features do not vary.", nameof(rows));
        algebra.CholeskySolveRows(covariance, p, weights, classes);
        return new(weights, [.. Enumerable.Range(0, classes).Select(c => counts[c] == 0 ? double.NaN : RowMath.Dot(weights.AsSpan(c * p, p), means.AsSpan(c * p, p)) / 2)]);
    }
}
