using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.Design;

/// <summary>
/// Multichannel Wiener filters on covariances measured through masks. For talker k and ear e, with B_k the talker's covariance and
/// R_k = Σ_{j≠k} p_j B_j that of everything else (never of the mixture): w = R_k⁻¹B_k u_e / (μ + tr R_k⁻¹B_k) (Souden, Benesty &amp; Affes
/// 2010), whose output is the talker's own image at that ear's reference, reverberation included.
/// </summary>
internal sealed class WienerBackend : BeamBackend
{
    private const double FrameS = 0.010, LearnS = 1.0, PowerS = 0.2;
    private const double Load = 1e-4;          // of trace/M: the white-noise-gain limit
    private const double DiffuseFloor = 1e-3;  // of all power: there is always some
    private const double TurnRad = 0.2 * Math.PI / 180;
    private const double MergedRad = 6 * Math.PI / 180, ApartRad = 14 * Math.PI / 180;

    private readonly MicrophoneArray _array;
    private readonly FilterSynthesis _synthesis;
    private readonly SpectralFrames _frames;
    private readonly ClassCovariances _classes;
    private readonly TalkerMasks _masks;
    private readonly Vector3D[] _directions;
    private readonly Complex[] _noise, _columns, _spectrum; // [M × M], [M × M], [bins × 2 × M]
    private readonly double[] _share;                        // [K + 1]
    private int _count;

    public WienerBackend(MicrophoneArray array, FilterLayout layout, int maxTalkers)
    {
        _array = array;
        _synthesis = new FilterSynthesis(layout);
        int hop = (int)Math.Round(FrameS * array.SampleRateHz);
        _frames = new SpectralFrames(array.Count, _synthesis.FftSize, hop);
        var vectors = new SteeringVectors(array, _synthesis.FftSize);
        _classes = new ClassCovariances(vectors, DiffuseField.Covariance(vectors), maxTalkers, hop / array.SampleRateHz, LearnS, PowerS);
        _masks = new TalkerMasks(array.Count, vectors.Bins, maxTalkers);
        _directions = new Vector3D[maxTalkers];
        _noise = new Complex[array.Count * array.Count];
        _columns = new Complex[array.Count * array.Count];
        _spectrum = new Complex[vectors.Bins * 2 * array.Count];
        _share = new double[maxTalkers + 1];
    }

    public override void Observe(ReadOnlySpan<float> input, TalkerScene scene)
    {
        Follow(scene);
        if (_count == 0) return;
        int frames = input.Length / _array.Count, at = 0;
        bool learned = false;
        while (_frames.TryNext(input, frames, ref at))
        {
            // Once a call, and only where a frame is complete: blocks are shorter than frames, and this is the dearest part.
            if (!learned) _masks.Prepare(_classes.Covariance, _count + 1);
            learned = true;
            _masks.Classify(_frames.Spectrum, _count + 1);
            _classes.Learn(_frames.Spectrum, _masks.Masks, _count + 1);
        }
        if (learned) _classes.Blend(_count);
    }

    public override bool TryDesign(TalkerScene scene, BeamformerWeights weights)
    {
        Follow(scene);
        int mics = _array.Count, taps = weights.Taps;
        for (int k = 0; k < _count; k++)
        {
            ShareOfOthers(k);
            for (int b = 0; b < _classes.Bins; b++) DesignBin(k, b);
            for (int row = 0; row < 2 * mics; row++) _synthesis.Fill(_spectrum.AsSpan(row), 2 * mics, weights.Filters.AsSpan((k * 2 * mics + row) * taps, taps));
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
        bool afresh = scene.Count != _count, turned = afresh;
        for (int k = 0; k < scene.Count; k++)
        {
            var direction = scene.Talkers[k].DirectionHead;
            if (!afresh && direction.AngleTo(_directions[k]) < TurnRad) continue;
            _directions[k] = direction;
            turned = true;
            if (!afresh) _classes.Turn(k, direction);
        }
        if (afresh)
        {
            _count = scene.Count;
            _classes.Reset(_directions.AsSpan(0, _count));
            _masks.Reset(_count + 1);
        }
        if (turned) _classes.Blend(_count);
    }

    // Talkers too close to be separated are merged: one is no noise for the other.
    private void ShareOfOthers(int target)
    {
        for (int j = 0; j < _count; j++)
        {
            double angleRad = _directions[j].AngleTo(_directions[target]);
            _share[j] = j == target ? 0 : Math.Clamp((angleRad - MergedRad) / (ApartRad - MergedRad), 0, 1);
        }
        _share[_count] = 1;
    }

    private void DesignBin(int k, int bin)
    {
        int mics = _array.Count, square = mics * mics;
        var noise = _noise.AsSpan();
        noise.Clear();
        double total = 1e-20;
        for (int c = 0; c <= _count; c++) total += _classes.Power[c][bin];
        for (int c = 0; c <= _count; c++)
        {
            double power = _share[c] * _classes.Power[c][bin] + (c == _count ? DiffuseFloor * total : 0);
            if (power == 0) continue;
            var covariance = _classes.Covariance[c].AsSpan(bin * square, square);
            for (int i = 0; i < mics; i++)
                for (int j = 0; j <= i; j++) noise[i * mics + j] += power * covariance[i * mics + j];
        }
        double trace = 0;
        for (int m = 0; m < mics; m++) trace += noise[m * mics + m].Real;
        for (int m = 0; m < mics; m++) noise[m * mics + m] += Load * trace / mics;
        if (!HermitianSolver.Factorise(noise, mics)) throw new InvalidOperationException($"the noise covariance of bin {bin} is not positive definite");

        // Columns of R⁻¹B (B Hermitian: column i is the conjugate of row i).
        var target = _classes.Covariance[k].AsSpan(bin * square, square);
        double gain = 0;
        for (int i = 0; i < mics; i++)
        {
            var column = _columns.AsSpan(i * mics, mics);
            for (int m = 0; m < mics; m++) column[m] = m >= i ? target[m * mics + i] : Complex.Conjugate(target[i * mics + m]);
            HermitianSolver.Solve(noise, mics, column);
            gain += column[i].Real;
        }
        for (int ear = 0; ear < 2; ear++)
        {
            var column = _columns.AsSpan((ear == 0 ? _array.LeftReference : _array.RightReference) * mics, mics);
            for (int m = 0; m < mics; m++) _spectrum[(bin * 2 + ear) * mics + m] = Complex.Conjugate(column[m]) / gain;
        }
    }
}
