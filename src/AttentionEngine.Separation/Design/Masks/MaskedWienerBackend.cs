using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>
/// Multichannel Wiener filters that follow speech from frame to frame (8 ms): the masks predict each class's share p_c of the power that is
/// about to be heard, R = Σ p_c B_c, and talker k's filter at ear e is R⁻¹ p_k B_k u_e, whose output is the talker's own image at that
/// ear's reference, reverberation included. Spatial covariances B_c are slow, shares are fast: the filter lets go of a null as soon as
/// nobody is there, and takes what the target alone has. One factorisation serves all talkers.
/// </summary>
internal sealed class MaskedWienerBackend : BeamBackend
{
    private const double Load = 1e-4;          // of trace/M: the white-noise-gain limit
    private const double DiffuseFloor = 1e-3;  // of all power: there is always some
    private const double TurnRad = 0.2 * Math.PI / 180;
    private const double MergedRad = 6 * Math.PI / 180, ApartRad = 14 * Math.PI / 180;

    private readonly MicrophoneArray _array;
    private readonly FilterSynthesis _synthesis;
    private readonly SpectralFrames _frames;
    private readonly MaskFeatures _features;
    private readonly IMaskSource _source;
    private readonly Vector3D[] _directions;
    private readonly HermitianPlanes _noise;
    private readonly double[][] _now, _ahead;          // [K + 1][stride]
    private readonly double[][] _wRe, _wIm;            // [K × 2][M × stride]
    private readonly double[] _re, _im;                // [bins] of one filter
    private readonly float[] _row;                     // [K × 5 × bins]
    private int _count;

    /// <param name="source">The caller's: it may serve another backend after this one.</param>
    public MaskedWienerBackend(MicrophoneArray array, FilterLayout layout, int maxTalkers, IMaskSource source)
    {
        _array = array;
        _source = source;
        _synthesis = new FilterSynthesis(layout, MaskFeatures.FftSize);
        _frames = new SpectralFrames(array.Count, MaskFeatures.FftSize, MaskFeatures.Hop);
        var vectors = new SteeringVectors(array, MaskFeatures.FftSize);
        _features = new MaskFeatures(vectors, maxTalkers);
        _noise = new HermitianPlanes(array.Count, vectors.Bins);
        _directions = new Vector3D[maxTalkers];
        _now = Rows(maxTalkers + 1, _noise.Stride);
        _ahead = Rows(maxTalkers + 1, _noise.Stride);
        _wRe = Rows(2 * maxTalkers, array.Count * _noise.Stride);
        _wIm = Rows(2 * maxTalkers, array.Count * _noise.Stride);
        _re = new double[vectors.Bins];
        _im = new double[vectors.Bins];
        _row = new float[maxTalkers * MaskFeatures.Count * vectors.Bins];
    }

    public override int HopFrames => MaskFeatures.Hop;

    public override void Observe(ReadOnlySpan<float> input, TalkerScene scene)
    {
        Follow(scene);
        int frames = input.Length / _array.Count, at = 0;
        while (_frames.TryNext(input, frames, ref at))
        {
            if (_count == 0) continue;
            _features.Observe(_frames.Spectrum, _row);
            _source.Estimate(_row, _now, _ahead);
            _features.Learn(_now);
        }
    }

    public override bool TryDesign(TalkerScene scene, BeamformerWeights weights)
    {
        Follow(scene);
        if (_count == 0) return false;
        Factorise();
        for (int k = 0; k < _count; k++)
            for (int ear = 0; ear < 2; ear++) Solve(k, ear);
        int mics = _array.Count, taps = weights.Taps;
        for (int k = 0; k < _count; k++)
        {
            for (int ear = 0; ear < 2; ear++)
            {
                for (int m = 0; m < mics; m++)
                {
                    Gather(k, ear, m);
                    _synthesis.Fill(_re, _im, weights.Filters.AsSpan(((k * 2 + ear) * mics + m) * taps, taps));
                }
            }
        }
        return true;
    }

    public override void Reset()
    {
        _frames.Reset();
        _count = 0; // the next scene starts afresh
    }

    // Another number of talkers starts afresh; moved ones are followed.
    private void Follow(TalkerScene scene)
    {
        bool afresh = scene.Count != _count;
        for (int k = 0; k < scene.Count; k++)
        {
            var direction = scene.Talkers[k].DirectionHead;
            if (!afresh && direction.AngleTo(_directions[k]) < TurnRad) continue;
            _directions[k] = direction;
            if (!afresh) _features.Turn(k, direction);
        }
        if (!afresh) return;
        _count = scene.Count;
        if (_count == 0) return;
        _features.Reset(_directions.AsSpan(0, _count));
        _source.Reset(_count);
        for (int c = 0; c <= _count; c++) { _now[c].AsSpan().Fill(1.0 / (_count + 1)); _ahead[c].AsSpan().Fill(1.0 / (_count + 1)); }
    }

    private void Factorise()
    {
        var classes = _features.Classes;
        int v = Vector<double>.Count, entries = HermitianPlanes.Entries(_array.Count), stride = _noise.Stride;
        for (int e = 0; e < entries; e++)
        {
            for (int b = 0; b < stride; b += v)
            {
                int at = e * stride + b;
                var re = DiffuseFloor * new Vector<double>(classes.Diffuse.Re, at);
                var im = DiffuseFloor * new Vector<double>(classes.Diffuse.Im, at);
                for (int c = 0; c <= _count; c++)
                {
                    var share = new Vector<double>(_ahead[c], b);
                    re += share * new Vector<double>(classes.Covariance[c].Re, at);
                    im += share * new Vector<double>(classes.Covariance[c].Im, at);
                }
                re.CopyTo(_noise.Re, at);
                im.CopyTo(_noise.Im, at);
            }
        }
        _noise.Load(Load); // the covariances have trace M and the shares sum to one
        if (!_noise.Factorise()) throw new InvalidOperationException("the covariance of all sound is not positive definite");
    }

    private void Solve(int k, int ear)
    {
        int mics = _array.Count, stride = _noise.Stride, reference = ear == 0 ? _array.LeftReference : _array.RightReference;
        var (re, im, covariance) = (_wRe[2 * k + ear], _wIm[2 * k + ear], _features.Classes.Covariance[k]);
        for (int m = 0; m < mics; m++)
        {
            // Column `reference` of p B; only the lower triangle is kept.
            bool lower = m >= reference;
            int from = (lower ? HermitianPlanes.Entry(m, reference) : HermitianPlanes.Entry(reference, m)) * stride;
            for (int b = 0; b < stride; b++)
            {
                re[m * stride + b] = _ahead[k][b] * covariance.Re[from + b];
                im[m * stride + b] = _ahead[k][b] * (lower ? covariance.Im[from + b] : -covariance.Im[from + b]);
            }
        }
        _noise.Solve(re, im);
    }

    // Talkers too close to be separated are merged: what goes to one goes to the other.
    private void Gather(int k, int ear, int m)
    {
        int at = m * _noise.Stride;
        Array.Clear(_re);
        Array.Clear(_im);
        for (int j = 0; j < _count; j++)
        {
            double share = j == k ? 1 : 1 - Math.Clamp((_directions[j].AngleTo(_directions[k]) - MergedRad) / (ApartRad - MergedRad), 0, 1);
            if (share == 0) continue;
            for (int b = 0; b < _re.Length; b++)
            {
                _re[b] += share * _wRe[2 * j + ear][at + b];
                _im[b] -= share * _wIm[2 * j + ear][at + b];
            }
        }
    }

    private static double[][] Rows(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
