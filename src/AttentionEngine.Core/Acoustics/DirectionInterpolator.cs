using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Core.Acoustics;

/// <summary>
/// Weights of measured directions for any direction: the smallest triangle of near neighbours around it (barycentric weights, exact at a
/// measured direction); at the edge of the measured part of the sphere, or where only one circle was measured, the two on either side;
/// else the nearest. No allocation per call. Immutable.
/// </summary>
internal sealed class DirectionInterpolator
{
    private const int Near = 10;
    private const double Inside = -1e-9, Flat = 1e-7, WidestRad = 50 * Math.PI / 180;
    private readonly Vector3D[] _directions;

    /// <param name="directions">Unit vectors, at least one.</param>
    public DirectionInterpolator(IReadOnlyList<Vector3D> directions) => _directions = [.. directions];

    /// <param name="direction">Unit vector.</param>
    /// <param name="indices">[3] of the directions in use.</param>
    /// <param name="weights">[3] ≥ 0, sum 1.</param>
    /// <returns>How many of them: 1 to 3.</returns>
    public int Fill(Vector3D direction, Span<int> indices, Span<double> weights)
    {
        Span<int> near = stackalloc int[Near];
        Span<double> cosine = stackalloc double[Near];
        int count = Nearest(direction, near, cosine);
        if (cosine[0] > 1 - 1e-12 || count == 1) { (indices[0], weights[0]) = (near[0], 1); return 1; }
        if (TryTriangle(direction, near[..count], indices, weights)) return 3;
        if (TryPair(direction, near[..count], indices, weights)) return 2;
        (indices[0], weights[0]) = (near[0], 1);
        return 1;
    }

    /// <summary>Angle from a direction to the nearest measured one, radians.</summary>
    public double GapRad(Vector3D direction)
    {
        Span<int> near = stackalloc int[Near];
        Span<double> cosine = stackalloc double[Near];
        Nearest(direction, near, cosine);
        return direction.AngleTo(_directions[near[0]]);
    }

    private int Nearest(Vector3D direction, Span<int> near, Span<double> cosine)
    {
        int count = 0;
        for (int i = 0; i < _directions.Length; i++)
        {
            double c = direction.Dot(_directions[i]);
            if (count == Near && c <= cosine[count - 1]) continue;
            int at = count < Near ? count++ : Near - 1;
            for (; at > 0 && cosine[at - 1] < c; at--) (near[at], cosine[at]) = (near[at - 1], cosine[at - 1]);
            (near[at], cosine[at]) = (i, c);
        }
        return count;
    }

    // d = w0 a + w1 b + w2 c by Cramer's rule; of the triangles that hold d, the one whose corners are nearest together.
    private bool TryTriangle(Vector3D d, ReadOnlySpan<int> near, Span<int> indices, Span<double> weights)
    {
        double best = Math.Cos(WidestRad) * 3;
        bool found = false;
        for (int i = 0; i < near.Length - 2; i++)
            for (int j = i + 1; j < near.Length - 1; j++)
                for (int k = j + 1; k < near.Length; k++)
                {
                    Vector3D a = _directions[near[i]], b = _directions[near[j]], c = _directions[near[k]];
                    double tightness = a.Dot(b) + b.Dot(c) + c.Dot(a);
                    if (tightness <= best) continue;
                    double determinant = a.Dot(b.Cross(c));
                    if (Math.Abs(determinant) < Flat) continue;
                    double u = d.Dot(b.Cross(c)) / determinant, v = d.Dot(c.Cross(a)) / determinant, w = d.Dot(a.Cross(b)) / determinant;
                    if (u < Inside || v < Inside || w < Inside) continue;
                    (best, found) = (tightness, true);
                    double sum = u + v + w;
                    (indices[0], indices[1], indices[2]) = (near[i], near[j], near[k]);
                    (weights[0], weights[1], weights[2]) = (Math.Max(0, u / sum), Math.Max(0, v / sum), Math.Max(0, w / sum));
                }
        return found;
    }

    // The pair whose arc passes nearest to d, d's foot lying between them; of equals, the tighter.
    private bool TryPair(Vector3D d, ReadOnlySpan<int> near, Span<int> indices, Span<double> weights)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < near.Length - 1; i++)
            for (int j = i + 1; j < near.Length; j++)
            {
                Vector3D a = _directions[near[i]], b = _directions[near[j]];
                double ab = a.Dot(b), da = d.Dot(a), db = d.Dot(b), square = 1 - ab * ab;
                if (square < Flat || ab < Math.Cos(WidestRad)) continue;
                double u = (da - ab * db) / square, v = (db - ab * da) / square; // least squares
                if (u < 0 || v < 0) continue;
                double away = (d - (u * a + v * b)).Norm + 0.01 * (1 - ab);
                if (away >= best) continue;
                best = away;
                (indices[0], indices[1]) = (near[i], near[j]);
                (weights[0], weights[1]) = (u / (u + v), v / (u + v));
            }
        return best < double.PositiveInfinity;
    }
}
