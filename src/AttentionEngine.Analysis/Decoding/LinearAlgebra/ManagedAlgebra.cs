using System.Numerics;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding.LinearAlgebra;

/// <summary>The same in plain C#, for machines without OpenBLAS: correct, and slow.</summary>
internal sealed unsafe class ManagedAlgebra : DenseAlgebra
{
    public override string Name => "managed code (OpenBLAS is not installed)";

    private protected override void Multiply(bool transposeA, bool transposeB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc)
    {
        // Rows of op(A) against rows of op(B)ᵀ, both made contiguous.
        var left = new double[k];
        double[]? columns = null;
        if (!transposeB)
        {
            columns = new double[(long)n * k];
            for (int i = 0; i < k; i++)
                for (int j = 0; j < n; j++) columns[(long)j * k + i] = b[(long)i * ldb + j];
        }
        fixed (double* pc = columns)
            for (int i = 0; i < m; i++)
            {
                for (int p = 0; p < k; p++) left[p] = transposeA ? a[(long)p * lda + i] : a[(long)i * lda + p];
                for (int j = 0; j < n; j++)
                {
                    double* row = transposeB ? b + (long)j * ldb : pc + (long)j * k;
                    double* at = c + (long)i * ldc + j;
                    *at = alpha * Dot(left, new ReadOnlySpan<double>(row, k)) + (beta == 0 ? 0 : beta * *at);
                }
            }
    }

    private protected override int Factor(int n, double* a)
    {
        for (int i = 0; i < n; i++)
        {
            double* row = a + (long)i * n;
            for (int j = 0; j <= i; j++)
            {
                double* other = a + (long)j * n;
                double v = row[j] - Dot(new ReadOnlySpan<double>(row, j), new ReadOnlySpan<double>(other, j));
                if (i > j) row[j] = v / other[j];
                else if (v > 0) row[i] = Math.Sqrt(v);
                else return i + 1;
            }
        }
        return 0;
    }

    private protected override void SolveRows(int rows, int n, double* factor, double* x)
    {
        ForwardRows(rows, n, factor, x);
        for (int r = 0; r < rows; r++)
        {
            double* b = x + (long)r * n;
            for (int i = n - 1; i >= 0; i--)
            {
                double* row = factor + (long)i * n;
                double v = b[i] /= row[i];
                for (int j = 0; j < i; j++) b[j] -= row[j] * v;
            }
        }
    }

    private protected override void ForwardRows(int rows, int n, double* factor, double* x)
    {
        for (int r = 0; r < rows; r++)
        {
            double* b = x + (long)r * n;
            for (int i = 0; i < n; i++)
            {
                double* row = factor + (long)i * n;
                b[i] = (b[i] - Dot(new ReadOnlySpan<double>(row, i), new ReadOnlySpan<double>(b, i))) / row[i];
            }
        }
    }

    /// <summary>Cyclic Jacobi rotations (Golub and Van Loan, §8.5).</summary>
    private protected override void Eigen(int n, double* a, double* values)
    {
        var v = new double[(long)n * n];
        for (int i = 0; i < n; i++) v[(long)i * n + i] = 1;
        double scale = 0;
        for (long i = 0; i < (long)n * n; i++) scale += a[i] * a[i];
        for (int sweep = 0; ; sweep++)
        {
            double off = 0;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < i; j++) off += a[(long)i * n + j] * a[(long)i * n + j];
            if (off <= 1e-30 * scale) break;
            if (sweep == 60) throw new InputDataException($"The eigenvalues of a {n} × {n} covariance did not converge. Are there values of wildly different size?");
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) Rotate(a, v, n, p, q);
        }
        var order = Enumerable.Range(0, n).ToArray();
        var diagonal = new double[n];
        for (int i = 0; i < n; i++) diagonal[i] = a[(long)i * n + i];
        Array.Sort(diagonal, order);
        for (int i = 0; i < n; i++)
        {
            values[i] = diagonal[i];
            for (int j = 0; j < n; j++) a[(long)i * n + j] = v[(long)order[i] * n + j];
        }
    }

    private static void Rotate(double* a, double[] v, int n, int p, int q)
    {
        double apq = a[(long)p * n + q];
        if (apq == 0) return;
        double theta = (a[(long)q * n + q] - a[(long)p * n + p]) / (2 * apq);
        double t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        for (int k = 0; k < n; k++)
        {
            double* row = a + (long)k * n;
            (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
        }
        double* rp = a + (long)p * n, rq = a + (long)q * n;
        for (int k = 0; k < n; k++)
        {
            (rp[k], rq[k]) = (c * rp[k] - s * rq[k], s * rp[k] + c * rq[k]);
            (v[(long)p * n + k], v[(long)q * n + k]) = (c * v[(long)p * n + k] - s * v[(long)q * n + k], s * v[(long)p * n + k] + c * v[(long)q * n + k]);
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector<double>.Zero;
        int i = 0, width = Vector<double>.Count;
        for (; i + width <= a.Length; i += width) sum += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
        double total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
