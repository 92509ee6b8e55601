using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>Level and activity of the talkers' beams, and who takes the floor from whom.</summary>
internal sealed class BeamFeatures(int talkers)
{
    private const double Start = 0.6, Stop = 0.4, LevelTauS = 0.2;
    private readonly double[] _level = new double[talkers], _activity1 = new double[talkers], _activity5 = new double[talkers];
    private readonly double[] _onset = new double[talkers], _offset = new double[talkers], _handing = new double[talkers], _took = new double[talkers];
    private readonly bool[] _speaking = new bool[talkers];
    private bool _started;

    /// <param name="features">[talkers × F]</param>
    public void Tick(double dtS, TalkerScene scene, bool available, Span<float> features)
    {
        if (!available) { _started = false; return; }
        double keepLevel = _started ? FeatureMath.Keep(dtS, LevelTauS) : 0, keep1 = FeatureMath.Keep(dtS, 1), keep5 = FeatureMath.Keep(dtS, 5);
        double keepHalf = FeatureMath.Keep(dtS, 0.5), keep2 = FeatureMath.Keep(dtS, 2);
        int speakers = 0;
        for (int k = 0; k < talkers; k++)
        {
            var track = scene.Talkers[k];
            double level = float.IsFinite(track.BeamLevelDb) ? Math.Max(-100, track.BeamLevelDb) : -100;
            double activity = float.IsFinite(track.Activity) ? Math.Clamp(track.Activity, 0, 1) : 0;
            FeatureMath.Smooth(ref _level[k], level, keepLevel);
            FeatureMath.Smooth(ref _activity1[k], activity, keep1);
            FeatureMath.Smooth(ref _activity5[k], activity, keep5);
            _onset[k] *= keep1; _offset[k] *= keep1; _handing[k] *= keepHalf; _took[k] *= keep2;
            bool now = _speaking[k] ? activity > Stop : activity > Start;
            if (now && !_speaking[k]) { _onset[k] = 1; _took[k] = Largest(_handing, k); }
            if (!now && _speaking[k]) _offset[k] = _handing[k] = 1;
            _speaking[k] = now;
            if (now) speakers++;
        }
        for (int k = 0; k < talkers; k++)
        {
            double mean = 0, loudest = -100;
            for (int j = 0; j < talkers; j++)
                if (j != k) { mean += _level[j] / (talkers - 1); loudest = Math.Max(loudest, _level[j]); }
            var f = features.Slice(k * FeatureLayout.Count + FeatureLayout.BeamsStart, 9);
            f[0] = talkers > 1 ? (float)Math.Clamp((_level[k] - mean) / 10, -3, 3) : 0;
            f[1] = talkers > 1 ? (float)Math.Clamp((_level[k] - loudest) / 10, -3, 3) : 0;
            f[2] = Math.Clamp(float.IsFinite(scene.Talkers[k].Activity) ? scene.Talkers[k].Activity : 0, 0, 1);
            f[3] = (float)_activity1[k];
            f[4] = (float)_activity5[k];
            f[5] = (float)_onset[k];
            f[6] = (float)_offset[k];
            f[7] = (float)_took[k];
            f[8] = _speaking[k] && speakers == 1 ? 1 : 0;
        }
        _started = true;
    }

    private static double Largest(double[] values, int except)
    {
        double largest = 0;
        for (int j = 0; j < values.Length; j++)
            if (j != except) largest = Math.Max(largest, values[j]);
        return largest;
    }
}
