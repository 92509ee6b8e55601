using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <summary>
/// Luminance of one face on a grid that is fixed to the face, so that two pictures can be compared although the head, and
/// with it the camera, has turned in between: [rows × columns] samples each for the mouth region and the upper face.
/// </summary>
internal sealed class FacePatch
{
    private const int Columns = 10, Rows = 6;
    private const double HalfWidthM = 0.04;           // mouth and eyes fit in 8 cm
    private const double MouthHalfHeightM = 0.025;
    private const double UpperCentreM = HeadCamera.MouthBelowFaceCentreM + 0.03; // eyes and brow, above the mouth
    private const double UpperHalfHeightM = 0.03;

    private readonly float[] _mouth = new float[Rows * Columns], _upper = new float[Rows * Columns];

    /// <summary>Fills the patch; false when the face is not wholly in the picture.</summary>
    public bool TryFill(VideoFrame frame, FaceInPicture face)
    {
        if (!IsInside(frame, face)) return false;
        Sample(frame, face.MouthXPx, face.MouthYPx, HalfWidthM * face.PxPerM, MouthHalfHeightM * face.PxPerM, _mouth);
        Sample(frame, face.MouthXPx, face.MouthYPx - UpperCentreM * face.PxPerM, HalfWidthM * face.PxPerM, UpperHalfHeightM * face.PxPerM, _upper);
        return true;
    }

    /// <summary>Mean absolute difference to an earlier patch of the same face, grey levels of 255.</summary>
    public (double Mouth, double Upper) DifferenceTo(FacePatch earlier) => (MeanAbsolute(_mouth, earlier._mouth), MeanAbsolute(_upper, earlier._upper));

    private static bool IsInside(VideoFrame frame, FaceInPicture face)
    {
        double halfWidth = HalfWidthM * face.PxPerM;
        double top = face.MouthYPx - (UpperCentreM + UpperHalfHeightM) * face.PxPerM, bottom = face.MouthYPx + MouthHalfHeightM * face.PxPerM;
        return face.MouthXPx - halfWidth >= 0.5 && face.MouthXPx + halfWidth <= frame.WidthPx - 0.5 && top >= 0.5 && bottom <= frame.HeightPx - 0.5;
    }

    private static void Sample(VideoFrame frame, double centreXPx, double centreYPx, double halfWidthPx, double halfHeightPx, float[] grid)
    {
        for (int row = 0; row < Rows; row++)
            for (int column = 0; column < Columns; column++)
                grid[row * Columns + column] = Bilinear(frame,
                    centreXPx + halfWidthPx * ((2 * column + 1.0) / Columns - 1) - 0.5, // pixel centres lie at integers + 0.5
                    centreYPx + halfHeightPx * ((2 * row + 1.0) / Rows - 1) - 0.5);
    }

    private static float Bilinear(VideoFrame frame, double x, double y)
    {
        int x0 = Math.Clamp((int)Math.Floor(x), 0, frame.WidthPx - 2), y0 = Math.Clamp((int)Math.Floor(y), 0, frame.HeightPx - 2);
        double fx = Math.Clamp(x - x0, 0, 1), fy = Math.Clamp(y - y0, 0, 1);
        ReadOnlySpan<byte> top = frame.Gray.Slice(y0 * frame.WidthPx + x0, 2), bottom = frame.Gray.Slice((y0 + 1) * frame.WidthPx + x0, 2);
        return (float)((1 - fy) * ((1 - fx) * top[0] + fx * top[1]) + fy * ((1 - fx) * bottom[0] + fx * bottom[1]));
    }

    private static double MeanAbsolute(float[] a, float[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum / a.Length;
    }
}
