using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Doa;

/// <summary>a_m a_n* of every direction, pair of microphones and bin, of modulus 1: what the products of phases of one source there would be. Immutable.</summary>
internal sealed class PairSteering
{
    private const float LoopGain = 0.7f; // some of what a bin shares with this direction belongs to others
    private readonly float[] _re, _im; // [directions × pairs × width]
    private readonly int _pairs, _width;
    private readonly float[] _share;

    public PairSteering(SteeringVectors vectors, IReadOnlyList<Vector3D> directionsHead, PhaseCovariance phases)
    {
        Directions = directionsHead;
        (_pairs, _width) = (phases.Pairs, phases.Width);
        int mics = phases.Array.Count;
        (_re, _im) = (new float[directionsHead.Count * _pairs * _width], new float[directionsHead.Count * _pairs * _width]);
        _share = new float[_width];
        var one = new Complex[vectors.Bins * mics];
        for (int d = 0; d < directionsHead.Count; d++)
        {
            vectors.Fill(directionsHead[d], one);
            for (int m = 0, pair = 0; m < mics; m++)
                for (int n = m + 1; n < mics; n++, pair++)
                    for (int b = 0; b < phases.Bins; b++)
                    {
                        int bin = (phases.FirstBin + b) * mics, at = (d * _pairs + pair) * _width + b;
                        Complex product = one[bin + m] * Complex.Conjugate(one[bin + n]);
                        double size = product.Magnitude;
                        if (size > 1e-12) (_re[at], _im[at]) = ((float)(product.Real / size), (float)(product.Imaginary / size));
                    }
        }
    }

    public IReadOnlyList<Vector3D> Directions { get; }

    /// <summary>Re Σ conj(a_m a_n*) φ_m φ_n* over pairs and bins.</summary>
    public float Correlate(int direction, ReadOnlySpan<float> pairRe, ReadOnlySpan<float> pairIm)
    {
        int size = _pairs * _width;
        ReadOnlySpan<Vector256<float>> ar = Cast(_re.AsSpan(direction * size, size)), ai = Cast(_im.AsSpan(direction * size, size));
        ReadOnlySpan<Vector256<float>> xr = Cast(pairRe), xi = Cast(pairIm);
        Vector256<float> even = default, odd = default;
        for (int v = 0; v < xr.Length; v++)
        {
            even += ar[v] * xr[v];
            odd += ai[v] * xi[v];
        }
        return Lanes.Sum(even + odd);
    }

    /// <summary>Subtracts from the products what a source in this direction explains best in each bin (least squares over the pairs, never negative), most of it.</summary>
    public void TakeOut(int direction, ReadOnlySpan<float> weight, Span<float> pairRe, Span<float> pairIm)
    {
        int start = direction * _pairs * _width;
        Span<float> share = _share;
        share.Clear();
        for (int p = 0; p < _pairs; p++)
            for (int b = 0; b < _width; b++)
                share[b] += _re[start + p * _width + b] * pairRe[p * _width + b] + _im[start + p * _width + b] * pairIm[p * _width + b];
        for (int b = 0; b < _width; b++) share[b] = LoopGain * Math.Clamp(share[b] / _pairs, 0, weight[b]);
        for (int p = 0; p < _pairs; p++)
            for (int b = 0; b < _width; b++)
            {
                pairRe[p * _width + b] -= share[b] * _re[start + p * _width + b];
                pairIm[p * _width + b] -= share[b] * _im[start + p * _width + b];
            }
    }

    private static ReadOnlySpan<Vector256<float>> Cast(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);
}
