using System.Numerics;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>Measured electrode positions about the middle of the head: their file's origin often lies between the ears, well below it.</summary>
internal static class ElectrodeSphere
{
    private const int Fewest = 6;
    private const double SmallestM = 0.05, LargestM = 0.15;

    /// <summary>Positions relative to the centre of the best sphere; as they are where none of a head's size fits.</summary>
    public static IReadOnlyList<Vector3?> Centred(IReadOnlyList<Vector3?> positionsM)
    {
        var known = positionsM.OfType<Vector3>().ToList();
        if (known.Count < Fewest || Centre(known) is not { } centre) return positionsM;
        double radius = known.Average(p => (p - centre).Length());
        return radius is < SmallestM or > LargestM ? positionsM : [.. positionsM.Select(p => p - centre)];
    }

    /// <summary>Least squares of 2 p·c + s = |p|², s = R² − |c|², by elimination on the 4 × 4 normal equations.</summary>
    private static Vector3? Centre(List<Vector3> points)
    {
        var a = new double[4, 5];
        foreach (var p in points)
        {
            double[] row = [2 * p.X, 2 * p.Y, 2 * p.Z, 1, p.LengthSquared()];
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 5; j++) a[i, j] += row[i] * row[j];
        }
        for (int c = 0; c < 4; c++)
        {
            int pivot = Enumerable.Range(c, 4 - c).MaxBy(r => Math.Abs(a[r, c]));
            if (Math.Abs(a[pivot, c]) < 1e-12) return null; // all in one plane
            for (int j = 0; j < 5; j++) (a[pivot, j], a[c, j]) = (a[c, j], a[pivot, j]);
            for (int r = 0; r < 4; r++)
            {
                double factor = r == c ? 0 : a[r, c] / a[c, c];
                for (int j = c; j < 5; j++) a[r, j] -= factor * a[c, j];
            }
        }
        return new Vector3((float)(a[0, 4] / a[0, 0]), (float)(a[1, 4] / a[1, 1]), (float)(a[2, 4] / a[2, 2]));
    }
}
