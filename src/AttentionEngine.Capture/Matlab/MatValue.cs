using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Matlab;

public enum MatKind
{
    Numeric,
    Text,
    Cell,
    Struct,

    /// <summary>An object of a MATLAB class (table, string, datetime, containers.Map): only MATLAB can look inside.</summary>
    Opaque,
}

/// <summary>A MATLAB value. Arrays are column-major (first index fastest), as in MATLAB.</summary>
public sealed class MatValue
{
    public static readonly MatValue Empty = Numeric([0, 0], Array.Empty<double>());

    private MatValue(MatKind kind, int[] shape) => (Kind, Shape) = (kind, shape);

    public MatKind Kind { get; }

    /// <summary>Sizes, as MATLAB's size(): at least two.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Product of <see cref="Shape"/>.</summary>
    public int Count => Shape.Aggregate(1, (a, b) => a * b);

    /// <summary>[Count] numbers of a numeric or logical array, of the type that is in the file; empty otherwise.</summary>
    public Array Numbers { get; private init; } = Array.Empty<double>();

    /// <summary>The characters of a char array, row by row; null for other kinds. Class name for <see cref="MatKind.Opaque"/>.</summary>
    public string? Text { get; private init; }

    /// <summary>[Count] elements of a cell array; empty otherwise.</summary>
    public IReadOnlyList<MatValue> Cells { get; private init; } = [];

    /// <summary>Field name to [Count] values, one per element of a struct array.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MatValue>> Fields { get; private init; } = new Dictionary<string, IReadOnlyList<MatValue>>();

    public static MatValue Numeric(int[] shape, Array numbers) => new(MatKind.Numeric, shape) { Numbers = numbers };

    public static MatValue Scalar(double value) => Numeric([1, 1], new[] { value });

    public static MatValue Chars(string text) => new(MatKind.Text, [text.Length > 0 ? 1 : 0, text.Length]) { Text = text };

    public static MatValue CellArray(int[] shape, IReadOnlyList<MatValue> cells) => new(MatKind.Cell, shape) { Cells = cells };

    public static MatValue StructArray(int[] shape, IReadOnlyDictionary<string, IReadOnlyList<MatValue>> fields) => new(MatKind.Struct, shape) { Fields = fields };

    /// <summary>A 1×1 struct.</summary>
    public static MatValue Struct(params (string Name, MatValue Value)[] fields) =>
        StructArray([1, 1], fields.ToDictionary(f => f.Name, f => (IReadOnlyList<MatValue>)[f.Value]));

    public static MatValue Opaque(string className) => new(MatKind.Opaque, [1, 1]) { Text = className };

    /// <summary>A field of one element of a struct array; null when either is not there.</summary>
    public MatValue? Field(string name, int element = 0) => Fields.TryGetValue(name, out var values) && element < values.Count ? values[element] : null;

    public double[] ToDoubles() => Numbers as double[] ?? ConvertNumbers(v => v);

    public float[] ToSingles() => Numbers as float[] ?? ConvertNumbers(v => (float)v);

    /// <summary>The first number.</summary>
    /// <param name="name">Of the variable, for the message.</param>
    public double Scalar(string path, string name) => Kind == MatKind.Numeric && Count > 0
        ? ToDoubles1() : throw new InputDataException($"{path}: '{name}' is {Describe()}; expected a number.");

    /// <summary>For messages: kind and size.</summary>
    public string Describe() => Kind == MatKind.Opaque ? $"an object of the MATLAB class '{Text}'" : $"a {string.Join('×', Shape)} {(Kind == MatKind.Text ? "char" : Kind == MatKind.Numeric ? "numeric" : Kind == MatKind.Cell ? "cell" : "struct")} array";

    private double ToDoubles1() => Convert.ToDouble(Numbers.GetValue(0), System.Globalization.CultureInfo.InvariantCulture);

    private TOut[] ConvertNumbers<TOut>(Func<double, TOut> cast)
    {
        var result = new TOut[Numbers.Length];
        switch (Numbers)
        {
            case double[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case float[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case sbyte[] a when a.GetType() == typeof(sbyte[]): for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case byte[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case short[] a when a.GetType() == typeof(short[]): for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case ushort[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case int[] a when a.GetType() == typeof(int[]): for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case uint[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case long[] a when a.GetType() == typeof(long[]): for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            case ulong[] a: for (int i = 0; i < a.Length; i++) result[i] = cast(a[i]); break;
            default: throw new InvalidOperationException($"Numbers of type {Numbers.GetType().Name}.");
        }
        return result;
    }
}
