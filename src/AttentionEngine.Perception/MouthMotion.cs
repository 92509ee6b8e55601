using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <summary>How much each talker's mouth moves in the ego camera, relative to the rest of the face (which moves with noise, light and pose errors alone).</summary>
internal sealed class MouthMotion(CameraModel camera, int talkers)
{
    private const double NoiseGrey = 2;       // differences of a still face under sensor noise, grey levels
    private const double SmoothingShare = 0.4; // over about three pictures: a mouth that turns round stands still for one

    private readonly FacePatch[] _now = Make(talkers), _before = Make(talkers);
    private readonly bool[] _inView = new bool[talkers], _hasBefore = new bool[talkers];
    private readonly double[] _motion = new double[talkers];
    private long _lastFrameIndex = -1;

    public bool InView(int talker) => _inView[talker];

    /// <summary>(mouth − upper face) / (upper face + noise), smoothed, ≥ 0; 0 when not in view.</summary>
    public double Motion(int talker) => _inView[talker] ? _motion[talker] : 0;

    /// <summary>Starts a picture: false when it must be skipped (wrong size counts as an error, an old one is refused).</summary>
    public bool BeginFrame(VideoFrame frame)
    {
        if (frame.WidthPx != camera.WidthPx || frame.HeightPx != camera.HeightPx)
            throw new ArgumentException($"A picture of {frame.WidthPx}×{frame.HeightPx} px came where the rig's ego_camera declares {camera.WidthPx}×{camera.HeightPx} px.");
        if (frame.FrameIndex <= _lastFrameIndex) return false;
        if (_lastFrameIndex >= 0 && frame.FrameIndex > _lastFrameIndex + 2) Array.Clear(_hasBefore); // after a gap there is nothing to compare with
        _lastFrameIndex = frame.FrameIndex;
        return true;
    }

    /// <param name="mouthHeadM">The talker's mouth in HEAD at the picture's time, metres.</param>
    public void AddFace(VideoFrame frame, int talker, Vector3D mouthHeadM)
    {
        _inView[talker] = HeadCamera.TryProject(camera, mouthHeadM, out FaceInPicture face) && _now[talker].TryFill(frame, face);
        if (_inView[talker] && _hasBefore[talker])
        {
            (double mouth, double upper) = _now[talker].DifferenceTo(_before[talker]);
            _motion[talker] += SmoothingShare * (Math.Max(0, mouth - upper) / (upper + NoiseGrey) - _motion[talker]);
        }
        else _motion[talker] = 0;
        (_now[talker], _before[talker]) = (_before[talker], _now[talker]);
        _hasBefore[talker] = _inView[talker];
    }

    /// <summary>Nothing is in view: the camera is stale or the head pose unknown.</summary>
    public void Lose()
    {
        Array.Clear(_inView);
        Array.Clear(_hasBefore);
        Array.Clear(_motion);
    }

    private static FacePatch[] Make(int count)
    {
        var patches = new FacePatch[count];
        for (int i = 0; i < count; i++) patches[i] = new FacePatch();
        return patches;
    }
}
