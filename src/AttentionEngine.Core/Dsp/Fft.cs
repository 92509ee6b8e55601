using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Complex FFT of a power-of-two size (decimation in time, radix 2), in place on separate real and imaginary parts. Tables are made
/// once, nothing is allocated per call, and the order of operations is fixed: the same bits on any x86-64.
/// Stateless after construction: one plan may be shared by threads.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Fft<T> where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _swaps;   // pairs (i, j) with i < j of the bit reversal
    private readonly T[] _cos, _sin; // stage with half-length h uses entries [h, 2h): e^{−jπ i/h}

    /// <param name="size">Power of two, at least 2.</param>
    public Fft(int size)
    {
        if (size < 2 || !BitOperations.IsPow2(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "must be a power of two, at least 2");
        Size = size;
        _cos = new T[size];
        _sin = new T[size];
        for (int h = 1; h < size; h *= 2)
        {
            for (int i = 0; i < h; i++)
            {
                var (s, c) = ExactMath.SinCos(Math.PI * i / h);
                _cos[h + i] = T.CreateChecked(c);
                _sin[h + i] = T.CreateChecked(-s);
            }
        }
        int bits = BitOperations.Log2((uint)size);
        var swaps = new List<int>();
        for (int i = 0; i < size; i++)
        {
            int j = 0;
            for (int b = 0; b < bits; b++) j |= ((i >> b) & 1) << (bits - 1 - b);
            if (i < j) { swaps.Add(i); swaps.Add(j); }
        }
        _swaps = [.. swaps];
    }

    /// <summary>N.</summary>
    public int Size { get; }

    /// <summary>X[k] = Σ x[n] e^{−j2πkn/N}, in place.</summary>
    /// <param name="re">[N] real parts.</param>
    /// <param name="im">[N] imaginary parts.</param>
    public void Forward(Span<T> re, Span<T> im)
    {
        if (re.Length != Size || im.Length != Size) throw new ArgumentException($"an FFT of size {Size} needs spans of that length, got {re.Length} and {im.Length}");
        for (int i = 0; i < _swaps.Length; i += 2)
        {
            int a = _swaps[i], b = _swaps[i + 1];
            (re[a], re[b]) = (re[b], re[a]);
            (im[a], im[b]) = (im[b], im[a]);
        }
        for (int h = 1; h < Size; h *= 2)
        {
            if (h >= Vector256<T>.Count) VectorStage(re, im, h); else ScalarStage(re, im, h);
        }
    }

    /// <summary>x[n] = 1/N Σ X[k] e^{+j2πkn/N}, in place; spans as in <see cref="Forward"/>.</summary>
    public void Inverse(Span<T> re, Span<T> im)
    {
        Forward(im, re); // swapping the parts conjugates on both sides
        T scale = T.One / T.CreateChecked(Size);
        for (int i = 0; i < Size; i++) { re[i] *= scale; im[i] *= scale; }
    }

    private void ScalarStage(Span<T> re, Span<T> im, int h)
    {
        for (int start = 0; start < Size; start += 2 * h)
        {
            for (int i = 0; i < h; i++)
            {
                int a = start + i, b = a + h;
                T c = _cos[h + i], s = _sin[h + i];
                T tr = re[b] * c - im[b] * s, ti = re[b] * s + im[b] * c;
                re[b] = re[a] - tr; im[b] = im[a] - ti;
                re[a] += tr; im[a] += ti;
            }
        }
    }

    private void VectorStage(Span<T> re, Span<T> im, int h)
    {
        int lanes = Vector256<T>.Count;
        ref T r = ref MemoryMarshal.GetReference(re), m = ref MemoryMarshal.GetReference(im);
        ref T cos = ref MemoryMarshal.GetArrayDataReference(_cos), sin = ref MemoryMarshal.GetArrayDataReference(_sin);
        for (int start = 0; start < Size; start += 2 * h)
        {
            for (int i = 0; i < h; i += lanes)
            {
                nuint a = (nuint)(start + i), b = a + (nuint)h, w = (nuint)(h + i);
                var c = Vector256.LoadUnsafe(ref cos, w);
                var s = Vector256.LoadUnsafe(ref sin, w);
                var br = Vector256.LoadUnsafe(ref r, b);
                var bi = Vector256.LoadUnsafe(ref m, b);
                var ar = Vector256.LoadUnsafe(ref r, a);
                var ai = Vector256.LoadUnsafe(ref m, a);
                var tr = br * c - bi * s;
                var ti = br * s + bi * c;
                (ar - tr).StoreUnsafe(ref r, b);
                (ai - ti).StoreUnsafe(ref m, b);
                (ar + tr).StoreUnsafe(ref r, a);
                (ai + ti).StoreUnsafe(ref m, a);
            }
        }
    }
}
