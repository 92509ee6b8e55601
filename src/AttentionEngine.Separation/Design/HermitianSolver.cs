using System.Numerics;

namespace AttentionEngine.Separation.Design;

/// <summary>Cholesky factorisation and solution of small Hermitian positive definite systems, in place and without allocation.</summary>
internal static class HermitianSolver
{
    /// <summary>Factorises A = L Lᴴ; the lower triangle of <paramref name="a"/> becomes L with the diagonal inverted.</summary>
    /// <param name="a">[n × n] row-major; only the lower triangle is read.</param>
    /// <returns>False when A is not positive definite to working precision.</returns>
    public static bool Factorise(Span<Complex> a, int n)
    {
        for (int j = 0; j < n; j++)
        {
            double diagonal = a[j * n + j].Real;
            for (int k = 0; k < j; k++) diagonal -= Norm(a[j * n + k]);
            if (!(diagonal > 0)) return false;
            double inverse = 1 / Math.Sqrt(diagonal);
            a[j * n + j] = inverse;
            for (int i = j + 1; i < n; i++)
            {
                Complex sum = a[i * n + j];
                for (int k = 0; k < j; k++) sum -= a[i * n + k] * Complex.Conjugate(a[j * n + k]);
                a[i * n + j] = sum * inverse;
            }
        }
        return true;
    }

    /// <summary>Solves A x = b with the result of <see cref="Factorise"/>; b becomes x.</summary>
    /// <param name="factor">[n × n].</param>
    /// <param name="b">[n].</param>
    public static void Solve(ReadOnlySpan<Complex> factor, int n, Span<Complex> b)
    {
        for (int i = 0; i < n; i++)
        {
            Complex sum = b[i];
            for (int k = 0; k < i; k++) sum -= factor[i * n + k] * b[k];
            b[i] = sum * factor[i * n + i].Real;
        }
        for (int i = n - 1; i >= 0; i--)
        {
            Complex sum = b[i];
            for (int k = i + 1; k < n; k++) sum -= Complex.Conjugate(factor[k * n + i]) * b[k];
            b[i] = sum * factor[i * n + i].Real;
        }
    }

    /// <summary>log det A from the factor.</summary>
    public static double LogDeterminant(ReadOnlySpan<Complex> factor, int n)
    {
        double product = 1;
        for (int i = 0; i < n; i++) product *= factor[i * n + i].Real;
        return -2 * Math.Log(product);
    }

    public static double Norm(Complex z) => z.Real * z.Real + z.Imaginary * z.Imaginary;
}
