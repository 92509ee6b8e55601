using System.Numerics;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>
/// One small Hermitian matrix per frequency bin, stored as planes: entry (i, j), j ≤ i, of all bins lies together, so that every step
/// works on several bins at once. No sum runs over bins: the result is the same at every vector width.
/// </summary>
internal sealed class HermitianPlanes
{
    /// <summary>Bins are padded to a multiple of this; the padding holds unit matrices' worth of zeros and is never read back.</summary>
    public const int Pad = 8;

    public HermitianPlanes(int size, int bins)
    {
        Size = size;
        Stride = Padded(bins);
        Re = new double[Entries(size) * Stride];
        Im = new double[Entries(size) * Stride];
    }

    /// <summary>n of the n × n matrices.</summary>
    public int Size { get; }

    /// <summary>Length of a plane: the padded number of bins.</summary>
    public int Stride { get; }

    /// <summary>[n(n+1)/2 × stride] real parts of the lower triangles, entry (i, j) at plane i(i+1)/2 + j.</summary>
    public double[] Re { get; }

    /// <summary>[n(n+1)/2 × stride] imaginary parts; zero on the diagonal.</summary>
    public double[] Im { get; }

    public static int Padded(int bins) => (bins + Pad - 1) / Pad * Pad;
    public static int Entries(int size) => size * (size + 1) / 2;
    public static int Entry(int i, int j) => i * (i + 1) / 2 + j;

    public void Clear()
    {
        Array.Clear(Re);
        Array.Clear(Im);
    }

    public void CopyFrom(HermitianPlanes other)
    {
        other.Re.CopyTo(Re, 0);
        other.Im.CopyTo(Im, 0);
    }

    /// <summary>Adds a number to every diagonal.</summary>
    public void Load(double value)
    {
        for (int i = 0; i < Size; i++)
        {
            var diagonal = Re.AsSpan(Entry(i, i) * Stride, Stride);
            for (int b = 0; b < diagonal.Length; b++) diagonal[b] += value;
        }
    }

    /// <summary>A = L Lᴴ in place: the planes become L with its diagonal inverted.</summary>
    /// <returns>False when a matrix is not positive definite to working precision.</returns>
    public bool Factorise()
    {
        int v = Vector<double>.Count;
        bool positive = true;
        Span<Vector<double>> re = stackalloc Vector<double>[Entries(Size)], im = stackalloc Vector<double>[Entries(Size)];
        for (int b = 0; b < Stride; b += v)
        {
            for (int e = 0; e < re.Length; e++) { re[e] = new(Re, e * Stride + b); im[e] = new(Im, e * Stride + b); }
            for (int j = 0; j < Size; j++)
            {
                var diagonal = re[Entry(j, j)];
                for (int k = 0; k < j; k++)
                {
                    var (r, i) = (re[Entry(j, k)], im[Entry(j, k)]);
                    diagonal -= r * r + i * i;
                }
                positive &= Vector.GreaterThanAll(diagonal, Vector<double>.Zero);
                var inverse = Vector<double>.One / Vector.SquareRoot(diagonal);
                re[Entry(j, j)] = inverse;
                for (int i = j + 1; i < Size; i++)
                {
                    var (sumRe, sumIm) = (re[Entry(i, j)], im[Entry(i, j)]);
                    for (int k = 0; k < j; k++)
                    {
                        var (ar, ai, br, bi) = (re[Entry(i, k)], im[Entry(i, k)], re[Entry(j, k)], im[Entry(j, k)]); // a · conj(b)
                        sumRe -= ar * br + ai * bi;
                        sumIm -= ai * br - ar * bi;
                    }
                    re[Entry(i, j)] = sumRe * inverse;
                    im[Entry(i, j)] = sumIm * inverse;
                }
            }
            for (int e = 0; e < re.Length; e++) { re[e].CopyTo(Re, e * Stride + b); im[e].CopyTo(Im, e * Stride + b); }
        }
        return positive;
    }

    /// <summary>xᴴA⁻¹x of every bin, from the factor.</summary>
    /// <param name="xRe">[n × stride].</param>
    /// <param name="xIm">[n × stride].</param>
    /// <param name="result">[stride].</param>
    public void Quadratic(double[] xRe, double[] xIm, double[] result)
    {
        int v = Vector<double>.Count;
        Span<Vector<double>> re = stackalloc Vector<double>[Size], im = stackalloc Vector<double>[Size];
        for (int b = 0; b < Stride; b += v)
        {
            var sum = Vector<double>.Zero;
            for (int i = 0; i < Size; i++)
            {
                Forward(i, b, new(xRe, i * Stride + b), new(xIm, i * Stride + b), re, im);
                sum += re[i] * re[i] + im[i] * im[i];
            }
            sum.CopyTo(result, b);
        }
    }

    /// <summary>A⁻¹x of every bin in place, from the factor.</summary>
    /// <param name="xRe">[n × stride].</param>
    /// <param name="xIm">[n × stride].</param>
    public void Solve(double[] xRe, double[] xIm)
    {
        int v = Vector<double>.Count;
        Span<Vector<double>> re = stackalloc Vector<double>[Size], im = stackalloc Vector<double>[Size];
        for (int b = 0; b < Stride; b += v)
        {
            for (int i = 0; i < Size; i++) Forward(i, b, new(xRe, i * Stride + b), new(xIm, i * Stride + b), re, im);
            for (int i = Size - 1; i >= 0; i--)
            {
                var (sumRe, sumIm) = (re[i], im[i]);
                for (int k = i + 1; k < Size; k++)
                {
                    Vector<double> lr = new(Re, Entry(k, i) * Stride + b), li = new(Im, Entry(k, i) * Stride + b);
                    sumRe -= lr * re[k] + li * im[k]; // conj(L) · y
                    sumIm -= lr * im[k] - li * re[k];
                }
                var inverse = new Vector<double>(Re, Entry(i, i) * Stride + b);
                (re[i], im[i]) = (sumRe * inverse, sumIm * inverse);
            }
            for (int i = 0; i < Size; i++) { re[i].CopyTo(xRe, i * Stride + b); im[i].CopyTo(xIm, i * Stride + b); }
        }
    }

    // Row i of L⁻¹x, given the rows before it.
    private void Forward(int i, int b, Vector<double> xRe, Vector<double> xIm, Span<Vector<double>> re, Span<Vector<double>> im)
    {
        for (int k = 0; k < i; k++)
        {
            Vector<double> lr = new(Re, Entry(i, k) * Stride + b), li = new(Im, Entry(i, k) * Stride + b);
            xRe -= lr * re[k] - li * im[k];
            xIm -= lr * im[k] + li * re[k];
        }
        var inverse = new Vector<double>(Re, Entry(i, i) * Stride + b);
        (re[i], im[i]) = (xRe * inverse, xIm * inverse);
    }
}
