using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>Direction of the nose against the talkers.</summary>
internal sealed class HeadFeatures(int talkers)
{
    private readonly double[] _angles = new double[talkers], _before = new double[talkers], _approach = new double[talkers], _dwell = new double[talkers * 2];
    private Vector3D _noseBefore;
    private double _rate;
    private bool _started;

    /// <param name="features">[talkers × F]</param>
    public void Tick(double dtS, TalkerScene scene, bool available, Span<float> features)
    {
        if (!available) { _started = false; return; }
        var nose = scene.RoomFromHead.RoomFromFrame.Apply(Vector3D.Front);
        double keep = FeatureMath.Keep(dtS, 0.1), keep1 = FeatureMath.Keep(dtS, 1), keep3 = FeatureMath.Keep(dtS, 3);
        if (_started) FeatureMath.Smooth(ref _rate, FeatureMath.AngleRad(nose, _noseBefore) / dtS, keep);
        _noseBefore = nose;
        for (int k = 0; k < talkers; k++)
            _angles[k] = scene.Talkers[k].DirectionSdRad < 1 ? FeatureMath.AngleRad(nose, scene.Talkers[k].DirectionRoom) : Math.PI;
        for (int k = 0; k < talkers; k++)
        {
            double angle = _angles[k], near = FeatureMath.Bump(angle, 20);
            if (_started) FeatureMath.Smooth(ref _approach[k], (_before[k] - angle) / dtS, keep);
            _before[k] = angle;
            FeatureMath.Smooth(ref _dwell[k * 2], near, keep1);
            FeatureMath.Smooth(ref _dwell[k * 2 + 1], near, keep3);
            var f = features.Slice(k * FeatureLayout.Count + FeatureLayout.HeadStart, 8);
            f[0] = (float)FeatureMath.Bump(angle, 10);
            f[1] = (float)FeatureMath.Bump(angle, 25);
            f[2] = (float)FeatureMath.Bump(angle, 50);
            f[3] = (float)FeatureMath.Margin(_angles, k);
            f[4] = (float)_dwell[k * 2];
            f[5] = (float)_dwell[k * 2 + 1];
            f[6] = (float)Math.Min(3, _rate / (100 * FeatureMath.Degree));
            f[7] = (float)Math.Clamp(_approach[k] / (100 * FeatureMath.Degree), -3, 3);
        }
        _started = true;
    }
}
