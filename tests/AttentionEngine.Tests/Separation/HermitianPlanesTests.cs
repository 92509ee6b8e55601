using System.Numerics;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Separation.Design;
using AttentionEngine.Separation.Design.Masks;

namespace AttentionEngine.Tests.Separation;

public class HermitianPlanesTests
{
    private const int Bins = 13;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Many_matrices_at_once_give_what_each_gives_alone(int n)
    {
        var random = new SeededRandom(7);
        var planes = new HermitianPlanes(n, Bins);
        double[] xRe = new double[n * planes.Stride], xIm = new double[n * planes.Stride], quadratic = new double[planes.Stride];
        var single = new Complex[Bins][];
        for (int b = 0; b < Bins; b++)
        {
            var g = new Complex[n * n];
            for (int i = 0; i < g.Length; i++) g[i] = new Complex(random.Normal(), random.Normal());
            single[b] = new Complex[n * n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    Complex sum = i == j ? 0.1 : 0;
                    for (int k = 0; k < n; k++) sum += g[i * n + k] * Complex.Conjugate(g[j * n + k]);
                    single[b][i * n + j] = sum;
                    int at = HermitianPlanes.Entry(i, j) * planes.Stride + b;
                    (planes.Re[at], planes.Im[at]) = (sum.Real, sum.Imaginary);
                }
                (xRe[i * planes.Stride + b], xIm[i * planes.Stride + b]) = (random.Normal(), random.Normal());
            }
        }
        for (int b = Bins; b < planes.Stride; b++) for (int i = 0; i < n; i++) planes.Re[HermitianPlanes.Entry(i, i) * planes.Stride + b] = 1;

        Assert.True(planes.Factorise());
        planes.Quadratic(xRe, xIm, quadratic);
        double[] sRe = [.. xRe], sIm = [.. xIm];
        planes.Solve(sRe, sIm);
        for (int b = 0; b < Bins; b++)
        {
            Assert.True(HermitianSolver.Factorise(single[b], n));
            var x = new Complex[n];
            for (int i = 0; i < n; i++) x[i] = new Complex(xRe[i * planes.Stride + b], xIm[i * planes.Stride + b]);
            Complex[] y = [.. x];
            HermitianSolver.Solve(single[b], n, y);
            double expected = 0;
            for (int i = 0; i < n; i++)
            {
                expected += (Complex.Conjugate(x[i]) * y[i]).Real;
                Assert.Equal(y[i].Real, sRe[i * planes.Stride + b], 1e-9 * (1 + y[i].Magnitude));
                Assert.Equal(y[i].Imaginary, sIm[i * planes.Stride + b], 1e-9 * (1 + y[i].Magnitude));
            }
            Assert.Equal(expected, quadratic[b], 1e-9 * (1 + expected));
        }
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_said()
    {
        var planes = new HermitianPlanes(2, Bins);
        planes.Load(1);
        planes.Re[HermitianPlanes.Entry(1, 0) * planes.Stride + 5] = 2;
        Assert.False(planes.Factorise());
    }
}
