using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>
/// What the mask network sees of a frame, for each talker and bin, whatever the array: how loud the bin is against its recent mean; how much
/// better the talker's direction explains it than a diffuse field; the same of the best other talker; both under the head model alone and
/// under the covariances learned so far. Likelihoods are complex angular central Gaussians (Ito, Araki &amp; Nakatani 2016), −log det B −
/// M log(xᴴB⁻¹x / |x|²): only direction counts, not level.
/// </summary>
internal sealed class MaskFeatures
{
    /// <summary>Features of a talker and bin.</summary>
    public const int Count = 5;
    public const int FftSize = 512, Hop = 128;

    /// <summary>Frames between refreshes of the learned covariances.</summary>
    public const int RefreshFrames = 5;
    private const double Scale = 4, Limit = 5, SilentPower = 1e-14, MeanS = 2;

    private readonly double[] _re, _im, _power, _mean, _quadratic;
    private readonly double[][] _likelihood; // [K + 1][stride]
    private int _talkers, _sinceRefresh, _frames;

    public MaskFeatures(SteeringVectors vectors, int maxTalkers)
    {
        FrameS = Hop / vectors.Array.SampleRateHz;
        Classes = new ClassModels(vectors, maxTalkers, FrameS);
        int stride = Classes.Stride;
        _re = new double[Classes.Microphones * stride];
        _im = new double[Classes.Microphones * stride];
        _power = new double[stride];
        _mean = new double[stride];
        _quadratic = new double[stride];
        _likelihood = [.. Enumerable.Range(0, maxTalkers + 1).Select(_ => new double[stride])];
    }

    public ClassModels Classes { get; }
    public double FrameS { get; }

    /// <summary>[stride] mean power over microphones of the frame last seen.</summary>
    public double[] Power => _power;

    public void Reset(ReadOnlySpan<Vector3D> directionsHead)
    {
        _talkers = directionsHead.Length;
        (_sinceRefresh, _frames) = (0, 0);
        Array.Clear(_mean);
        Classes.Reset(directionsHead);
        Classes.Blend();
    }

    /// <summary>Points talker k elsewhere.</summary>
    public void Turn(int k, Vector3D directionHead) => Classes.Turn(k, directionHead);

    /// <summary>Takes a frame and fills its features.</summary>
    /// <param name="spectrum">[bins × M] as <see cref="SpectralFrames"/> gives it.</param>
    /// <param name="features">[K × 5 × bins].</param>
    public void Observe(ReadOnlySpan<System.Numerics.Complex> spectrum, Span<float> features)
    {
        int mics = Classes.Microphones, stride = Classes.Stride, bins = Classes.Bins;
        Array.Clear(_power);
        for (int m = 0; m < mics; m++)
        {
            for (int b = 0; b < bins; b++)
            {
                var x = spectrum[b * mics + m];
                (_re[m * stride + b], _im[m * stride + b]) = (x.Real, x.Imaginary);
                _power[b] += (x.Real * x.Real + x.Imaginary * x.Imaginary) / mics;
            }
        }
        _frames++;
        double rate = Math.Max(1.0 / _frames, FrameS / MeanS);
        for (int b = 0; b < bins; b++)
        {
            _mean[b] += rate * (_power[b] - _mean[b]);
            double level = ExactMath.Log(_power[b] / (_mean[b] + 1e-12) + 1e-5) / Scale;
            for (int k = 0; k < _talkers; k++) features[k * Count * bins + b] = (float)level;
        }
        Directions(Classes.ModelFactor, Classes.ModelLogDeterminant, features, 1);
        if (_sinceRefresh == 0) Classes.Blend();
        _sinceRefresh = (_sinceRefresh + 1) % RefreshFrames;
        Directions(Classes.LearnedFactor, Classes.LearnedLogDeterminant, features, 3);
    }

    /// <summary>Teaches the covariances with the masks of the frame last seen.</summary>
    /// <param name="masks">[K + 1][stride].</param>
    public void Learn(double[][] masks) => Classes.Learn(_re, _im, masks);

    private void Directions(HermitianPlanes[] factors, double[][] logDeterminants, Span<float> features, int at)
    {
        int bins = Classes.Bins, mics = Classes.Microphones;
        for (int c = 0; c <= _talkers; c++)
        {
            factors[c].Quadratic(_re, _im, _quadratic);
            for (int b = 0; b < bins; b++)
                _likelihood[c][b] = _power[b] > SilentPower ? -logDeterminants[c][b] - mics * ExactMath.Log(_quadratic[b] / (mics * _power[b])) : 0;
        }
        double[] diffuse = _likelihood[_talkers];
        for (int k = 0; k < _talkers; k++)
        {
            var own = features.Slice((k * Count + at) * bins, bins);
            var others = features.Slice((k * Count + at + 1) * bins, bins);
            for (int b = 0; b < bins; b++)
            {
                double best = -Scale * Limit;
                for (int j = 0; j < _talkers; j++)
                    if (j != k) best = Math.Max(best, _likelihood[j][b] - diffuse[b]);
                own[b] = (float)Math.Clamp((_likelihood[k][b] - diffuse[b]) / Scale, -Limit, Limit);
                others[b] = (float)Math.Clamp(best / Scale, -Limit, Limit);
            }
        }
    }
}
