using System.Globalization;
using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Calibrations;

/// <param name="Pictures">A folder of pictures, a video, or a camera.</param>
/// <param name="Board">Inner corners, such as 9x6.</param>
/// <param name="Check">Only check the rig's lens.</param>
/// <param name="File">For the lens; null: RIG.lens.yaml beside the rig.</param>
internal sealed record CameraCalibrationRequest(string Pictures, string Board, double SquareMm, bool Check, string? File, double Seconds);

/// <summary><c>attend calibrate RIG camera</c>: the lens of the ego camera from pictures of a chessboard, or the rig's lens checked on them.</summary>
internal static class CameraCalibration
{
    private const double ApartS = 0.5; // of pictures taken from a video
    private const int MostPictures = 60;

    public static int Execute(Rig rig, CameraCalibrationRequest request, bool json, CancellationToken cancellation)
    {
        var (columns, rows) = Board(request.Board);
        string file = Path.GetFullPath(request.File ?? Path.ChangeExtension(rig.FilePath, ".lens.yaml"));
        if (!request.Check && Path.Exists(file)) throw new ConfigurationException($"{file} exists, and calibrations are never overwritten. Move it away, or give another --out.");
        if (request.Check && rig.EgoCamera is null) throw new ConfigurationException($"{rig.FilePath} has no `ego_camera`, so there is no lens to check.");
        var calibrator = new LensCalibrator(columns, rows, request.SquareMm * 1e-3);
        Look(calibrator, CameraSource.Parse(request.Pictures), request.Seconds, cancellation);
        if (request.Check) return Check(rig, calibrator, json);
        var fit = calibrator.Calibrate();
        new LensFile(fit.Lens, fit.ReprojectionPx, calibrator.Found, TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Write(file);
        if (json) JsonOutput.Print(new { Schema = "attend.calibrate-camera/1", Rig = rig.Name, Pictures = calibrator.Found, calibrator.Looked, fit.ReprojectionPx, fit.FocalSdPx, WorstPicturePx = fit.ViewPx.Max(), fit.Lens.FocalXPx, fit.Lens.FocalYPx, fit.Lens.CentreXPx, fit.Lens.CentreYPx, Distortion = new[] { fit.Lens.K1, fit.Lens.K2, fit.Lens.P1, fit.Lens.P2, fit.Lens.K3 }, File = file });
        else Console.Out.WriteLine(FormattableString.Invariant($"{calibrator.Found} of {calibrator.Looked} pictures: focal length {fit.Lens.FocalXPx:F1} x {fit.Lens.FocalYPx:F1} px (+- {fit.FocalSdPx:F2}), centre {fit.Lens.CentreXPx:F1}, {fit.Lens.CentreYPx:F1} px, reprojection {fit.ReprojectionPx:F3} px, worst picture {fit.ViewPx.Max():F3} px\nwritten to {file}"));
        if (rig.EgoCamera?.Measured is null) Console.Error.WriteLine(FormattableString.Invariant($"attend: to use it: `ego_camera: {{ lens_file: {Path.GetRelativePath(Path.GetDirectoryName(rig.FilePath)!, file)}, rate_hz: {rig.EgoCamera?.RateHz ?? 25} }}` in {rig.FilePath}"));
        return ExitCode.Ok;
    }

    private static int Check(Rig rig, LensCalibrator calibrator, bool json)
    {
        var check = calibrator.Check(rig.EgoCamera!.Lens);
        string said = FormattableString.Invariant($"reprojection {check.ReprojectionPx:F3} px (at most {calibrator.MostReprojectionPx:F2}), {(double.IsNaN(check.FarthestDeg) ? "too few pictures for a lens of their own to compare with" : FormattableString.Invariant($"directions up to {check.FarthestDeg:F2} degrees from those of the lens that these pictures give (at most 1)"))}");
        if (json) JsonOutput.Print(new { Schema = "attend.calibrate-camera/1", Rig = rig.Name, Pictures = calibrator.Found, calibrator.Looked, check.ReprojectionPx, calibrator.MostReprojectionPx, FarthestDeg = double.IsNaN(check.FarthestDeg) ? (double?)null : check.FarthestDeg, check.Fits });
        else Console.Out.WriteLine($"{calibrator.Found} of {calibrator.Looked} pictures: with the rig's lens {said}");
        return check.Fits ? ExitCode.Ok
            : throw new InputDataException($"the lens in {rig.FilePath} does not fit this camera: {said}. Calibrate it: attend calibrate {Path.GetFileName(rig.FilePath)} camera --pictures FOLDER --board 9x6 --square-mm 25");
    }

    private static void Look(LensCalibrator calibrator, CameraSource source, double seconds, CancellationToken cancellation)
    {
        using var reader = source.Open();
        var gray = new byte[reader.WidthPx * reader.HeightPx];
        double nextS = double.NegativeInfinity, endS = double.NaN;
        while (calibrator.Found < MostPictures && reader.TryRead(gray, out var frame))
        {
            cancellation.ThrowIfCancellationRequested();
            if (source.IsLive && !(frame.TimeS < (double.IsNaN(endS) ? endS = frame.TimeS + seconds : endS))) break;
            if (source.Kind != CameraKind.Pictures && frame.TimeS < nextS) continue;
            calibrator.Add(gray, reader.WidthPx, reader.HeightPx);
            nextS = frame.TimeS + ApartS;
        }
    }

    private static (int Columns, int Rows) Board(string text)
    {
        string[] parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rows) && columns is >= 3 and <= 64 && rows is >= 3 and <= 64
            ? (columns, rows) : throw new ConfigurationException($"--board is `{text}`, expected inner corners as COLUMNSxROWS, each 3 to 64: 9x6 for a board of 10 by 7 squares.");
    }
}
