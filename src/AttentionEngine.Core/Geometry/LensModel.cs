namespace AttentionEngine.Core.Geometry;

/// <summary>
/// A lens and where it sits on the head: pinhole with Brown's distortion (k1, k2, k3 radial, p1, p2 tangential, as OpenCV). Pixels from the picture's top
/// left corner, x right, y down: the centre of the first pixel is (0.5, 0.5). CAMERA axes are x front, y left, z up.
/// </summary>
public sealed record LensModel(int WidthPx, int HeightPx, double FocalXPx, double FocalYPx, double CentreXPx, double CentreYPx)
{
    private const int Iterations = 20;

    public double K1 { get; init; }
    public double K2 { get; init; }
    public double P1 { get; init; }
    public double P2 { get; init; }
    public double K3 { get; init; }
    public Rotation HeadFromCamera { get; init; } = Rotation.Identity;
    public Vector3D PositionHeadM { get; init; } = Vector3D.Zero;

    public static LensModel Pinhole(int widthPx, int heightPx, double focalPx) => new(widthPx, heightPx, focalPx, focalPx, widthPx * 0.5, heightPx * 0.5);

    /// <summary>Unit vector in HEAD axes, from the camera, of a pixel; the distortion is undone by fixed-point iteration.</summary>
    public Vector3D DirectionHead(double xPx, double yPx)
    {
        double dx = (xPx - CentreXPx) / FocalXPx, dy = (yPx - CentreYPx) / FocalYPx, x = dx, y = dy;
        for (int i = 0; i < Iterations; i++)
        {
            double square = x * x + y * y, bend = 1 + square * (K1 + square * (K2 + square * K3));
            (x, y) = ((dx - 2 * P1 * x * y - P2 * (square + 2 * x * x)) / bend, (dy - P1 * (square + 2 * y * y) - 2 * P2 * x * y) / bend);
        }
        return HeadFromCamera.Apply(new Vector3D(1, -x, -y)).Normalized();
    }

    /// <param name="pointHeadM">In HEAD, metres.</param>
    /// <param name="depthM">Along the camera's axis.</param>
    /// <returns>False when it is behind the camera; it may still lie outside the picture.</returns>
    public bool TryProject(Vector3D pointHeadM, out double xPx, out double yPx, out double depthM)
    {
        var p = HeadFromCamera.Inverse().Apply(pointHeadM - PositionHeadM);
        depthM = p.X;
        xPx = yPx = double.NaN;
        if (!(p.X > 1e-6)) return false;
        double x = -p.Y / p.X, y = -p.Z / p.X, square = x * x + y * y, bend = 1 + square * (K1 + square * (K2 + square * K3));
        xPx = CentreXPx + FocalXPx * (x * bend + 2 * P1 * x * y + P2 * (square + 2 * x * x));
        yPx = CentreYPx + FocalYPx * (y * bend + P1 * (square + 2 * y * y) + 2 * P2 * x * y);
        return true;
    }
}
