using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AttentionEngine.Perception.Doa;

/// <summary>The strongest eigenvectors of each bin's whitened covariance of phases, followed from tick to tick. All bins at once, eight to a vector.</summary>
internal sealed class SignalSubspace
{
    private const float Softness = 0.15f, Tiny = 1e-12f;
    private readonly PhaseCovariance _phases;
    private readonly WhitenedSteering _steering;
    private readonly int _mics, _dimensions, _vectors;
    private readonly Vector256<float>[] _whiteRe, _whiteIm; // [M × M × vectors] L⁻¹
    private readonly Vector256<float>[] _covRe, _covIm, _halfRe, _halfIm; // [M × M × vectors]
    private readonly Vector256<float>[] _baseRe, _baseIm, _nextRe, _nextIm; // [dimensions × M × vectors]
    private readonly Vector256<float>[] _count, _weight; // [dimensions × vectors], [vectors]
    private float _total;

    public SignalSubspace(PhaseCovariance phases, WhitenedSteering steering, int dimensions)
    {
        (_phases, _steering, _mics, _dimensions, _vectors) = (phases, steering, phases.Array.Count, dimensions, phases.Width / Vector256<float>.Count);
        int square = _mics * _mics * _vectors, basis = dimensions * _mics * _vectors;
        (_whiteRe, _whiteIm) = (new Vector256<float>[square], new Vector256<float>[square]);
        (_covRe, _covIm, _halfRe, _halfIm) = (new Vector256<float>[square], new Vector256<float>[square], new Vector256<float>[square], new Vector256<float>[square]);
        (_baseRe, _baseIm, _nextRe, _nextIm) = (new Vector256<float>[basis], new Vector256<float>[basis], new Vector256<float>[basis], new Vector256<float>[basis]);
        (_count, _weight) = (new Vector256<float>[dimensions * _vectors], new Vector256<float>[_vectors]);
        Span<float> re = MemoryMarshal.Cast<Vector256<float>, float>(_whiteRe.AsSpan()), im = MemoryMarshal.Cast<Vector256<float>, float>(_whiteIm.AsSpan());
        for (int b = 0; b < phases.Bins; b++)
            for (int i = 0; i < _mics * _mics; i++)
                (re[i * phases.Width + b], im[i * phases.Width + b]) = ((float)steering.Whitening[b * _mics * _mics + i].Real, (float)steering.Whitening[b * _mics * _mics + i].Imaginary);
        for (int k = 0; k < dimensions; k++)
            for (int m = 0; m < _mics; m++)
                _baseRe.AsSpan((k * _mics + m) * _vectors, _vectors).Fill(Vector256.Create(m == k ? 1f : 0.3f / (1 + m + k))); // any start that no source is orthogonal to
    }

    /// <summary>One step: whiten, two orthogonal iterations, eigenvalues.</summary>
    public void Update()
    {
        Whiten();
        for (int step = 0; step < 2; step++) { Multiply(); Orthonormalise(); }
        Count();
    }

    /// <summary>Weighted mean over bins of ε / (ε + 1 − |projection on the signal subspace|²).</summary>
    public float Nearness(int direction)
    {
        var ar = MemoryMarshal.Cast<float, Vector256<float>>(_steering.Re(direction));
        var ai = MemoryMarshal.Cast<float, Vector256<float>>(_steering.Im(direction));
        Vector256<float> sum = default, one = Vector256.Create(1f), soft = Vector256.Create(Softness);
        for (int v = 0; v < _vectors; v++)
        {
            Vector256<float> inside = default;
            for (int k = 0; k < _dimensions; k++)
            {
                Vector256<float> re = default, im = default;
                for (int m = 0; m < _mics; m++)
                {
                    int at = (k * _mics + m) * _vectors + v, a = m * _vectors + v;
                    re += _baseRe[at] * ar[a] + _baseIm[at] * ai[a];
                    im += _baseRe[at] * ai[a] - _baseIm[at] * ar[a];
                }
                inside += _count[k * _vectors + v] * (re * re + im * im);
            }
            sum += _weight[v] * soft / (soft + Vector256.Max(one - inside, Vector256<float>.Zero));
        }
        return _total > 0 ? Lanes.Sum(sum) / _total : 0;
    }

    private void Whiten()
    {
        var weight = MemoryMarshal.Cast<float, Vector256<float>>(_phases.Weight);
        ReadOnlySpan<Vector256<float>> pr = MemoryMarshal.Cast<float, Vector256<float>>(_phases.PairRe), pi = MemoryMarshal.Cast<float, Vector256<float>>(_phases.PairIm);
        for (int v = 0; v < _vectors; v++)
        {
            for (int m = 0, pair = 0; m < _mics; m++)
            {
                _covRe[(m * _mics + m) * _vectors + v] = weight[v];
                _covIm[(m * _mics + m) * _vectors + v] = default;
                for (int n = m + 1; n < _mics; n++, pair++)
                {
                    var (re, im) = (pr[pair * _vectors + v], pi[pair * _vectors + v]);
                    int upper = (m * _mics + n) * _vectors + v, lower = (n * _mics + m) * _vectors + v;
                    (_covRe[upper], _covIm[upper], _covRe[lower], _covIm[lower]) = (re, im, re, -im);
                }
            }
            // H = L⁻¹ C, then C ← H L⁻ᴴ; L⁻¹ is lower triangular.
            for (int i = 0; i < _mics; i++)
                for (int j = 0; j < _mics; j++)
                {
                    Vector256<float> re = default, im = default;
                    for (int k = 0; k <= i; k++)
                    {
                        int w = (i * _mics + k) * _vectors + v, c = (k * _mics + j) * _vectors + v;
                        re += _whiteRe[w] * _covRe[c] - _whiteIm[w] * _covIm[c];
                        im += _whiteRe[w] * _covIm[c] + _whiteIm[w] * _covRe[c];
                    }
                    (_halfRe[(i * _mics + j) * _vectors + v], _halfIm[(i * _mics + j) * _vectors + v]) = (re, im);
                }
            for (int i = 0; i < _mics; i++)
                for (int j = 0; j < _mics; j++)
                {
                    Vector256<float> re = default, im = default;
                    for (int k = 0; k <= j; k++)
                    {
                        int w = (j * _mics + k) * _vectors + v, h = (i * _mics + k) * _vectors + v;
                        re += _halfRe[h] * _whiteRe[w] + _halfIm[h] * _whiteIm[w];
                        im += _halfIm[h] * _whiteRe[w] - _halfRe[h] * _whiteIm[w];
                    }
                    (_covRe[(i * _mics + j) * _vectors + v], _covIm[(i * _mics + j) * _vectors + v]) = (re, im);
                }
        }
    }

    private void Multiply()
    {
        for (int k = 0; k < _dimensions; k++)
            for (int i = 0; i < _mics; i++)
                for (int v = 0; v < _vectors; v++)
                {
                    Vector256<float> re = default, im = default;
                    for (int j = 0; j < _mics; j++)
                    {
                        int c = (i * _mics + j) * _vectors + v, u = (k * _mics + j) * _vectors + v;
                        re += _covRe[c] * _baseRe[u] - _covIm[c] * _baseIm[u];
                        im += _covRe[c] * _baseIm[u] + _covIm[c] * _baseRe[u];
                    }
                    (_nextRe[(k * _mics + i) * _vectors + v], _nextIm[(k * _mics + i) * _vectors + v]) = (re, im);
                }
    }

    /// <summary>Gram and Schmidt; the length that a vector has before is its eigenvalue.</summary>
    private void Orthonormalise()
    {
        var tiny = Vector256.Create(Tiny);
        for (int k = 0; k < _dimensions; k++)
            for (int v = 0; v < _vectors; v++)
            {
                for (int l = 0; l < k; l++)
                {
                    Vector256<float> re = default, im = default;
                    for (int m = 0; m < _mics; m++)
                    {
                        int b = (l * _mics + m) * _vectors + v, x = (k * _mics + m) * _vectors + v;
                        re += _baseRe[b] * _nextRe[x] + _baseIm[b] * _nextIm[x];
                        im += _baseRe[b] * _nextIm[x] - _baseIm[b] * _nextRe[x];
                    }
                    for (int m = 0; m < _mics; m++)
                    {
                        int b = (l * _mics + m) * _vectors + v, x = (k * _mics + m) * _vectors + v;
                        _nextRe[x] -= _baseRe[b] * re - _baseIm[b] * im;
                        _nextIm[x] -= _baseRe[b] * im + _baseIm[b] * re;
                    }
                }
                Vector256<float> square = default;
                for (int m = 0; m < _mics; m++)
                {
                    int x = (k * _mics + m) * _vectors + v;
                    square += _nextRe[x] * _nextRe[x] + _nextIm[x] * _nextIm[x];
                }
                var length = Vector256.Sqrt(square);
                _count[k * _vectors + v] = length;
                // A bin in which nothing was ever heard keeps its start.
                var heard = Vector256.GreaterThan(length, tiny);
                var inverse = Vector256<float>.One / Vector256.Max(length, tiny);
                for (int m = 0; m < _mics; m++)
                {
                    int x = (k * _mics + m) * _vectors + v;
                    _baseRe[x] = Vector256.ConditionalSelect(heard, _nextRe[x] * inverse, _baseRe[x]);
                    _baseIm[x] = Vector256.ConditionalSelect(heard, _nextIm[x] * inverse, _baseIm[x]);
                }
            }
    }

    /// <summary>Eigenvalues → how much each dimension counts: (λ − noise) / λ, the noise being the mean of what the subspace leaves.</summary>
    private void Count()
    {
        var tiny = Vector256.Create(Tiny);
        var weight = MemoryMarshal.Cast<float, Vector256<float>>(_phases.Weight);
        _total = 0;
        for (int v = 0; v < _vectors; v++)
        {
            Vector256<float> rest = default;
            for (int m = 0; m < _mics; m++) rest += _covRe[(m * _mics + m) * _vectors + v];
            for (int k = 0; k < _dimensions; k++) rest -= _count[k * _vectors + v];
            var noise = Vector256.Max(rest, Vector256<float>.Zero) / Vector256.Create((float)Math.Max(1, _mics - _dimensions));
            for (int k = 0; k < _dimensions; k++)
            {
                int at = k * _vectors + v;
                _count[at] = Vector256.Max(_count[at] - noise, Vector256<float>.Zero) / Vector256.Max(_count[at], tiny);
            }
            _weight[v] = weight[v] * _count[v]; // a bin without a leading direction says nothing
            _total += Lanes.Sum(weight[v]);
        }
    }
}
