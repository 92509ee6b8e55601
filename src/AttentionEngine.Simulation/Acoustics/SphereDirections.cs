using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>Directions spread evenly over the sphere (Fibonacci lattice).</summary>
public static class SphereDirections
{
    /// <returns>[count] unit vectors.</returns>
    public static Vector3D[] Fibonacci(int count)
    {
        var directions = new Vector3D[count];
        double golden = Math.PI * (1 + Math.Sqrt(5));
        for (int k = 0; k < count; k++)
        {
            double z = 1 - 2 * (k + 0.5) / count, r = Math.Sqrt(1 - z * z);
            var (s, c) = ExactMath.SinCos(golden * (k + 0.5));
            directions[k] = new Vector3D(r * c, r * s, z);
        }
        return directions;
    }

    /// <summary>Index of the direction nearest to <paramref name="direction"/>.</summary>
    public static int Nearest(ReadOnlySpan<Vector3D> directions, Vector3D direction)
    {
        int best = 0;
        double bestDot = double.NegativeInfinity;
        for (int i = 0; i < directions.Length; i++)
        {
            double dot = directions[i].Dot(direction);
            if (dot > bestDot) (best, bestDot) = (i, dot);
        }
        return best;
    }
}
