namespace AttentionEngine.Perception.Faces;

/// <summary>A face in a picture; pixels from the top left corner.</summary>
/// <param name="Score">How sure the detector is, 0 to 1.</param>
/// <param name="YawRad">Of the face to the camera's axis, 0 frontal, positive where it looks to the picture's left (the camera's left is positive, as everywhere); NaN where the detector says nothing.</param>
/// <param name="MouthXPx">Centre of the mouth.</param>
/// <param name="MouthYPx">Centre of the mouth.</param>
/// <param name="MouthWidthPx">From corner to corner.</param>
public readonly record struct FaceBox(double XPx, double YPx, double WidthPx, double HeightPx, double Score, double YawRad, double MouthXPx, double MouthYPx, double MouthWidthPx)
{
    public double CentreXPx => XPx + WidthPx / 2;
    public double CentreYPx => YPx + HeightPx / 2;

    /// <summary>Share of the union that both cover.</summary>
    public double Overlap(in FaceBox o)
    {
        double w = Math.Min(XPx + WidthPx, o.XPx + o.WidthPx) - Math.Max(XPx, o.XPx), h = Math.Min(YPx + HeightPx, o.YPx + o.HeightPx) - Math.Max(YPx, o.YPx);
        return w <= 0 || h <= 0 ? 0 : w * h / (WidthPx * HeightPx + o.WidthPx * o.HeightPx - w * h);
    }
}

/// <summary>Finds faces in one picture. One thread; nothing is allocated by us per picture.</summary>
public interface IFaceDetector : IDisposable
{
    string Name { get; }

    /// <param name="gray">[height × width].</param>
    /// <returns>Faces written, the surest first.</returns>
    int Find(ReadOnlySpan<byte> gray, int widthPx, int heightPx, Span<FaceBox> faces);
}
