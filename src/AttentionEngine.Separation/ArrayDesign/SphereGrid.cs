using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Separation.ArrayDesign;

/// <summary>
/// Points on the sphere whose weighted mean integrates spherical harmonics exactly up to an order: Gauss-Legendre in the sine of the elevation,
/// equal steps in azimuth. (The beams' own 256 points are enough to design with, not to measure nearly singular fields with.)
/// </summary>
internal sealed class SphereGrid
{
    /// <param name="order">Highest order of a plane wave that matters, k · reach and some; products of two are integrated.</param>
    public SphereGrid(int order)
    {
        int rings = order + 1, around = 2 * order + 2;
        Directions = new Vector3D[rings * around];
        Weights = new double[rings * around];
        for (int i = 0; i < rings; i++)
        {
            var (z, weight) = Legendre(i, rings);
            double r = Math.Sqrt(Math.Max(0, 1 - z * z));
            for (int j = 0; j < around; j++)
            {
                var (s, c) = ExactMath.SinCos(2 * Math.PI * j / around);
                Directions[i * around + j] = new Vector3D(r * c, r * s, z);
                Weights[i * around + j] = weight / 2 / around;
            }
        }
    }

    /// <summary>Unit vectors.</summary>
    public Vector3D[] Directions { get; }

    /// <summary>Of each direction; sum 1.</summary>
    public double[] Weights { get; }

    // Node and weight of Gauss-Legendre quadrature by Newton's method.
    private static (double Node, double Weight) Legendre(int index, int count)
    {
        double x = ExactMath.SinCos(Math.PI * (index + 0.75) / (count + 0.5)).Cos, slope = 1;
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double p0 = 1, p1 = x;
            for (int n = 1; n < count; n++) (p0, p1) = (p1, ((2 * n + 1) * x * p1 - n * p0) / (n + 1));
            slope = count * (x * p1 - p0) / (x * x - 1);
            double step = p1 / slope;
            x -= step;
            if (Math.Abs(step) < 1e-15) break;
        }
        return (x, 2 / ((1 - x * x) * slope * slope));
    }
}
