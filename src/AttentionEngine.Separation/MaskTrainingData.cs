using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Design;
using AttentionEngine.Separation.Design.Masks;

namespace AttentionEngine.Separation;

/// <summary>
/// Examples for the mask network from scenes whose parts are known: the features exactly as the live path makes them, and the share of
/// each class in every bin's power. The covariances are taught by ideal masks mixed with what the head model alone would say, so that the
/// network learns to live with imperfect ones.
/// </summary>
public sealed class MaskTrainingData
{
    private readonly SpectralFrames[] _frames; // of each class's image, then of the mixture
    private readonly MaskFeatures _features;
    private readonly int _talkers, _mics;
    private readonly double _trust;
    private readonly double[][] _masks;
    private readonly float[] _row, _targets;

    /// <param name="directionsHead">[K] unit vectors, as perception would give them.</param>
    /// <param name="trust">Share of the ideal masks in what teaches the covariances, 0 to 1.</param>
    public MaskTrainingData(MicrophoneArray array, ReadOnlySpan<Vector3D> directionsHead, double trust)
    {
        ArgumentNullException.ThrowIfNull(array);
        (_talkers, _mics, _trust) = (directionsHead.Length, array.Count, trust);
        _features = new MaskFeatures(new SteeringVectors(array, MaskFeatures.FftSize), _talkers);
        _features.Reset(directionsHead);
        _frames = [.. Enumerable.Range(0, _talkers + 2).Select(_ => new SpectralFrames(_mics, MaskFeatures.FftSize, MaskFeatures.Hop))];
        _masks = [.. Enumerable.Range(0, _talkers + 1).Select(_ => new double[_features.Classes.Stride])];
        _row = new float[_talkers * MaskFeatures.Count * Bins];
        _targets = new float[(_talkers + 1) * Bins];
    }

    public static int Bins => MaskFeatures.FftSize / 2 + 1;
    public static int FeatureCount => MaskFeatures.Count;

    /// <summary>Runs over a scene.</summary>
    /// <param name="images">[K + 1 × M × n]: each talker's image at the microphones, then everything else.</param>
    /// <param name="frame">Called for each frame with features [K × 5 × bins] and ideal masks [K + 1 × bins].</param>
    public void Run(ReadOnlySpan<float> images, int samples, Action<float[], float[]> frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        int hop = MaskFeatures.Hop;
        var parts = new float[_talkers + 2][];
        for (int c = 0; c < parts.Length; c++) parts[c] = new float[_mics * hop];
        for (int at = 0; at + hop <= samples; at += hop)
        {
            Array.Clear(parts[^1]);
            for (int c = 0; c <= _talkers; c++)
            {
                for (int m = 0; m < _mics; m++) images.Slice((c * _mics + m) * samples + at, hop).CopyTo(parts[c].AsSpan(m * hop));
                for (int i = 0; i < parts[c].Length; i++) parts[^1][i] += parts[c][i];
            }
            for (int c = 0; c < parts.Length; c++) { int used = 0; _frames[c].TryNext(parts[c], hop, ref used); }
            Frame();
            frame(_row, _targets);
        }
    }

    private void Frame()
    {
        _features.Observe(_frames[^1].Spectrum, _row);
        for (int b = 0; b < Bins; b++)
        {
            double sum = 1e-20;
            for (int c = 0; c <= _talkers; c++)
            {
                double power = 0;
                for (int m = 0; m < _mics; m++) { Complex x = _frames[c].Spectrum[b * _mics + m]; power += HermitianSolver.Norm(x); }
                _masks[c][b] = power;
                sum += power;
            }
            double best = 0, total = 0; // diffuse is the reference of the likelihoods: 0
            for (int k = 0; k < _talkers; k++) best = Math.Max(best, Model(k, b));
            for (int k = 0; k < _talkers; k++) total += ExactMath.Exp(Model(k, b) - best);
            total += ExactMath.Exp(-best);
            for (int c = 0; c <= _talkers; c++)
            {
                double ideal = _masks[c][b] / sum, model = ExactMath.Exp((c < _talkers ? Model(c, b) : 0) - best) / total;
                _targets[c * Bins + b] = (float)ideal;
                _masks[c][b] = _trust * ideal + (1 - _trust) * model;
            }
        }
        _features.Learn(_masks);
    }

    private double Model(int k, int b) => 4 * _row[(k * MaskFeatures.Count + 1) * Bins + b];
}
