using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Separation.Design;

/// <summary>
/// What is known of each class of sound (K talkers, then everything diffuse) in space: a normalised covariance per bin, learned from the
/// frames that the masks give to it and held to the head model while little has been learned; and its recent power per bin.
/// The covariance remembers the class's <em>own</em> active time, so a silent talker is not forgotten; the power follows quickly, so that a
/// silent talker costs no null. When the head turns, what was learned turns with it: each microphone is scaled by the model's ratio
/// between new and old direction.
/// </summary>
internal sealed class ClassCovariances
{
    private const double Diffuseness = 0.3;   // share of a talker's model that is reverberation
    private const double PriorFrames = 60;    // frames of the class's own sound that weigh as much as the model
    private const double LeastWhite = 1e-4;   // keeps every matrix positive definite
    private const double LargestWarp = 2;     // a microphone in a notch of the model says nothing about another direction

    private readonly SteeringVectors _vectors;
    private readonly Complex[] _diffuse;      // [bins × M × M], trace M
    private readonly Complex[][] _steering;   // [K][bins × M]
    private readonly Complex[][] _learned;    // [K + 1][bins × M × M] lower triangle, power-weighted
    private readonly double[][] _frames;      // [K + 1][bins] frames learned from
    private readonly Complex[] _newSteering, _ratio;
    private readonly double _learnRate, _powerRate;

    /// <param name="diffuse">[bins × M × M] covariance of an isotropic field.</param>
    /// <param name="frameS">Time between frames, seconds.</param>
    /// <param name="learnS">Memory of the covariances in seconds of the class's own sound.</param>
    /// <param name="powerS">Memory of the powers, seconds.</param>
    public ClassCovariances(SteeringVectors vectors, Complex[] diffuse, int maxTalkers, double frameS, double learnS, double powerS)
    {
        _vectors = vectors;
        Microphones = vectors.Array.Count;
        _diffuse = Normalised(diffuse);
        _steering = Arrays<Complex>(maxTalkers, vectors.Bins * Microphones);
        _learned = Arrays<Complex>(maxTalkers + 1, vectors.Bins * Microphones * Microphones);
        Covariance = Arrays<Complex>(maxTalkers + 1, vectors.Bins * Microphones * Microphones);
        _frames = Arrays<double>(maxTalkers + 1, vectors.Bins);
        Power = Arrays<double>(maxTalkers + 1, vectors.Bins);
        _newSteering = new Complex[vectors.Bins * Microphones];
        _ratio = new Complex[Microphones];
        _learnRate = 1 - Core.Dsp.ExactMath.Exp(-frameS / learnS);
        _powerRate = 1 - Core.Dsp.ExactMath.Exp(-frameS / powerS);
    }

    public int Microphones { get; }
    public int Bins => _vectors.Bins;

    /// <summary>[K + 1][bins × M × M] lower triangles with trace M, as of the last <see cref="Blend"/>; the diffuse class is the last <em>in use</em> (index K of the scene).</summary>
    public Complex[][] Covariance { get; }

    /// <summary>[K + 1][bins] recent power per microphone.</summary>
    public double[][] Power { get; }

    /// <summary>Forgets everything and points the talkers.</summary>
    public void Reset(ReadOnlySpan<Vector3D> directionsHead)
    {
        for (int c = 0; c < _learned.Length; c++) { Array.Clear(_learned[c]); Array.Clear(_frames[c]); Array.Clear(Power[c]); }
        for (int k = 0; k < directionsHead.Length; k++) _vectors.Fill(directionsHead[k], _steering[k]);
    }

    /// <summary>Points talker k to a new direction and turns what was learned.</summary>
    public void Turn(int k, Vector3D directionHead)
    {
        int mics = Microphones;
        _vectors.Fill(directionHead, _newSteering);
        for (int b = 0; b < Bins; b++)
        {
            var old = _steering[k].AsSpan(b * mics, mics);
            var now = _newSteering.AsSpan(b * mics, mics);
            for (int m = 0; m < mics; m++) _ratio[m] = Limited(now[m] * Complex.Conjugate(old[m]) / Math.Max(HermitianSolver.Norm(old[m]), 1e-9));
            var r = _learned[k].AsSpan(b * mics * mics, mics * mics);
            for (int i = 0; i < mics; i++)
                for (int j = 0; j <= i; j++) r[i * mics + j] *= _ratio[i] * Complex.Conjugate(_ratio[j]);
            now.CopyTo(old);
        }
    }

    /// <summary>Learns from a frame; doubtful bins (the mask counts squared) teach little.</summary>
    /// <param name="spectrum">[bins × M].</param>
    /// <param name="masks">[K + 1][bins], sum 1 over the classes in use.</param>
    public void Learn(ReadOnlySpan<Complex> spectrum, double[][] masks, int classes)
    {
        int mics = Microphones;
        for (int b = 0; b < Bins; b++)
        {
            var x = spectrum.Slice(b * mics, mics);
            double power = 0;
            for (int m = 0; m < mics; m++) power += HermitianSolver.Norm(x[m]);
            power /= mics;
            for (int c = 0; c < classes; c++)
            {
                double mask = masks[c][b], sure = mask * mask, learn = _learnRate * sure, keep = 1 - learn;
                Power[c][b] += _powerRate * (mask * power - Power[c][b]);
                _frames[c][b] = keep * _frames[c][b] + sure;
                var r = _learned[c].AsSpan(b * mics * mics, mics * mics);
                for (int i = 0; i < mics; i++)
                    for (int j = 0; j <= i; j++) r[i * mics + j] = keep * r[i * mics + j] + learn * (x[i] * Complex.Conjugate(x[j]));
            }
        }
    }

    /// <summary>Makes <see cref="Covariance"/> from what was learned and the model.</summary>
    public void Blend(int talkers)
    {
        for (int c = 0; c <= talkers; c++)
            for (int b = 0; b < Bins; b++) BlendBin(c, b, c < talkers ? _steering[c] : null);
    }

    private void BlendBin(int c, int b, Complex[]? steering)
    {
        int mics = Microphones, at = b * mics * mics;
        var learned = _learned[c].AsSpan(at, mics * mics);
        var blend = Covariance[c].AsSpan(at, mics * mics);
        double trace = 0, energy = 0;
        for (int m = 0; m < mics; m++) trace += learned[m * mics + m].Real;
        if (steering is not null) for (int m = 0; m < mics; m++) energy += HermitianSolver.Norm(steering[b * mics + m]);
        double frames = _frames[c][b] / PriorFrames, weight = trace > 1e-20 ? frames * frames / (frames * frames + 1) : 0;
        double fromLearned = weight > 0 ? weight * mics / trace : 0;
        double fromField = (1 - weight) * (steering is null ? 1 : Diffuseness), fromSteering = steering is null ? 0 : (1 - weight) * (1 - Diffuseness) * mics / energy;
        for (int i = 0; i < mics; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Complex sum = fromLearned * learned[i * mics + j] + fromField * _diffuse[at + i * mics + j];
                if (steering is not null) sum += fromSteering * steering[b * mics + i] * Complex.Conjugate(steering[b * mics + j]);
                blend[i * mics + j] = sum;
            }
            blend[i * mics + i] += LeastWhite;
        }
    }

    private static Complex Limited(Complex ratio)
    {
        double size = Math.Sqrt(HermitianSolver.Norm(ratio));
        if (size < 1e-9) return Complex.One;
        return ratio * (Math.Clamp(size, 1 / LargestWarp, LargestWarp) / size);
    }

    private Complex[] Normalised(Complex[] field)
    {
        var result = (Complex[])field.Clone();
        int mics = Microphones;
        for (int b = 0; b < Bins; b++)
        {
            double trace = 0;
            for (int m = 0; m < mics; m++) trace += field[(b * mics + m) * mics + m].Real;
            for (int i = 0; i < mics * mics; i++) result[b * mics * mics + i] *= mics / trace;
        }
        return result;
    }

    private static T[][] Arrays<T>(int count, int length)
    {
        var arrays = new T[count][];
        for (int i = 0; i < count; i++) arrays[i] = new T[length];
        return arrays;
    }
}
