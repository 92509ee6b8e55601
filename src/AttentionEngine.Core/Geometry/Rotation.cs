namespace AttentionEngine.Core.Geometry;

/// <summary>Unit quaternion (w, x, y, z). Named <c>toFromFrom</c>: <c>roomFromHead.Apply(vHead)</c> is the vector in ROOM.</summary>
public readonly record struct Rotation(double W, double X, double Y, double Z)
{
    public static readonly Rotation Identity = new(1, 0, 0, 0);

    public Rotation Inverse() => new(W, -X, -Y, -Z);

    public static Rotation operator *(Rotation a, Rotation b) => new(
        a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z,
        a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
        a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
        a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W);

    public Vector3D Apply(Vector3D v)
    {
        var q = new Vector3D(X, Y, Z);
        var t = 2 * q.Cross(v);
        return v + W * t + q.Cross(t);
    }

    public Rotation Normalized()
    {
        double n = Math.Sqrt(W * W + X * X + Y * Y + Z * Z);
        return n > 0 ? new Rotation(W / n, X / n, Y / n, Z / n) : Identity;
    }

    /// <summary>Yaw counter-clockwise about z, then pitch (up positive), then roll about x; radians.</summary>
    public static Rotation FromYawPitchRoll(double yawRad, double pitchRad = 0, double rollRad = 0)
    {
        var yaw = new Rotation(Math.Cos(yawRad / 2), 0, 0, Math.Sin(yawRad / 2));
        var pitch = new Rotation(Math.Cos(pitchRad / 2), 0, -Math.Sin(pitchRad / 2), 0); // up positive is about −y
        var roll = new Rotation(Math.Cos(rollRad / 2), Math.Sin(rollRad / 2), 0, 0);
        return yaw * pitch * roll;
    }
}

/// <summary>Position (m) and rotation of a frame in ROOM.</summary>
public readonly record struct Pose(Vector3D PositionRoomM, Rotation RoomFromFrame)
{
    /// <summary>A ROOM point in this frame, metres.</summary>
    public Vector3D ToFrame(Vector3D pointRoomM) => RoomFromFrame.Inverse().Apply(pointRoomM - PositionRoomM);
    public Vector3D ToRoom(Vector3D pointFrameM) => RoomFromFrame.Apply(pointFrameM) + PositionRoomM;
}
