using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Gaze;

/// <summary>Samples of any layout to a unit vector in HEAD. No allocation per sample; immutable.</summary>
public sealed class GazeReader
{
    private const float LeastConfidence = 0.6f; // below it Pupil's own software drops a sample
    private readonly GazeLayout _layout;
    private readonly SceneCamera? _camera;
    private readonly ScreenPlane? _screen;

    /// <param name="channels">Of the stream.</param>
    /// <exception cref="ConfigurationException">The layout has other channels, or needs what is not there.</exception>
    public GazeReader(GazeLayout layout, int channels, SceneCamera? camera = null, ScreenPlane? screen = null)
    {
        int expected = layout switch { GazeLayout.HeadDirection => 4, GazeLayout.PupilCapture => 22, GazeLayout.PupilRelay => 2, GazeLayout.TobiiGlasses3 => 5, _ => 6 };
        bool more = layout is GazeLayout.PupilRelay or GazeLayout.TobiiGlasses3; // further values may follow
        if (more ? channels < expected : channels != expected)
            throw new ConfigurationException($"A gaze stream of layout {layout} has {channels} channels, expected {(more ? "at least " : "")}{expected}. Choose the layout that the tracker's relay publishes.");
        if (layout is GazeLayout.PupilCapture or GazeLayout.PupilRelay && camera is null)
            throw new ConfigurationException($"Layout {layout} gives the scene camera's coordinates; give the camera's focal lengths, centre and distortion.");
        if (layout == GazeLayout.TobiiProScreen && screen is null)
            throw new ConfigurationException($"Layout {layout} gives places on a screen; give the screen's corners in ROOM.");
        (_layout, _camera, _screen) = (layout, camera, screen);
    }

    /// <param name="sample">One frame of the stream.</param>
    /// <param name="head">Pose of the head at that time; used where gaze is on a screen.</param>
    /// <param name="directionHead">Unit vector, HEAD.</param>
    /// <returns>Whether the tracker saw where the eyes look.</returns>
    public bool TryRead(ReadOnlySpan<float> sample, in Pose head, out Vector3D directionHead)
    {
        Vector3D d = _layout switch
        {
            GazeLayout.HeadDirection => sample[3] > 0 ? new Vector3D(sample[0], sample[1], sample[2]) : Nothing,
            GazeLayout.PupilCapture => PupilCapture(sample),
            GazeLayout.PupilRelay => IsIn(sample[0] / _camera!.WidthPx, sample[1] / _camera.HeightPx) ? _camera.DirectionHead(sample[0], sample[1]) : Nothing,
            GazeLayout.TobiiGlasses3 => new Vector3D(sample[4], sample[2], sample[3]), // front, left, up
            _ => Screen(sample, head),
        };
        double norm = d.Norm;
        directionHead = d.Normalized();
        return double.IsFinite(norm) && norm > 1e-6;
    }

    private static Vector3D Nothing => new(double.NaN, double.NaN, double.NaN);

    private Vector3D PupilCapture(ReadOnlySpan<float> s)
    {
        if (!(s[0] >= LeastConfidence)) return Nothing;
        // Without a 3D model of the eyes there is only the place in the picture, counted from below.
        if (float.IsFinite(s[3] + s[4] + s[5]) && s[5] > 0) return _camera!.FromCameraAxes(s[3], s[4], s[5]);
        return IsIn(s[1], s[2]) ? _camera!.DirectionHead(s[1] * _camera.WidthPx, (1 - s[2]) * _camera.HeightPx) : Nothing;
    }

    /// <summary>Mean of the eyes that are seen.</summary>
    private Vector3D Screen(ReadOnlySpan<float> s, in Pose head)
    {
        bool left = IsIn(s[0], s[1]), right = IsIn(s[3], s[4]);
        if (!left && !right) return Nothing;
        double x = left && right ? (s[0] + (double)s[3]) / 2 : left ? s[0] : s[3], y = left && right ? (s[1] + (double)s[4]) / 2 : left ? s[1] : s[4];
        return head.ToFrame(_screen!.PointRoomM(x, y));
    }

    /// <summary>In the picture, with a margin of a tenth: beyond it a tracker extrapolates.</summary>
    private static bool IsIn(float x, float y) => x is >= -0.1f and <= 1.1f && y is >= -0.1f and <= 1.1f;
}
