namespace AttentionEngine.Core.Geometry;

/// <summary>A point or direction: x front, y left, z up, right-handed (the SOFA/AES69 convention). Metres where it is a point.</summary>
public readonly record struct Vector3D(double X, double Y, double Z)
{
    public static readonly Vector3D Zero = new(0, 0, 0);
    public static readonly Vector3D Front = new(1, 0, 0);
    public double Norm => Math.Sqrt(X * X + Y * Y + Z * Z);
    public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
    public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
    public static Vector3D operator -(Vector3D a) => new(-a.X, -a.Y, -a.Z);
    public static Vector3D operator *(double s, Vector3D a) => new(s * a.X, s * a.Y, s * a.Z);
    public double Dot(Vector3D b) => X * b.X + Y * b.Y + Z * b.Z;
    public Vector3D Cross(Vector3D b) => new(Y * b.Z - Z * b.Y, Z * b.X - X * b.Z, X * b.Y - Y * b.X);
    public Vector3D Normalized() { double n = Norm; return n > 0 ? (1 / n) * this : Front; }

    /// <summary>Great-circle angle to <paramref name="b"/>, radians in [0, π].</summary>
    public double AngleTo(Vector3D b) => Math.Atan2(Cross(b).Norm, Dot(b));

    public static Vector3D FromAzimuthElevation(double azimuthRad, double elevationRad = 0) =>
        new(Math.Cos(elevationRad) * Math.Cos(azimuthRad), Math.Cos(elevationRad) * Math.Sin(azimuthRad), Math.Sin(elevationRad));

    /// <summary>Counter-clockwise from front, left positive, radians in (−π, π].</summary>
    public double AzimuthRad => Math.Atan2(Y, X);

    /// <summary>Up positive, radians.</summary>
    public double ElevationRad => Math.Atan2(Z, Math.Sqrt(X * X + Y * Y));
}

public static class Angles
{
    public static double ToRadians(double degrees) => degrees * (Math.PI / 180);
    public static double ToDegrees(double radians) => radians * (180 / Math.PI);

    /// <summary>Wraps to (−π, π].</summary>
    public static double WrapRad(double angleRad) => Math.IEEERemainder(angleRad, 2 * Math.PI);
}
