using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Gaze;

/// <summary>Layouts in which eye trackers publish. Each says where its numbers have their origin: the traps are here and nowhere else.</summary>
public enum GazeLayout
{
    /// <summary>Ours: DirectionX, Y, Z in HEAD, Confidence.</summary>
    HeadDirection,

    /// <summary>Pupil Capture's LSL relay: 22 values, of which 0 is confidence, 1–2 norm_pos (origin at the <b>bottom</b> left), 3–5 gaze_point_3d in mm, camera axes (x right, y <b>down</b>, z forward). Missing: NaN.</summary>
    PupilCapture,

    /// <summary>Pupil Invisible and Neon relay: x, y in pixels of the scene camera, origin at the top left; the lens bends them.</summary>
    PupilRelay,

    /// <summary>Tobii Pro Glasses 3: Gaze2d x, y (normalised, origin at the top left), Gaze3d x, y, z in mm with x to the wearer's <b>left</b>, y up, z forward. Invalid: NaN.</summary>
    TobiiGlasses3,

    /// <summary>App-TobiiPro: left x, y, pupil, right x, y, pupil; x, y normalised on the screen, origin at the top left. Invalid: NaN.</summary>
    TobiiProScreen,
}

/// <summary>A pinhole with Brown's radial distortion; pixels from the top left, camera axes x right, y down, z forward.</summary>
/// <param name="K1">Of r².</param>
/// <param name="K2">Of r⁴.</param>
public sealed record SceneCamera(int WidthPx, int HeightPx, double FocalXPx, double FocalYPx, double CentreXPx, double CentreYPx, double K1, double K2, Rotation HeadFromCameraMount)
{
    /// <summary>Unit vector in HEAD of a pixel, the distortion undone by fixed-point iteration.</summary>
    public Vector3D DirectionHead(double xPx, double yPx)
    {
        double dx = (xPx - CentreXPx) / FocalXPx, dy = (yPx - CentreYPx) / FocalYPx, x = dx, y = dy;
        for (int i = 0; i < 12; i++)
        {
            double square = x * x + y * y, bend = 1 + square * (K1 + K2 * square);
            (x, y) = (dx / bend, dy / bend);
        }
        return FromCameraAxes(x, y, 1);
    }

    /// <summary>x right, y down, z forward → HEAD.</summary>
    public Vector3D FromCameraAxes(double x, double y, double z) => HeadFromCameraMount.Apply(new Vector3D(z, -x, -y)).Normalized();
}

/// <summary>A flat screen in ROOM.</summary>
/// <param name="TopLeftRoomM">Of the picture, metres.</param>
/// <param name="RightRoomM">From the top left to the top right.</param>
/// <param name="DownRoomM">From the top left to the bottom left.</param>
public sealed record ScreenPlane(Vector3D TopLeftRoomM, Vector3D RightRoomM, Vector3D DownRoomM)
{
    public Vector3D PointRoomM(double x, double y) => TopLeftRoomM + x * RightRoomM + y * DownRoomM;
}
