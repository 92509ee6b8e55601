using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>Faces: in view, mouth motion, facing the listener, and whether mouth and beam move together.</summary>
internal sealed class VisionFeatures(int talkers)
{
    private readonly double[] _mouth03 = new double[talkers], _mouth2 = new double[talkers], _facing1 = new double[talkers];
    private readonly double[] _mouthMean = new double[talkers], _beam = new double[talkers], _beamMean = new double[talkers];
    private readonly double[] _cov = new double[talkers], _mouthVar = new double[talkers], _beamVar = new double[talkers];

    /// <param name="beamEnvelope">[talkers] newest speech envelope of each beam, ≥ 0.</param>
    /// <param name="features">[talkers × F]</param>
    public void Tick(double dtS, TalkerScene scene, ReadOnlySpan<float> beamEnvelope, bool available, Span<float> features)
    {
        if (!available) return;
        double k015 = FeatureMath.Keep(dtS, 0.15), k03 = FeatureMath.Keep(dtS, 0.3), k1 = FeatureMath.Keep(dtS, 1), k2 = FeatureMath.Keep(dtS, 2), k3 = FeatureMath.Keep(dtS, 3);
        for (int k = 0; k < talkers; k++)
        {
            var track = scene.Talkers[k];
            double motion = track.InView ? Math.Max(0, track.MouthMotion) : 0, mouth = motion / (1 + motion);
            double facing = track.InView && float.IsFinite(track.FaceYawRad) ? Math.Max(0, ExactMath.SinCos(track.FaceYawRad).Cos) : 0;
            FeatureMath.Smooth(ref _mouth03[k], mouth, k03);
            FeatureMath.Smooth(ref _mouth2[k], mouth, k2);
            FeatureMath.Smooth(ref _facing1[k], facing, k1);
            FeatureMath.Smooth(ref _beam[k], beamEnvelope[k], k015); // as slow as the mouth measure
            if (track.InView) Synchrony(k, mouth, k3);
            double sync = _cov[k] / Math.Sqrt(_mouthVar[k] * _beamVar[k] + 1e-12);
            var f = features.Slice(k * FeatureLayout.Count + FeatureLayout.VisionStart, 7);
            f[0] = track.InView ? 1 : 0;
            f[1] = (float)mouth;
            f[2] = (float)_mouth03[k];
            f[3] = (float)_mouth2[k];
            f[4] = (float)facing;
            f[5] = (float)_facing1[k];
            f[6] = track.InView ? (float)Math.Clamp(sync, -1, 1) : 0;
        }
    }

    private void Synchrony(int k, double mouth, double keep)
    {
        FeatureMath.Smooth(ref _mouthMean[k], mouth, keep);
        FeatureMath.Smooth(ref _beamMean[k], _beam[k], keep);
        double m = mouth - _mouthMean[k], b = _beam[k] - _beamMean[k];
        FeatureMath.Smooth(ref _cov[k], m * b, keep);
        FeatureMath.Smooth(ref _mouthVar[k], m * m, keep);
        FeatureMath.Smooth(ref _beamVar[k], b * b, keep);
    }
}
