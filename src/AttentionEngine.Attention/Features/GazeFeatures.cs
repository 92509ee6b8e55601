using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>Gaze against the talkers' directions in ROOM: head rotation is removed with the pose at each gaze sample's own time.</summary>
internal sealed class GazeFeatures(int talkers)
{
    private const int Pending = 4096;
    private const double LeastConfidence = 0.5, SaccadeDegPerS = 100, HoldS = 0.3, LongestStepS = 0.1, DwellWidthDeg = 8, LeastSaccadeDeg = 3;
    private static readonly double[] DwellS = [0.3, 1, 3, 10];

    private readonly double[] _timesS = new double[Pending];
    private readonly Vector3D[] _directionsHead = new Vector3D[Pending]; // NaN where invalid
    private readonly double[] _dwell = new double[talkers * 4], _landed = new double[talkers], _angles = new double[talkers];
    private int _pending;
    private double _lastS = double.NegativeInfinity, _lastValidS = double.NegativeInfinity, _movedS = double.NegativeInfinity, _valid;
    private bool _moving;
    private Vector3D _gazeRoom = Vector3D.Front, _startRoom = Vector3D.Front;

    /// <summary>Time of the newest sample, valid or not.</summary>
    public double NewestS { get; private set; } = double.NegativeInfinity;

    /// <summary>Time of the newest sample in which the tracker saw the eye.</summary>
    public double NewestValidS => _lastValidS;

    /// <summary>Gaze in ROOM, unit vector; meaningful while <see cref="NewestValidS"/> is recent.</summary>
    public Vector3D GazeRoom => _gazeRoom;

    /// <summary>Samples that came while the buffer of one tick was full.</summary>
    public long Dropped { get; private set; }

    public void Add(GazeChunk chunk)
    {
        var samples = chunk.Samples;
        for (int i = 0; i < samples.Frames; i++)
        {
            double timeS = samples.TimesS[i];
            if (!(timeS > NewestS)) continue;
            if (_pending == Pending) { Dropped++; continue; }
            var v = samples.Frame(i);
            var direction = new Vector3D(v[0], v[1], v[2]);
            double norm = direction.Norm;
            bool good = norm is > 0.5 and < 2 && v[3] >= LeastConfidence; // false for NaN
            _directionsHead[_pending] = good ? (1 / norm) * direction : new Vector3D(double.NaN, 0, 0);
            _timesS[_pending++] = NewestS = timeS;
        }
    }

    /// <summary>Takes the samples up to the tick's time and writes the talkers' features.</summary>
    /// <param name="features">[talkers × F]</param>
    public void Tick(double timeS, TalkerScene scene, HeadPoseRing head, Span<float> features)
    {
        int taken = 0;
        while (taken < _pending && _timesS[taken] <= timeS) { Step(_timesS[taken], _directionsHead[taken], scene, head); taken++; }
        _pending -= taken;
        Array.Copy(_timesS, taken, _timesS, 0, _pending);
        Array.Copy(_directionsHead, taken, _directionsHead, 0, _pending);

        bool seen = timeS - _lastValidS <= HoldS;
        if (seen) Angles(scene);
        bool still = seen && !_moving && _lastS - _movedS > 0.06;
        for (int k = 0; k < talkers; k++)
        {
            var f = features.Slice(k * FeatureLayout.Count + FeatureLayout.GazeStart, 11);
            bool known = seen && !double.IsNaN(_angles[k]);
            f[0] = known ? (float)FeatureMath.Bump(_angles[k], 4) : 0;
            f[1] = known ? (float)FeatureMath.Bump(_angles[k], 10) : 0;
            f[2] = known ? (float)FeatureMath.Bump(_angles[k], 25) : 0;
            f[3] = known ? (float)FeatureMath.Margin(_angles, k) : 0;
            f[4] = (float)_valid;
            f[5] = still ? 1 : 0;
            for (int w = 0; w < 4; w++) f[6 + w] = (float)_dwell[k * 4 + w];
            f[10] = (float)_landed[k];
        }
    }

    private void Step(double timeS, Vector3D directionHead, TalkerScene scene, HeadPoseRing head)
    {
        double dtS = Math.Min(timeS - _lastS, LongestStepS);
        _lastS = timeS;
        bool good = !double.IsNaN(directionHead.X) && head.TryGet(timeS, out var roomFromHead);
        FeatureMath.Smooth(ref _valid, good ? 1 : 0, FeatureMath.Keep(dtS, 0.3));
        double fade = FeatureMath.Keep(dtS, 0.5);
        for (int k = 0; k < talkers; k++) _landed[k] *= fade;
        if (!good) return; // a blink is no news: what was known is held
        head.TryGet(timeS, out roomFromHead);
        var gaze = roomFromHead.Apply(directionHead);
        double sinceS = timeS - _lastValidS;
        double speed = sinceS < LongestStepS ? FeatureMath.AngleRad(gaze, _gazeRoom) / FeatureMath.Degree / sinceS : 0;
        bool moving = speed > SaccadeDegPerS;
        if (moving && !_moving) _startRoom = _gazeRoom;
        if (moving) _movedS = timeS;
        bool ended = _moving && !moving && FeatureMath.AngleRad(gaze, _startRoom) > LeastSaccadeDeg * FeatureMath.Degree;
        (_moving, _gazeRoom, _lastValidS) = (moving, gaze, timeS);
        Angles(scene);
        Span<double> keep = stackalloc double[4];
        for (int w = 0; w < 4; w++) keep[w] = FeatureMath.Keep(dtS, DwellS[w]);
        for (int k = 0; k < talkers; k++)
        {
            double near = double.IsNaN(_angles[k]) ? 0 : FeatureMath.Bump(_angles[k], DwellWidthDeg);
            for (int w = 0; w < 4; w++) FeatureMath.Smooth(ref _dwell[k * 4 + w], near, keep[w]);
            if (ended) _landed[k] = Math.Max(_landed[k], near);
        }
    }

    /// <summary>Angle to each talker, radians; NaN where the talker's direction is not known.</summary>
    private void Angles(TalkerScene scene)
    {
        for (int k = 0; k < talkers; k++)
            _angles[k] = scene.Talkers[k].DirectionSdRad < 1 ? FeatureMath.AngleRad(_gazeRoom, scene.Talkers[k].DirectionRoom) : double.NaN;
    }
}
