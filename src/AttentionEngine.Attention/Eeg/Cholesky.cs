using System.Runtime.Intrinsics;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Attention.Eeg;

/// <summary>Symmetric positive definite systems in FP64, in a fixed order of operations: same bits on any processor.</summary>
internal static class Cholesky
{
    /// <summary>Solves A x = b in place.</summary>
    /// <param name="a">[n × n] row-major, symmetric; overwritten by the lower factor.</param>
    /// <param name="b">[n], becomes x.</param>
    public static void Solve(Span<double> a, Span<double> b, int n)
    {
        for (int i = 0; i < n; i++)
        {
            var row = a.Slice(i * n, n);
            for (int j = 0; j <= i; j++)
            {
                double v = row[j] - FixedOrderDot.Of(row[..j], a.Slice(j * n, j));
                if (i > j) row[j] = v / a[j * n + j];
                else if (v > 0) row[i] = Math.Sqrt(v);
                else throw new InputDataException($"The covariance of the training EEG is singular at row {i} of {n}: raise the ridge parameter or drop repeated channels.");
            }
        }
        for (int i = 0; i < n; i++) b[i] = (b[i] - FixedOrderDot.Of(a.Slice(i * n, i), b[..i])) / a[i * n + i];
        for (int i = n - 1; i >= 0; i--)
        {
            double x = b[i] /= a[i * n + i];
            for (int j = 0; j < i; j++) b[j] -= a[i * n + j] * x;
        }
    }
}

/// <summary>Dot products with four FP64 lanes and a fixed reduction.</summary>
internal static class FixedOrderDot
{
    public static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector256<double> s0 = default, s1 = default;
        int i = 0;
        for (; i + 8 <= a.Length; i += 8)
        {
            s0 += Vector256.Create(a.Slice(i, 4)) * Vector256.Create(b.Slice(i, 4));
            s1 += Vector256.Create(a.Slice(i + 4, 4)) * Vector256.Create(b.Slice(i + 4, 4));
        }
        s0 += s1;
        double sum = s0[0] + s0[2] + (s0[1] + s0[3]);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>The same over FP32 values, products and sums in FP64.</summary>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<double> s0 = default, s1 = default;
        int i = 0;
        for (; i + 8 <= a.Length; i += 8)
        {
            var (al, ah) = Vector256.Widen(Vector256.Create(a.Slice(i, 8)));
            var (bl, bh) = Vector256.Widen(Vector256.Create(b.Slice(i, 8)));
            s0 += al * bl;
            s1 += ah * bh;
        }
        s0 += s1;
        double sum = s0[0] + s0[2] + (s0[1] + s0[3]);
        for (; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
