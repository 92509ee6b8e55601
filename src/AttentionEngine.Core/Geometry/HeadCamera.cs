using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Core.Geometry;

/// <summary>Where a talker's face lies in the ego camera's picture, pixels.</summary>
/// <param name="MouthXPx">Centre of the mouth, to the right.</param>
/// <param name="MouthYPx">Centre of the mouth, downward.</param>
/// <param name="PxPerM">Pixels per metre at the talker's depth: a length at the face × this is its length in the picture.</param>
public readonly record struct FaceInPicture(double MouthXPx, double MouthYPx, double PxPerM);

/// <summary>
/// The pinhole camera fixed to the head, looking along head x: pixel x = width/2 − f·Y/X, y = height/2 − f·Z/X
/// (pixel x to the right, y down; pixel centres at integers + 0.5). The renderer and perception share this file.
/// </summary>
public static class HeadCamera
{
    /// <summary>Chin to crown of an adult, metres (anthropometric mean).</summary>
    public const double FaceHeightM = 0.23;

    /// <summary>Width of the face, metres.</summary>
    public const double FaceWidthM = 0.16;

    /// <summary>A talker's position is the mouth; the centre of the face lies this far above it, metres.</summary>
    public const double MouthBelowFaceCentreM = 0.06;

    /// <summary>Nearest depth at which a face is looked for, metres.</summary>
    public const double NearestDepthM = 0.2;

    /// <param name="mouthHeadM">The talker's mouth in HEAD, metres.</param>
    /// <returns>False when it is behind the camera or nearer than <see cref="NearestDepthM"/>; it may still lie outside the picture.</returns>
    public static bool TryProject(CameraModel camera, Vector3D mouthHeadM, out FaceInPicture face)
    {
        face = default;
        if (!(mouthHeadM.X >= NearestDepthM)) return false;
        double pxPerM = camera.FocalPx / mouthHeadM.X;
        face = new FaceInPicture(camera.WidthPx * 0.5 - pxPerM * mouthHeadM.Y, camera.HeightPx * 0.5 - pxPerM * mouthHeadM.Z, pxPerM);
        return true;
    }
}
