namespace AttentionEngine.Core.Formats;

/// <summary>An array from a .npy or .npz file, in C order.</summary>
/// <param name="Shape">Sizes, slowest index first; empty for a scalar.</param>
/// <param name="Descr">NumPy's type string in the file, for example <c>&lt;f4</c>.</param>
/// <param name="Values">[product of <paramref name="Shape"/>] row-major, of the file's own type: float, double, int, long, short, sbyte, byte, bool (as byte), or string.</param>
public sealed record NpyArray(int[] Shape, string Descr, Array Values)
{
    public int Length => Values.Length;

    /// <summary>[length] values as float, row-major. A copy unless they are float.</summary>
    public float[] ToSingles() => Values as float[] ?? Convert(v => (float)v);

    /// <summary>[length] values as double, row-major. A copy unless they are double.</summary>
    public double[] ToDoubles() => Values as double[] ?? Convert(v => v);

    /// <summary>[length] values as int, row-major. A copy unless they are int.</summary>
    public int[] ToInt32s() => Values as int[] ?? Convert(v => checked((int)v));

    private TOut[] Convert<TOut>(Func<double, TOut> cast)
    {
        var result = new TOut[Values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double v = Values switch
            {
                float[] a => a[i],
                double[] a => a[i],
                int[] a => a[i],
                long[] a => a[i],
                short[] a => a[i],
                sbyte[] a => a[i],
                byte[] a => a[i],
                _ => throw new InvalidOperationException($"Values of type {Descr} are not numbers."),
            };
            result[i] = cast(v);
        }
        return result;
    }
}
