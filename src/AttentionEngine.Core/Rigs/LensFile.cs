using System.Globalization;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>What <c>attend calibrate RIG camera</c> measured (<c>schema: attend.lens/1</c>); a rig names the file as <c>ego_camera.lens_file</c>.</summary>
/// <param name="ReprojectionPx">Root mean square distance between corners seen and corners computed, pixels.</param>
/// <param name="Pictures">Used.</param>
/// <param name="CalibratedOn">yyyy-MM-dd.</param>
public sealed record LensFile(LensModel Lens, double ReprojectionPx, int Pictures, string CalibratedOn)
{
    public const string Schema = "attend.lens/1";

    /// <exception cref="Errors.ConfigurationException">Missing, or not such a file.</exception>
    public static LensFile Read(string file)
    {
        var map = YamlMap.Load(file, Schema);
        int width = map.Integer("width_px", 16, 8192), height = map.Integer("height_px", 16, 8192);
        double[] d = map.Numbers("distortion", 5, 5, -100, 100);
        var lens = new LensModel(width, height, map.Number("focal_x_px", 1, 1e5), map.Number("focal_y_px", 1, 1e5), map.Number("centre_x_px", 0, width), map.Number("centre_y_px", 0, height)) { K1 = d[0], K2 = d[1], P1 = d[2], P2 = d[3], K3 = d[4] };
        var read = new LensFile(lens, map.Number("reprojection_px", 0, 1e4), map.Integer("pictures", 1, 100000), RigReader.Day(map, "calibrated_on"));
        map.Done();
        return read;
    }

    /// <summary>Writes a new file; never over an old one.</summary>
    /// <exception cref="Errors.ConfigurationException">It exists, or cannot be made.</exception>
    public void Write(string file)
    {
        using var output = new NewFile(file);
        output.Append(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
            # Measured by `attend calibrate RIG camera`. Name this file in the rig: `ego_camera: lens_file: ..., rate_hz: ...`.
            # Pixels count from the top left corner of the picture: the centre of the first pixel is (0.5, 0.5).
            schema: {Schema}
            width_px: {Lens.WidthPx}
            height_px: {Lens.HeightPx}
            focal_x_px: {Lens.FocalXPx:F3}
            focal_y_px: {Lens.FocalYPx:F3}
            centre_x_px: {Lens.CentreXPx:F3}
            centre_y_px: {Lens.CentreYPx:F3}
            distortion: [{Lens.K1:G8}, {Lens.K2:G8}, {Lens.P1:G8}, {Lens.P2:G8}, {Lens.K3:G8}]
            reprojection_px: {ReprojectionPx:F4}
            pictures: {Pictures}
            calibrated_on: {CalibratedOn}

            """)));
    }
}
