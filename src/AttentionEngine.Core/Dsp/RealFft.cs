using System.Numerics;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// FFT of real signals of a power-of-two size N by one complex FFT of N/2. No allocation per call, fixed order of operations.
/// Holds scratch: one instance per thread.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RealFft<T> where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly Fft<T> _half;
    private readonly T[] _re, _im, _cos, _sin;

    /// <param name="size">N: power of two, at least 4.</param>
    public RealFft(int size)
    {
        if (size < 4 || !BitOperations.IsPow2(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "must be a power of two, at least 4");
        Size = size;
        int n = size / 2;
        _half = new Fft<T>(n);
        (_re, _im, _cos, _sin) = (new T[n], new T[n], new T[n], new T[n]);
        for (int k = 0; k < n; k++)
        {
            var (s, c) = ExactMath.SinCos(2 * Math.PI * k / size);
            _cos[k] = T.CreateChecked(c);
            _sin[k] = T.CreateChecked(-s);
        }
    }

    /// <summary>N.</summary>
    public int Size { get; }

    /// <summary>Number of bins, N/2 + 1: bin k is the frequency k · rate / N.</summary>
    public int Bins => Size / 2 + 1;

    /// <summary>X[k] = Σ x[n] e^{−j2πkn/N}.</summary>
    /// <param name="time">[N].</param>
    /// <param name="re">[N/2 + 1] real parts.</param>
    /// <param name="im">[N/2 + 1] imaginary parts.</param>
    public void Forward(ReadOnlySpan<T> time, Span<T> re, Span<T> im)
    {
        int n = Size / 2;
        Check(time.Length, re.Length, im.Length);
        for (int i = 0; i < n; i++) { _re[i] = time[2 * i]; _im[i] = time[2 * i + 1]; }
        _half.Forward(_re, _im);
        T half = T.CreateChecked(0.5);
        for (int k = 0; k <= n; k++)
        {
            int i = k == n ? 0 : k, j = k == 0 ? 0 : n - k;
            // even part E = (Z[k] + Z*[n−k])/2, odd part O = (Z[k] − Z*[n−k])/(2j); X = E + e^{−j2πk/N} O
            T er = half * (_re[i] + _re[j]), ei = half * (_im[i] - _im[j]);
            T or = half * (_im[i] + _im[j]), oi = half * (_re[j] - _re[i]);
            T c = k == n ? -T.One : _cos[k], s = k == n ? T.Zero : _sin[k];
            re[k] = er + (or * c - oi * s);
            im[k] = ei + (or * s + oi * c);
        }
    }

    /// <summary>x[n] = 1/N Σ X[k] e^{+j2πkn/N} over the full, conjugate-symmetric spectrum; imaginary parts of bins 0 and N/2 are ignored.</summary>
    /// <param name="re">[N/2 + 1].</param>
    /// <param name="im">[N/2 + 1].</param>
    /// <param name="time">[N].</param>
    public void Inverse(ReadOnlySpan<T> re, ReadOnlySpan<T> im, Span<T> time)
    {
        int n = Size / 2;
        Check(time.Length, re.Length, im.Length);
        T half = T.CreateChecked(0.5);
        for (int k = 0; k < n; k++)
        {
            int j = n - k;
            T ai = k == 0 ? T.Zero : im[k], bi = k == 0 ? T.Zero : im[j];
            T er = half * (re[k] + re[j]), ei = half * (ai - bi);
            T dr = half * (re[k] - re[j]), di = half * (ai + bi);
            T or = dr * _cos[k] + di * _sin[k], oi = di * _cos[k] - dr * _sin[k]; // times e^{+j2πk/N}
            _re[k] = er - oi;
            _im[k] = ei + or;
        }
        _half.Inverse(_re, _im);
        for (int i = 0; i < n; i++) { time[2 * i] = _re[i]; time[2 * i + 1] = _im[i]; }
    }

    private void Check(int time, int re, int im)
    {
        if (time != Size || re != Bins || im != Bins) throw new ArgumentException($"a real FFT of size {Size} needs {Size} samples and {Bins} bins, got {time} samples, {re} and {im} bins");
    }
}
