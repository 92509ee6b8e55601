using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Capture.Cameras;

/// <param name="ReprojectionPx">Root mean square distance between corners seen and computed, all pictures.</param>
/// <param name="FocalSdPx">Standard deviation of the focal length, from the fit.</param>
/// <param name="ViewPx">[pictures] the same distance for each.</param>
public sealed record LensFit(LensModel Lens, double ReprojectionPx, double FocalSdPx, IReadOnlyList<double> ViewPx);

/// <param name="ReprojectionPx">Root mean square distance between corners seen and where the lens puts them, the boards' poses fitted.</param>
/// <param name="FarthestDeg">Largest difference in direction from the lens that the same pictures give; NaN where they do not determine one.</param>
/// <param name="Fits">Whether both are small.</param>
public sealed record LensCheck(double ReprojectionPx, double FarthestDeg, bool Fits);

/// <summary>A lens from pictures of a chessboard, and a given lens checked against such pictures.</summary>
/// <param name="columns">Inner corners in a row of the board.</param>
/// <param name="rows">Inner corners in a column.</param>
/// <param name="squareM">Side of a square, metres.</param>
public sealed unsafe class LensCalibrator(int columns, int rows, double squareM)
{
    /// <summary>Fewest pictures with the whole board.</summary>
    public const int FewestPictures = 6;

    private const int PicturesForK3 = 12;
    private const double MostFocalSd = 0.01, MostReprojectionShare = 1.0 / 640; // of the focal length; of the width
    private const double FocalOff = 1.1, LeastRise = 2.5, MostDeg = 1;           // a focal length 10 % off must show
    private readonly List<float> _corners = [];
    private int _widthPx, _heightPx;

    /// <summary>Pictures with the whole board.</summary>
    public int Found { get; private set; }

    /// <summary>Pictures looked at.</summary>
    public int Looked { get; private set; }

    /// <summary>Largest reprojection error that a right lens leaves on pictures like those added, pixels.</summary>
    public double MostReprojectionPx => _widthPx * MostReprojectionShare;

    /// <returns>Whether the whole board was found.</returns>
    /// <exception cref="InputDataException">Another size than the pictures before.</exception>
    public bool Add(ReadOnlySpan<byte> gray, int widthPx, int heightPx)
    {
        VisionLibrary.Require();
        if (gray.Length != widthPx * heightPx) throw new ArgumentException($"{gray.Length} pixels are not {widthPx}x{heightPx}.", nameof(gray));
        if (Looked > 0 && (widthPx != _widthPx || heightPx != _heightPx)) throw new InputDataException($"a picture is {widthPx}x{heightPx} px after others of {_widthPx}x{_heightPx} px; expected one size, that of the camera in use.");
        (_widthPx, _heightPx) = (widthPx, heightPx);
        Looked++;
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        var corners = new float[2 * columns * rows];
        VisionResult result;
        fixed (byte* pixels = gray)
        fixed (float* to = corners) result = CameraNative.FindCorners(pixels, widthPx, heightPx, columns, rows, to, message, VisionLibrary.MessageBytes);
        VisionLibrary.Check(result, "chessboard", VisionLibrary.Text(message));
        if (result != VisionResult.Ok) return false;
        _corners.AddRange(corners);
        Found++;
        return true;
    }

    /// <exception cref="InputDataException">Too few pictures, or pictures that do not determine the lens.</exception>
    public LensFit Calibrate()
    {
        Enough(FewestPictures);
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        var views = new double[Found];
        double* sd = stackalloc double[4];
        CameraNative.Lens lens;
        double error;
        fixed (float* corners = _corners.ToArray())
        fixed (double* view = views)
            VisionLibrary.Check(CameraNative.Calibrate(Found, columns, rows, squareM, corners, _widthPx, _heightPx, Found >= PicturesForK3 ? 1 : 0, out lens, out error, sd, view, message, VisionLibrary.MessageBytes), "calibration", VisionLibrary.Text(message));
        var fit = new LensFit(ToModel(lens), error, Math.Max(sd[0], sd[1]), views);
        // Boards that are all parallel fit any focal length as well: the fit's own standard deviation does not show that.
        double off = Reproject(fit.Lens with { FocalXPx = FocalOff * fit.Lens.FocalXPx, FocalYPx = FocalOff * fit.Lens.FocalYPx });
        if (!(fit.FocalSdPx <= MostFocalSd * fit.Lens.FocalXPx) || !(off >= LeastRise * error))
            throw new InputDataException(FormattableString.Invariant($"the pictures do not determine the lens: focal length {fit.Lens.FocalXPx:F0} +- {fit.FocalSdPx:F1} px, and one 10 % longer leaves {off:F3} px in place of {error:F3}. Take pictures with the board tilted by 20 to 45 degrees to all sides, near and far, also at the picture's edges."));
        if (error > MostReprojectionPx)
            throw new InputDataException(FormattableString.Invariant($"the corners are {error:F2} px from where the lens puts them, at most {MostReprojectionPx:F2} px is accepted; worst picture {views.Max():F2} px. Is the board flat and still, and are {columns} x {rows} its inner corners?"));
        return fit;
    }

    /// <summary>A lens that is given, against the corners and against the lens that they give. A wrong centre shows only in the second: the boards' poses take it up.</summary>
    public LensCheck Check(LensModel lens)
    {
        ArgumentNullException.ThrowIfNull(lens);
        Enough(1);
        if (lens.WidthPx != _widthPx || lens.HeightPx != _heightPx) throw new InputDataException($"the pictures are {_widthPx}x{_heightPx} px, the lens is that of {lens.WidthPx}x{lens.HeightPx} px.");
        double error = Reproject(lens), farthest = Found >= FewestPictures ? Farthest(lens with { HeadFromCamera = Rotation.Identity }, Calibrate().Lens) : double.NaN;
        return new LensCheck(error, farthest, error <= MostReprojectionPx && !(farthest > MostDeg));
    }

    /// <summary>Largest angle between two lenses' directions, degrees, over the picture but its outer tenth.</summary>
    private static double Farthest(LensModel a, LensModel b)
    {
        double worst = 0;
        for (double x = 0.1; x < 0.95; x += 0.1)
            for (double y = 0.1; y < 0.95; y += 0.1)
                worst = Math.Max(worst, Angles.ToDegrees(a.DirectionHead(x * a.WidthPx, y * a.HeightPx).AngleTo(b.DirectionHead(x * a.WidthPx, y * a.HeightPx))));
        return worst;
    }

    private double Reproject(LensModel lens)
    {
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        var views = new double[Found];
        var native = ToNative(lens);
        double error;
        fixed (float* corners = _corners.ToArray())
        fixed (double* view = views)
            VisionLibrary.Check(CameraNative.Reproject(Found, columns, rows, squareM, corners, native, out error, view, message, VisionLibrary.MessageBytes), "reprojection", VisionLibrary.Text(message));
        return error;
    }

    private void Enough(int fewest)
    {
        if (Found < fewest)
            throw new InputDataException($"{Found} of {Looked} pictures show a whole chessboard of {columns} x {rows} inner corners; at least {fewest} are needed. Is --board right (inner corners, not squares), and the board sharp, wholly in the picture and with a white margin?");
    }

    // OpenCV counts from the centre of the first pixel, we from its corner.
    private LensModel ToModel(in CameraNative.Lens l) => new(_widthPx, _heightPx, l.FocalXPx, l.FocalYPx, l.CentreXPx + 0.5, l.CentreYPx + 0.5) { K1 = l.K1, K2 = l.K2, P1 = l.P1, P2 = l.P2, K3 = l.K3 };

    private static CameraNative.Lens ToNative(LensModel l) => new() { FocalXPx = l.FocalXPx, FocalYPx = l.FocalYPx, CentreXPx = l.CentreXPx - 0.5, CentreYPx = l.CentreYPx - 0.5, K1 = l.K1, K2 = l.K2, P1 = l.P1, P2 = l.P2, K3 = l.K3 };
}
