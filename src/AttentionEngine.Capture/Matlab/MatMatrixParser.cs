using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Data types of MAT v5 elements.</summary>
internal static class MatElement
{
    public const uint Int8 = 1, UInt8 = 2, Int16 = 3, UInt16 = 4, Int32 = 5, UInt32 = 6, Single = 7, Double = 9, Int64 = 12, UInt64 = 13, Matrix = 14, Compressed = 15, Utf8 = 16, Utf16 = 17, Utf32 = 18;
}

/// <summary>Parses miMATRIX elements. Every count is checked against the bytes that are there before anything is allocated for it.</summary>
internal sealed class MatMatrixParser(string path)
{
    private const int MostDepth = 64;
    private const int CellClass = 1, StructClass = 2, ObjectClass = 3, CharClass = 4, SparseClass = 5, FunctionClass = 16, OpaqueClass = 17;

    public (string Name, MatValue Value) Matrix(ReadOnlySpan<byte> body, int depth)
    {
        if (depth > MostDepth) throw Damaged($"cells and structs are nested more than {MostDepth} deep");
        if (body.Length == 0) return ("", MatValue.Empty);
        int at = 0;
        var flags = Next(body, ref at, out _);
        if (flags.Length < 8) throw Damaged("an array has no flags");
        int arrayClass = flags[0];
        if (arrayClass == OpaqueClass) return Opaque(body, at);
        int[] shape = Shape(Next(body, ref at, out _));
        string name = Encoding.ASCII.GetString(Next(body, ref at, out _));
        var value = arrayClass switch
        {
            CellClass => MatValue.CellArray(shape, Elements(body, ref at, Count(shape, body.Length - at, 8), depth)),
            StructClass => Struct(body, ref at, shape, depth),
            ObjectClass => MatValue.Opaque(Encoding.ASCII.GetString(Next(body, ref at, out _))),
            CharClass => Chars(body, ref at),
            SparseClass => Sparse(body, ref at, shape),
            FunctionClass => MatValue.Opaque("function_handle"),
            >= 6 and <= 15 => Numeric(body, ref at, shape, name),
            _ => throw Damaged($"'{name}' has the unknown array class {arrayClass}"),
        };
        return (name, value);
    }

    private (string, MatValue) Opaque(ReadOnlySpan<byte> body, int at)
    {
        string name = Encoding.ASCII.GetString(Next(body, ref at, out _));
        Next(body, ref at, out _); // "MCOS" or "java"
        return (name, MatValue.Opaque(Encoding.ASCII.GetString(Next(body, ref at, out _))));
    }

    private MatValue Struct(ReadOnlySpan<byte> body, ref int at, int[] shape, int depth)
    {
        var widthBytes = Next(body, ref at, out _);
        int width = widthBytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(widthBytes) : 0;
        var names = Next(body, ref at, out _);
        if (width is < 1 or > 1024) throw Damaged($"field names are {width} bytes long");
        int fields = names.Length / width, count = Count(shape, body.Length - at, 8L * Math.Max(1, fields));
        var keys = new string[fields];
        for (int f = 0; f < fields; f++) keys[f] = Encoding.ASCII.GetString(names.Slice(f * width, width)).TrimEnd('\0').Split('\0')[0];
        var values = Elements(body, ref at, fields == 0 ? 0 : checked(fields * count), depth);
        var byName = new Dictionary<string, IReadOnlyList<MatValue>>(StringComparer.Ordinal);
        for (int f = 0; f < fields; f++)
        {
            var column = new MatValue[count];
            for (int e = 0; e < count; e++) column[e] = values[e * fields + f];
            byName[keys[f]] = column;
        }
        return MatValue.StructArray(shape, byName);
    }

    private MatValue[] Elements(ReadOnlySpan<byte> body, ref int at, int count, int depth)
    {
        var cells = new MatValue[count];
        for (int i = 0; i < count; i++)
        {
            var element = Next(body, ref at, out uint type);
            if (type != MatElement.Matrix) throw Damaged($"an element of a cell or struct is of type {type}, not an array");
            cells[i] = Matrix(element, depth + 1).Value;
        }
        return cells;
    }

    private MatValue Numeric(ReadOnlySpan<byte> body, ref int at, int[] shape, string name)
    {
        var data = Next(body, ref at, out uint type);
        Array numbers = Numbers(data, type);
        if (numbers.Length != Count(shape, int.MaxValue, 1)) throw Damaged($"'{name}' has {numbers.Length} numbers; its size {string.Join('×', shape)} needs {Count(shape, int.MaxValue, 1)}");
        return MatValue.Numeric(shape, numbers);
    }

    private MatValue Chars(ReadOnlySpan<byte> body, ref int at)
    {
        var data = Next(body, ref at, out uint type);
        string text = type switch
        {
            MatElement.Utf8 or MatElement.Int8 or MatElement.UInt8 => Encoding.UTF8.GetString(data),
            MatElement.UInt16 or MatElement.Utf16 => Encoding.Unicode.GetString(data),
            MatElement.Utf32 => Encoding.UTF32.GetString(data),
            _ => throw Damaged($"text of type {type}"),
        };
        return MatValue.Chars(text);
    }

    /// <summary>Compressed columns become a full array, where that stays in proportion to the file.</summary>
    private MatValue Sparse(ReadOnlySpan<byte> body, ref int at, int[] shape)
    {
        var rows = MemoryMarshal.Cast<byte, int>(Next(body, ref at, out _)).ToArray();
        var starts = MemoryMarshal.Cast<byte, int>(Next(body, ref at, out _)).ToArray();
        double[] values = MatValue.Numeric([1, 1], Numbers(Next(body, ref at, out uint type), type)).ToDoubles();
        if (shape.Length != 2 || (long)shape[0] * shape[1] > 1000L * (body.Length + 1000)) throw Damaged($"a sparse array of {string.Join('×', shape)} is too large to be filled");
        var full = new double[shape[0] * shape[1]];
        for (int c = 0; c + 1 < starts.Length && c < shape[1]; c++)
            for (int k = Math.Max(0, starts[c]); k < starts[c + 1]; k++)
            {
                if (k >= rows.Length || k >= values.Length || rows[k] < 0 || rows[k] >= shape[0]) throw Damaged("an index of a sparse array is out of range");
                full[c * shape[0] + rows[k]] = values[k];
            }
        return MatValue.Numeric(shape, full);
    }

    private Array Numbers(ReadOnlySpan<byte> data, uint type) => type switch
    {
        MatElement.Int8 => MemoryMarshal.Cast<byte, sbyte>(data).ToArray(),
        MatElement.UInt8 or MatElement.Utf8 => data.ToArray(),
        MatElement.Int16 => MemoryMarshal.Cast<byte, short>(data).ToArray(),
        MatElement.UInt16 => MemoryMarshal.Cast<byte, ushort>(data).ToArray(),
        MatElement.Int32 => MemoryMarshal.Cast<byte, int>(data).ToArray(),
        MatElement.UInt32 => MemoryMarshal.Cast<byte, uint>(data).ToArray(),
        MatElement.Single => MemoryMarshal.Cast<byte, float>(data).ToArray(),
        MatElement.Double => MemoryMarshal.Cast<byte, double>(data).ToArray(),
        MatElement.Int64 => MemoryMarshal.Cast<byte, long>(data).ToArray(),
        MatElement.UInt64 => MemoryMarshal.Cast<byte, ulong>(data).ToArray(),
        _ => throw Damaged($"numbers of the unknown type {type}"),
    };

    /// <summary>The next element of a matrix; <paramref name="at"/> moves to the one after it.</summary>
    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> body, ref int at, out uint type)
    {
        if (at + 8 > body.Length) throw Damaged("an array ends early");
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(body[at..]);
        if (first >> 16 is > 0 and var small)
        {
            type = first & 0xFFFF;
            if (small > 4) throw Damaged($"a small element of {small} bytes");
            at += 8;
            return body.Slice(at - 4, (int)small);
        }
        type = first;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(body[(at + 4)..]);
        if (size > body.Length - at - 8) throw Damaged($"an element declares {size} bytes, {body.Length - at - 8} are left");
        var data = body.Slice(at + 8, (int)size);
        at = (int)Math.Min(body.Length, at + 8L + (size + 7L) / 8 * 8);
        return data;
    }

    private int[] Shape(ReadOnlySpan<byte> data)
    {
        if (data.Length is < 8 or > 4 * 32) throw Damaged($"an array has {data.Length / 4} dimensions");
        int[] shape = MemoryMarshal.Cast<byte, int>(data).ToArray();
        if (shape.Any(n => n < 0)) throw Damaged($"an array of size {string.Join('×', shape)}");
        Count(shape, int.MaxValue, 1);
        return shape;
    }

    /// <summary>Product of the sizes, when so many elements of at least so many bytes can be there.</summary>
    private int Count(int[] shape, int bytes, long bytesEach)
    {
        long count = 1;
        foreach (int n in shape)
        {
            count *= n;
            if (count == 0) return 0;
            if (count > int.MaxValue || count * bytesEach > Math.Max(bytes, 0) && bytes != int.MaxValue) throw Damaged($"an array of size {string.Join('×', shape)} does not fit in the bytes that are there");
        }
        return (int)count;
    }

    private InputDataException Damaged(string what) => new($"{path}: {what}. The MATLAB file is damaged; copy or save it again.");
}
