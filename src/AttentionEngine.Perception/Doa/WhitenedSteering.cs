using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Doa;

/// <summary>Unit vectors L⁻¹a / |L⁻¹a| of every direction and bin, where L Lᴴ is the coherence of spherically isotropic noise at the array. Immutable.</summary>
internal sealed class WhitenedSteering
{
    private const int PlaneWaves = 200;
    private const double SensorShare = 0.05; // of a microphone's own noise in the noise
    private readonly float[] _re, _im;       // [directions × M × width]
    private readonly int _stride;

    public WhitenedSteering(SteeringVectors vectors, IReadOnlyList<Vector3D> directionsHead, PhaseCovariance phases)
    {
        int mics = phases.Array.Count, width = phases.Width;
        Directions = directionsHead.Count;
        _stride = mics * width;
        (_re, _im) = (new float[Directions * _stride], new float[Directions * _stride]);
        Whitening = Factors(vectors, phases);
        var one = new Complex[vectors.Bins * mics];
        var white = new Complex[mics];
        for (int d = 0; d < Directions; d++)
        {
            vectors.Fill(directionsHead[d], one);
            for (int b = 0; b < phases.Bins; b++)
            {
                double norm = 0;
                for (int i = 0; i < mics; i++)
                {
                    white[i] = 0;
                    for (int j = 0; j <= i; j++) white[i] += Whitening[(b * mics + i) * mics + j] * Phase(one[(phases.FirstBin + b) * mics + j]);
                    norm += white[i].Real * white[i].Real + white[i].Imaginary * white[i].Imaginary;
                }
                norm = Math.Sqrt(norm);
                for (int i = 0; i < mics; i++)
                {
                    _re[d * _stride + i * width + b] = (float)(white[i].Real / norm);
                    _im[d * _stride + i * width + b] = (float)(white[i].Imaginary / norm);
                }
            }
        }
    }

    public int Directions { get; }

    /// <summary>[bins × M × M] L⁻¹, row-major, lower triangle.</summary>
    public Complex[] Whitening { get; }

    /// <summary>[M × width] real parts of a direction.</summary>
    public ReadOnlySpan<float> Re(int direction) => _re.AsSpan(direction * _stride, _stride);

    public ReadOnlySpan<float> Im(int direction) => _im.AsSpan(direction * _stride, _stride);

    private static Complex Phase(Complex a) => a.Magnitude > 1e-12 ? a / a.Magnitude : Complex.One;

    private static Complex[] Factors(SteeringVectors vectors, PhaseCovariance phases)
    {
        int mics = phases.Array.Count;
        var result = new Complex[phases.Bins * mics * mics];
        var one = new Complex[vectors.Bins * mics];
        foreach (Vector3D direction in Fibonacci())
        {
            vectors.Fill(direction, one);
            for (int b = 0; b < phases.Bins; b++)
                for (int i = 0; i < mics; i++)
                    for (int j = 0; j < mics; j++)
                        result[(b * mics + i) * mics + j] += one[(phases.FirstBin + b) * mics + i] * Complex.Conjugate(one[(phases.FirstBin + b) * mics + j]);
        }
        for (int b = 0; b < phases.Bins; b++) InvertFactor(result.AsSpan(b * mics * mics, mics * mics), mics);
        return result;
    }

    /// <summary>Covariance → coherence with a microphone's own noise → inverse of its lower Cholesky factor, in place.</summary>
    private static void InvertFactor(Span<Complex> a, int n)
    {
        Span<double> sd = stackalloc double[n];
        for (int i = 0; i < n; i++) sd[i] = Math.Sqrt(a[i * n + i].Real);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) a[i * n + j] = i == j ? 1 : a[i * n + j] / (sd[i] * sd[j] * (1 + SensorShare));
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                Complex s = a[i * n + j];
                for (int k = 0; k < j; k++) s -= a[i * n + k] * Complex.Conjugate(a[j * n + k]);
                a[i * n + j] = i == j ? Math.Sqrt(Math.Max(s.Real, 1e-9)) : s / a[j * n + j];
            }
        var inverse = new Complex[n * n];
        for (int c = 0; c < n; c++)
            for (int i = c; i < n; i++)
            {
                Complex s = i == c ? 1 : 0;
                for (int k = c; k < i; k++) s -= a[i * n + k] * inverse[k * n + c];
                inverse[i * n + c] = s / a[i * n + i];
            }
        inverse.CopyTo(a);
    }

    private static IEnumerable<Vector3D> Fibonacci()
    {
        for (int i = 0; i < PlaneWaves; i++)
        {
            double z = 1 - (2 * i + 1.0) / PlaneWaves, r = Math.Sqrt(1 - z * z), angle = i * Math.PI * (3 - Math.Sqrt(5));
            var (s, c) = Core.Dsp.ExactMath.SinCos(angle);
            yield return new Vector3D(r * c, r * s, z);
        }
    }
}
