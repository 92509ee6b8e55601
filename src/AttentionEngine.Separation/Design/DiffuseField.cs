using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Separation.Design;

/// <summary>Covariance of a spherically isotropic sound field of unit power at the head's centre.</summary>
internal static class DiffuseField
{
    private const int Directions = 256;

    /// <returns>[bins × M × M], bin-major: E[x xᴴ].</returns>
    public static Complex[] Covariance(SteeringVectors vectors)
    {
        int mics = vectors.Array.Count;
        var one = new Complex[vectors.Bins * mics];
        var sum = new Complex[vectors.Bins * mics * mics];
        for (int d = 0; d < Directions; d++)
        {
            vectors.Fill(Fibonacci(d), one);
            for (int b = 0; b < vectors.Bins; b++)
                for (int i = 0; i < mics; i++)
                    for (int j = 0; j < mics; j++)
                        sum[(b * mics + i) * mics + j] += one[b * mics + i] * Complex.Conjugate(one[b * mics + j]) / Directions;
        }
        return sum;
    }

    // Nearly uniform points on the sphere (golden spiral).
    private static Vector3D Fibonacci(int index)
    {
        double k = index + 0.5, z = 1 - 2 * k / Directions, r = Math.Sqrt(1 - z * z);
        var (s, c) = Core.Dsp.ExactMath.SinCos(Math.PI * (1 + Math.Sqrt(5)) * k);
        return new Vector3D(r * c, r * s, z);
    }
}
