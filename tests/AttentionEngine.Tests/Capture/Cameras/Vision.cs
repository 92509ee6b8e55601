using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Tests.Capture.Cameras;

/// <summary>What tests of cameras share: the library or a loud skip, and rendered chessboards of a known lens.</summary>
internal static class Vision
{
    public const int Columns = 7, Rows = 5;
    public const double SquareM = 0.03;

    public static void OrSkip()
    {
        if (VisionLibrary.Missing is { } missing) Assert.Skip($"NOT TESTED: {missing}");
    }

    public static LensModel Lens { get; } = new(400, 300, 420, 415, 207, 146) { K1 = -0.12, K2 = 0.05, P1 = 0.001, P2 = -0.0005 };

    /// <summary>[pixels × 4] rays of a lens, four to a pixel.</summary>
    public static Vector3D[] Rays(LensModel lens)
    {
        var rays = new Vector3D[lens.WidthPx * lens.HeightPx * 4];
        for (int y = 0; y < lens.HeightPx; y++)
            for (int x = 0; x < lens.WidthPx; x++)
                for (int s = 0; s < 4; s++) rays[(y * lens.WidthPx + x) * 4 + s] = lens.DirectionHead(x + 0.25 + 0.5 * (s % 2), y + 0.25 + 0.5 * (s / 2));
        return rays;
    }

    /// <summary>A chessboard at a distance, turned and shifted, as the lens of the rays sees it.</summary>
    public static byte[] Chessboard(Vector3D[] rays, double yawRad, double pitchRad, double distanceM, double leftM, double upM)
    {
        var turn = Rotation.FromYawPitchRoll(yawRad, pitchRad, 0.1);
        Vector3D normal = turn.Apply(Vector3D.Front), right = turn.Apply(new Vector3D(0, -1, 0)), down = turn.Apply(new Vector3D(0, 0, -1)), centre = new(distanceM, leftM, upM);
        var gray = new byte[rays.Length / 4];
        for (int i = 0; i < gray.Length; i++)
        {
            int sum = 0;
            for (int s = 0; s < 4; s++)
            {
                var ray = rays[4 * i + s];
                var at = centre.Dot(normal) / ray.Dot(normal) * ray - centre;
                double column = at.Dot(right) / SquareM + (Columns + 1) / 2.0, row = at.Dot(down) / SquareM + (Rows + 1) / 2.0;
                bool inside = column >= 0 && row >= 0 && column < Columns + 1 && row < Rows + 1;
                sum += inside && ((int)column + (int)row) % 2 == 0 ? 30 : 220;
            }
            gray[i] = (byte)(sum / 4);
        }
        return gray;
    }

    /// <summary>Pictures in poses that determine a lens.</summary>
    public static IEnumerable<byte[]> Poses(LensModel lens)
    {
        var rays = Rays(lens);
        foreach (var (yaw, pitch, left, up) in new[] { (0.0, 0.0, 0.0, 0.0), (0.5, 0.1, 0.05, 0.02), (-0.5, 0.1, -0.05, -0.03), (0.1, 0.5, 0.04, -0.03), (0.0, -0.5, -0.04, 0.03), (0.4, 0.4, 0.06, 0.04), (-0.4, -0.4, -0.06, -0.04), (0.4, -0.4, 0.06, -0.04), (-0.4, 0.4, -0.06, 0.04), (0.6, 0, 0, 0) })
            yield return Chessboard(rays, yaw, pitch, 0.42, left, up);
    }
}
