using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class AlgebraTests
{
    public static TheoryData<bool> Backends => new() { false, true };

    private static DenseAlgebra Backend(bool managed)
    {
        if (managed) return new ManagedAlgebra();
        if (GoldenSet.Algebra is ManagedAlgebra) Assert.Skip("NOT TESTED: OpenBLAS is not installed.");
        return GoldenSet.Algebra;
    }

    private static double[] Positive(int n)
    {
        var random = new SeededRandom(11);
        double[] b = [.. Enumerable.Range(0, n * n).Select(_ => random.Normal())];
        var a = new double[n * n];
        new ManagedAlgebra().Multiply(false, true, n, n, n, 1, b, n, b, n, 0, a, n);
        for (int i = 0; i < n; i++) a[i * n + i] += 1;
        return a;
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Products_of_whole_numbers_are_exact(bool transposeA, bool transposeB)
    {
        double[] a = [1, 2, 3, 4, 5, 6], b = [1, -1, 2, 0, 3, 1];
        foreach (var algebra in new[] { GoldenSet.Algebra, new ManagedAlgebra() })
        {
            double[] c = [1, 1, 1, 1];
            algebra.Multiply(transposeA, transposeB, 2, 2, 3, 2, a, transposeA ? 2 : 3, b, transposeB ? 3 : 2, 10, c, 2);
            for (int i = 0; i < 2; i++)
                for (int j = 0; j < 2; j++)
                {
                    double sum = 0;
                    for (int k = 0; k < 3; k++) sum += (transposeA ? a[k * 2 + i] : a[i * 3 + k]) * (transposeB ? b[j * 3 + k] : b[k * 2 + j]);
                    Assert.Equal(2 * sum + 10, c[i * 2 + j]);
                }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_factor_solves_rows(bool managed)
    {
        var algebra = Backend(managed);
        int n = 40;
        double[] a = Positive(n), factor = [.. a];
        Assert.True(algebra.CholeskyFactor(factor, n));
        double[] x = [.. Enumerable.Range(0, 3 * n).Select(i => Math.Sin(i))], b = new double[3 * n];
        algebra.Multiply(false, false, 3, n, n, 1, x, n, a, n, 0, b, n);
        algebra.CholeskySolveRows(factor, n, b, 3);
        Assert.InRange(GoldenSet.RelativeError(b, x), 0, 1e-10);
        a[5 * n + 5] = -1;
        Assert.False(algebra.CholeskyFactor(a, n));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Eigenvectors_put_the_matrix_together(bool managed)
    {
        var algebra = Backend(managed);
        int n = 24;
        double[] a = Positive(n), vectors = [.. a], values = new double[n];
        algebra.SymmetricEigen(vectors, n, values);
        Assert.Equal(values.Order(), values);
        var together = new double[n * n];
        for (int e = 0; e < n; e++)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) together[i * n + j] += values[e] * vectors[e * n + i] * vectors[e * n + j];
        Assert.InRange(GoldenSet.RelativeError(together, a), 0, 1e-12);
    }

    [Fact]
    public void Sizes_are_checked()
    {
        var algebra = new ManagedAlgebra();
        Assert.Throws<ArgumentException>(() => algebra.Multiply(false, false, 2, 2, 2, 1, new double[3], 2, new double[4], 2, 0, new double[4], 2));
        Assert.Throws<ArgumentException>(() => algebra.CholeskyFactor(new double[8], 3));
    }

    /// <summary>A processor newer than the library must not get the kernels of 2004, whose sums depend on where the arrays lie.</summary>
    [Fact]
    public void The_kernels_are_those_of_the_processor()
    {
        if (GoldenSet.Algebra is not OpenBlas || !System.Runtime.Intrinsics.X86.Avx2.IsSupported || Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is { Length: > 0 }) Assert.Skip("NOT TESTED: no OpenBLAS, no AVX2, or its kernels are chosen in the environment.");
        Assert.Contains(System.Runtime.Intrinsics.X86.Avx512DQ.IsSupported ? "SkylakeX" : "Haswell", GoldenSet.Algebra.Name, StringComparison.OrdinalIgnoreCase);
    }
}
