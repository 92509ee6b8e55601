using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>
/// What is known of each class of sound (K talkers, then everything diffuse) in space, per bin: the head model's covariance for its
/// direction, and the one learned from the frames that the masks give to it, held to the model while little has been learned. All
/// have trace M. A class's memory counts its own active time, so a silent talker is not forgotten. When the head turns, what was learned
/// turns with it: each microphone is scaled by the model's ratio between new and old direction.
/// </summary>
internal sealed class ClassModels
{
    private const double Diffuseness = 0.3;   // share of a talker's model that is reverberation
    private const double PriorFrames = 30;    // frames of the class's own sound that weigh as much as the model
    private const double LearnS = 1.5;        // of the class's own sound
    private const double LeastWhite = 1e-4;   // keeps every matrix positive definite
    private const double White = 0.005, DiffuseWhite = 0.1; // for likelihoods: sensor noise and errors of the covariances
    private const double LargestWarp = 2;     // a microphone in a notch of the model says nothing about another direction

    private readonly SteeringVectors _vectors;
    private readonly HermitianPlanes _field;   // isotropic
    private readonly Complex[][] _steering;    // [K][bins × M]
    private readonly Complex[] _new, _ratio;
    private readonly HermitianPlanes[] _model, _learned;
    private readonly double[][] _frames;       // [K + 1][stride] frames learned from
    private readonly double[] _weightLearned, _weightModel;
    private readonly double _learnRate;
    private int _talkers;

    /// <param name="frameS">Time between frames, seconds.</param>
    public ClassModels(SteeringVectors vectors, int maxTalkers, double frameS)
    {
        _vectors = vectors;
        Microphones = vectors.Array.Count;
        _field = Field(vectors);
        _steering = new Complex[maxTalkers][];
        for (int k = 0; k < maxTalkers; k++) _steering[k] = new Complex[vectors.Bins * Microphones];
        _new = new Complex[vectors.Bins * Microphones];
        _ratio = new Complex[vectors.Bins * Microphones];
        _model = Planes(maxTalkers + 1);
        _learned = Planes(maxTalkers + 1);
        Covariance = Planes(maxTalkers + 1);
        ModelFactor = Planes(maxTalkers + 1);
        LearnedFactor = Planes(maxTalkers + 1);
        _frames = Rows(maxTalkers + 1);
        ModelLogDeterminant = Rows(maxTalkers + 1);
        LearnedLogDeterminant = Rows(maxTalkers + 1);
        _weightLearned = new double[_field.Stride];
        _weightModel = new double[_field.Stride];
        _learnRate = 1 - ExactMath.Exp(-frameS / LearnS);
    }

    public int Microphones { get; }
    public int Bins => _vectors.Bins;
    public int Stride => _field.Stride;

    /// <summary>[K + 1] model and learning together, as of the last <see cref="Blend"/>; diffuse at index K of the scene.</summary>
    public HermitianPlanes[] Covariance { get; }

    /// <summary>Isotropic field.</summary>
    public HermitianPlanes Diffuse => _field;

    /// <summary>[K + 1] factors for likelihoods, of the head model alone.</summary>
    public HermitianPlanes[] ModelFactor { get; }
    public double[][] ModelLogDeterminant { get; }

    /// <summary>[K + 1] factors for likelihoods, of <see cref="Covariance"/>.</summary>
    public HermitianPlanes[] LearnedFactor { get; }
    public double[][] LearnedLogDeterminant { get; }

    /// <summary>Forgets everything and points the talkers.</summary>
    public void Reset(ReadOnlySpan<Vector3D> directionsHead)
    {
        _talkers = directionsHead.Length;
        for (int c = 0; c < _learned.Length; c++) { _learned[c].Clear(); Array.Clear(_frames[c]); }
        for (int k = 0; k < _talkers; k++) { _vectors.Fill(directionsHead[k], _steering[k]); MakeModel(k); }
        _model[_talkers].CopyFrom(_field);
        Prepare(_model[_talkers], DiffuseWhite, ModelFactor[_talkers], ModelLogDeterminant[_talkers]);
    }

    /// <summary>Points talker k to a new direction and turns what was learned.</summary>
    public void Turn(int k, Vector3D directionHead)
    {
        _vectors.Fill(directionHead, _new);
        for (int i = 0; i < _new.Length; i++)
        {
            Complex old = _steering[k][i];
            _ratio[i] = Limited(_new[i] * Complex.Conjugate(old) / Math.Max(HermitianSolver.Norm(old), 1e-9));
        }
        var r = _learned[k];
        for (int i = 0; i < Microphones; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                int at = HermitianPlanes.Entry(i, j) * Stride;
                for (int b = 0; b < Bins; b++)
                {
                    Complex turned = new Complex(r.Re[at + b], r.Im[at + b]) * _ratio[b * Microphones + i] * Complex.Conjugate(_ratio[b * Microphones + j]);
                    (r.Re[at + b], r.Im[at + b]) = (turned.Real, i == j ? 0 : turned.Imaginary);
                }
            }
        }
        _new.CopyTo(_steering[k], 0);
        MakeModel(k);
    }

    /// <summary>Learns from a frame, from bins that mostly belong to one class: what leaks would fill the memory of a talker who is silent.</summary>
    /// <param name="xRe">[M × stride] spectrum.</param>
    /// <param name="xIm">[M × stride].</param>
    /// <param name="masks">[K + 1][stride], sum 1 over the classes.</param>
    public void Learn(double[] xRe, double[] xIm, double[][] masks)
    {
        int v = Vector<double>.Count;
        for (int c = 0; c <= _talkers; c++)
        {
            var (r, frames) = (_learned[c], _frames[c]);
            for (int b = 0; b < Stride; b += v)
            {
                var mask = new Vector<double>(masks[c], b);
                var sure = Vector.Max(Vector<double>.Zero, 2 * mask - Vector<double>.One);
                sure *= sure;
                var learn = sure * _learnRate;
                var keep = Vector<double>.One - learn;
                (keep * new Vector<double>(frames, b) + sure).CopyTo(frames, b);
                for (int i = 0; i < Microphones; i++)
                {
                    Vector<double> ar = new(xRe, i * Stride + b), ai = new(xIm, i * Stride + b);
                    for (int j = 0; j <= i; j++)
                    {
                        Vector<double> br = new(xRe, j * Stride + b), bi = new(xIm, j * Stride + b);
                        int at = HermitianPlanes.Entry(i, j) * Stride + b;
                        (keep * new Vector<double>(r.Re, at) + learn * (ar * br + ai * bi)).CopyTo(r.Re, at);
                        (keep * new Vector<double>(r.Im, at) + learn * (ai * br - ar * bi)).CopyTo(r.Im, at);
                    }
                }
            }
        }
    }

    /// <summary>Makes <see cref="Covariance"/> and <see cref="LearnedFactor"/> from what was learned and the model.</summary>
    public void Blend()
    {
        for (int c = 0; c <= _talkers; c++)
        {
            var (learned, model, blend) = (_learned[c], _model[c], Covariance[c]);
            for (int b = 0; b < Stride; b++)
            {
                double trace = 0, frames = _frames[c][b] / PriorFrames;
                for (int i = 0; i < Microphones; i++) trace += learned.Re[HermitianPlanes.Entry(i, i) * Stride + b];
                double weight = trace > 1e-20 ? frames * frames / (frames * frames + 1) : 0;
                _weightLearned[b] = weight > 0 ? weight * Microphones / trace : 0;
                _weightModel[b] = 1 - weight;
            }
            for (int e = 0; e < HermitianPlanes.Entries(Microphones); e++)
            {
                int at = e * Stride;
                for (int b = 0; b < Stride; b++)
                {
                    blend.Re[at + b] = _weightLearned[b] * learned.Re[at + b] + _weightModel[b] * model.Re[at + b];
                    blend.Im[at + b] = _weightLearned[b] * learned.Im[at + b] + _weightModel[b] * model.Im[at + b];
                }
            }
            blend.Load(LeastWhite);
            Prepare(blend, c == _talkers ? DiffuseWhite : White, LearnedFactor[c], LearnedLogDeterminant[c]);
        }
    }

    private void MakeModel(int k)
    {
        var model = _model[k];
        for (int b = 0; b < Bins; b++)
        {
            var a = _steering[k].AsSpan(b * Microphones, Microphones);
            double energy = 0;
            foreach (Complex z in a) energy += HermitianSolver.Norm(z);
            double direct = (1 - Diffuseness) * Microphones / energy;
            for (int i = 0; i < Microphones; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    int at = HermitianPlanes.Entry(i, j) * Stride + b;
                    Complex sum = direct * a[i] * Complex.Conjugate(a[j]);
                    model.Re[at] = sum.Real + Diffuseness * _field.Re[at];
                    model.Im[at] = i == j ? 0 : sum.Imaginary + Diffuseness * _field.Im[at];
                }
            }
        }
        Prepare(model, White, ModelFactor[k], ModelLogDeterminant[k]);
    }

    private void Prepare(HermitianPlanes covariance, double load, HermitianPlanes factor, double[] logDeterminant)
    {
        factor.CopyFrom(covariance);
        factor.Load(load);
        if (!factor.Factorise()) throw new InvalidOperationException("a class's covariance is not positive definite");
        for (int b = 0; b < Bins; b++)
        {
            double product = 1;
            for (int i = 0; i < Microphones; i++) product *= factor.Re[HermitianPlanes.Entry(i, i) * Stride + b];
            logDeterminant[b] = -2 * ExactMath.Log(product);
        }
    }

    private HermitianPlanes[] Planes(int count) => [.. Enumerable.Range(0, count).Select(_ => new HermitianPlanes(Microphones, Bins))];
    private double[][] Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => new double[HermitianPlanes.Padded(Bins)])];

    private static HermitianPlanes Field(SteeringVectors vectors)
    {
        int mics = vectors.Array.Count;
        var field = DiffuseField.Covariance(vectors);
        var planes = new HermitianPlanes(mics, vectors.Bins);
        for (int b = 0; b < vectors.Bins; b++)
        {
            double trace = 0;
            for (int m = 0; m < mics; m++) trace += field[(b * mics + m) * mics + m].Real;
            for (int i = 0; i < mics; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    Complex value = field[(b * mics + i) * mics + j] * (mics / trace);
                    int at = HermitianPlanes.Entry(i, j) * planes.Stride + b;
                    (planes.Re[at], planes.Im[at]) = (value.Real, i == j ? 0 : value.Imaginary);
                }
            }
        }
        return planes;
    }

    private static Complex Limited(Complex ratio)
    {
        double size = Math.Sqrt(HermitianSolver.Norm(ratio));
        if (size < 1e-9) return Complex.One;
        return ratio * (Math.Clamp(size, 1 / LargestWarp, LargestWarp) / size);
    }
}
