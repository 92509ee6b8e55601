using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>How faces are found in camera pictures.</summary>
/// <param name="Detector">cascade (OpenCV's, frontal) or yunet (an ONNX file with YuNet's interface).</param>
/// <param name="Model">Cascade XML or ONNX file; null: the frontal cascade of Debian's opencv-data.</param>
/// <param name="SmallestPx">Height of the smallest face that is looked for.</param>
/// <param name="LeastScore">yunet: score from which a box counts, 0 to 1.</param>
public sealed record FaceSettings(string Detector = "cascade", string? Model = null, int SmallestPx = 48, double LeastScore = 0.6);

/// <summary>Reads the camera groups of a rig: <c>ego_camera</c>, <c>faces</c>, and the lens file that <c>attend calibrate RIG camera</c> writes.</summary>
internal static class CameraReader
{
    public static CameraModel Read(YamlMap root, YamlMap map)
    {
        string? lensFile = map.Has("lens_file") ? root.ResolvePath(map.Text("lens_file")) : null;
        double rateHz = map.Number("rate_hz", 1, 240);
        var mount = Rotation.FromYawPitchRoll(Rad(map, "mount_yaw_deg"), Rad(map, "mount_pitch_deg"), Rad(map, "mount_roll_deg"));
        var position = map.Has("mount_position_m") ? map.Point("mount_position_m", 1) : Vector3D.Zero;
        bool mounted = mount != Rotation.Identity || position != Vector3D.Zero;
        CameraModel camera;
        if (lensFile is null)
        {
            camera = new CameraModel(map.Integer("width_px", 16, 8192), map.Integer("height_px", 16, 8192), map.Number("focal_px", 1, 1e5), rateHz);
            if (mounted) camera = camera with { Measured = camera.Lens with { HeadFromCamera = mount, PositionHeadM = position } };
        }
        else
        {
            var lens = LensFile.Read(lensFile).Lens;
            foreach (var (key, value) in new[] { ("width_px", lens.WidthPx), ("height_px", lens.HeightPx) })
                if (map.Has(key) && map.Integer(key, 16, 8192) is var given && given != value)
                    throw map.Error(key, $"is {given}, but the lens was measured on pictures of {lens.WidthPx}x{lens.HeightPx} px ({lensFile}); use the camera at that size, or calibrate at yours");
            if (map.Has("focal_px")) throw map.Error("focal_px", "is given, and the `lens_file` has it too; delete one of them");
            camera = new CameraModel(lens.WidthPx, lens.HeightPx, Math.Sqrt(lens.FocalXPx * lens.FocalYPx), rateHz) { Measured = lens with { HeadFromCamera = mount, PositionHeadM = position } };
        }
        map.Done();
        return camera;
    }

    public static FaceSettings ReadFaces(YamlMap root, YamlMap? map)
    {
        if (map is null) return new FaceSettings();
        var settings = new FaceSettings(map.Choice("detector", "cascade", "cascade", "yunet"), map.Has("model") ? root.ResolvePath(map.Text("model")) : null, map.Has("smallest_px") ? map.Integer("smallest_px", 20, 2000) : 48, map.NumberOr("least_score", 0.6, 0.05, 0.99));
        map.Done();
        if (settings is { Detector: "yunet", Model: null }) throw map.Error("model", "is missing; the detector `yunet` needs an ONNX file with YuNet's interface (face_detection_yunet of OpenCV's model zoo, or of libfacedetection)");
        return settings;
    }

    private static double Rad(YamlMap map, string key) => Angles.ToRadians(map.NumberOr(key, 0, -180, 180));
}
