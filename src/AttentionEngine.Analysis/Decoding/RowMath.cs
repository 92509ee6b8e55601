using System.Numerics;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Vector operations of FP64 rows.</summary>
internal static class RowMath
{
    /// <summary>y += scale · x.</summary>
    public static void AddScaled(double scale, ReadOnlySpan<double> x, Span<double> y)
    {
        if (x.Length != y.Length) throw new ArgumentException($"{x.Length} values cannot be added to {y.Length}.", nameof(x));
        var s = new Vector<double>(scale);
        int i = 0, width = Vector<double>.Count;
        for (; i + width <= x.Length; i += width) (new Vector<double>(y[i..]) + s * new Vector<double>(x[i..])).CopyTo(y[i..]);
        for (; i < x.Length; i++) y[i] += scale * x[i];
    }

    /// <summary>y = x + scale · y.</summary>
    public static void ScaleAndAdd(ReadOnlySpan<double> x, double scale, Span<double> y)
    {
        var s = new Vector<double>(scale);
        int i = 0, width = Vector<double>.Count;
        for (; i + width <= x.Length; i += width) (new Vector<double>(x[i..]) + s * new Vector<double>(y[i..])).CopyTo(y[i..]);
        for (; i < x.Length; i++) y[i] = x[i] + scale * y[i];
    }

    public static double Sum(ReadOnlySpan<double> x)
    {
        Vector<double> s = default;
        int i = 0, width = Vector<double>.Count;
        for (; i + width <= x.Length; i += width) s += new Vector<double>(x[i..]);
        double sum = Vector.Sum(s);
        for (; i < x.Length; i++) sum += x[i];
        return sum;
    }

    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Vector<double> s0 = default, s1 = default;
        int i = 0, width = Vector<double>.Count;
        for (; i + 2 * width <= x.Length; i += 2 * width)
        {
            s0 += new Vector<double>(x[i..]) * new Vector<double>(y[i..]);
            s1 += new Vector<double>(x[(i + width)..]) * new Vector<double>(y[(i + width)..]);
        }
        double sum = Vector.Sum(s0 + s1);
        for (; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
