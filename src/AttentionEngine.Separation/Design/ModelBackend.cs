using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.Design;

/// <summary>What the model-based beams assume around their talker.</summary>
internal enum ModelKind
{
    /// <summary>White noise: delay and sum.</summary>
    DelayAndSum,

    /// <summary>An isotropic field.</summary>
    Superdirective,

    /// <summary>An isotropic field and the other talkers, as loud as the one: soft nulls.</summary>
    Mvdr,

    /// <summary>The same with nulls made nearly hard, at most M − 2 of them (the nearest talkers), so that one degree of freedom is left.</summary>
    Lcmv,
}

/// <summary>
/// Beams from directions and the head model alone: w_k = R_k⁻¹a_k / (a_kᴴR_k⁻¹a_k), R_k assumed, never measured; at ear e the talker sounds
/// as at that ear's reference microphone.
/// </summary>
internal sealed class ModelBackend : BeamBackend
{
    private const double White = 0.01;            // of trace/M: limits the white-noise gain
    private const double DiffusePower = 0.1, HardNull = 1000;
    private const double MergeRad = 8 * Math.PI / 180, RedesignRad = 0.5 * Math.PI / 180;

    private readonly ModelKind _kind;
    private readonly MicrophoneArray _array;
    private readonly SteeringVectors _vectors;
    private readonly FilterSynthesis _synthesis;
    private readonly Complex[] _diffuse;          // [bins × M × M]
    private readonly Complex[][] _steering;       // [K][bins × M]
    private readonly Vector3D[] _designed;        // [K] directions of the set in use
    private readonly Complex[] _covariance, _weights, _spectrum;
    private readonly double[] _power;             // [K] assumed power of the others
    private int _count;

    public ModelBackend(ModelKind kind, MicrophoneArray array, FilterLayout layout, int maxTalkers)
    {
        _kind = kind;
        _array = array;
        _synthesis = new FilterSynthesis(layout);
        _vectors = new SteeringVectors(array, _synthesis.FftSize);
        _diffuse = DiffuseField.Covariance(_vectors);
        _steering = [.. Enumerable.Range(0, maxTalkers).Select(_ => new Complex[_vectors.Bins * array.Count])];
        _designed = new Vector3D[maxTalkers];
        _covariance = new Complex[array.Count * array.Count];
        _weights = new Complex[array.Count];
        _spectrum = new Complex[2 * array.Count * _vectors.Bins];
        _power = new double[maxTalkers];
    }

    public override bool TryDesign(TalkerScene scene, BeamformerWeights weights)
    {
        if (!Changed(scene)) return false;
        for (int k = 0; k < scene.Count; k++)
        {
            _designed[k] = scene.Talkers[k].DirectionHead;
            _vectors.Fill(_designed[k], _steering[k]);
        }
        _count = scene.Count;
        for (int k = 0; k < _count; k++)
        {
            AssumePowers(k);
            for (int b = 0; b < _vectors.Bins; b++) DesignBin(k, b);
            int mics = _array.Count, taps = weights.Taps;
            for (int row = 0; row < 2 * mics; row++) _synthesis.Fill(_spectrum.AsSpan(row), 2 * mics, weights.Filters.AsSpan((k * 2 * mics + row) * taps, taps));
        }
        return true;
    }

    public override void Reset() => _count = 0;

    private bool Changed(TalkerScene scene)
    {
        if (scene.Count != _count) return true;
        for (int k = 0; k < _count; k++)
            if (scene.Talkers[k].DirectionHead.AngleTo(_designed[k]) > RedesignRad) return true;
        return false;
    }

    // Talkers too close to be separated count as one: no null is put beside the target.
    private void AssumePowers(int target)
    {
        for (int j = 0; j < _count; j++)
        {
            double angleRad = _designed[j].AngleTo(_designed[target]);
            _power[j] = j == target || angleRad < MergeRad ? 0 : 1;
        }
        if (_kind != ModelKind.Lcmv) return;
        for (int nulls = 0; nulls < Math.Min(_array.Count - 2, _count - 1); nulls++)
        {
            int nearest = -1;
            for (int j = 0; j < _count; j++)
                if (_power[j] == 1 && (nearest < 0 || _designed[j].AngleTo(_designed[target]) < _designed[nearest].AngleTo(_designed[target]))) nearest = j;
            if (nearest >= 0) _power[nearest] = HardNull;
        }
    }

    private void DesignBin(int k, int bin)
    {
        int mics = _array.Count;
        var a = _steering[k].AsSpan(bin * mics, mics);
        var r = _covariance.AsSpan();
        r.Clear();
        if (_kind != ModelKind.DelayAndSum)
        {
            double diffuse = _kind == ModelKind.Superdirective ? 1 : DiffusePower;
            var field = _diffuse.AsSpan(bin * mics * mics, mics * mics);
            for (int i = 0; i < r.Length; i++) r[i] = diffuse * field[i];
            if (_kind != ModelKind.Superdirective) AddOthers(bin, r);
        }
        double trace = 0;
        for (int m = 0; m < mics; m++) trace += _diffuse[(bin * mics + m) * mics + m].Real;
        double white = _kind == ModelKind.DelayAndSum ? 1 : White * trace / mics * (_kind == ModelKind.Superdirective ? 1 : DiffusePower);
        for (int m = 0; m < mics; m++) r[m * mics + m] += white;

        // R is a sum of outer products and a positive diagonal, so it can always be factorised.
        if (!HermitianSolver.Factorise(r, mics)) throw new InvalidOperationException($"the assumed covariance of bin {bin} is not positive definite");
        a.CopyTo(_weights);
        HermitianSolver.Solve(r, mics, _weights);
        Complex gain = 0;
        for (int m = 0; m < mics; m++) gain += Complex.Conjugate(a[m]) * _weights[m];
        for (int ear = 0; ear < 2; ear++)
        {
            Complex scale = a[ear == 0 ? _array.LeftReference : _array.RightReference] / gain.Real;
            for (int m = 0; m < mics; m++) _spectrum[(bin * 2 + ear) * mics + m] = scale * Complex.Conjugate(_weights[m]);
        }
    }

    private void AddOthers(int bin, Span<Complex> r)
    {
        int mics = _array.Count;
        for (int j = 0; j < _count; j++)
        {
            if (_power[j] == 0) continue;
            var other = _steering[j].AsSpan(bin * mics, mics);
            for (int i = 0; i < mics; i++)
                for (int n = 0; n <= i; n++) r[i * mics + n] += _power[j] * other[i] * Complex.Conjugate(other[n]);
        }
    }
}
