using System.Buffers.Binary;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Reads MATLAB files of version 4 (Octave's -v4, old toolboxes): full numeric and text matrices, little- and big-endian.</summary>
internal static class Mat4Reader
{
    private const int HeaderBytes = 20, MostNameBytes = 4096;

    /// <summary>A zero among the first four bytes: later versions begin with text.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderBytes && bytes[..4].Contains((byte)0) && (IsType(BinaryPrimitives.ReadInt32LittleEndian(bytes)) || IsType(BinaryPrimitives.ReadInt32BigEndian(bytes)));

    public static IReadOnlyDictionary<string, MatValue> Parse(byte[] bytes, string path)
    {
        var variables = new Dictionary<string, MatValue>(StringComparer.Ordinal);
        int at = 0;
        while (at < bytes.Length)
        {
            if (bytes.Length - at < HeaderBytes) throw CutOff(path, at, HeaderBytes, bytes.Length - at);
            bool big = !IsType(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at))) && IsType(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)));
            int Field(int i) => big ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4 * i)) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4 * i));
            int type = Field(0), rows = Field(1), columns = Field(2), name = Field(4), precision = type / 10 % 10, kind = type % 10;
            if (!IsType(type) || rows < 0 || columns < 0 || name is < 1 or > MostNameBytes) throw new InputDataException($"{path}: the matrix at byte {at} has no header of MATLAB version 4. The file is damaged; save it again with save(..., '-v7').");
            if (kind == 2) throw new InputDataException($"{path}: a sparse matrix of MATLAB version 4 is not read. Save it again with save(..., '-v7').");
            int width = precision switch { 0 => 8, 1 or 2 => 4, 3 or 4 => 2, _ => 1 };
            long count = (long)rows * columns, needed = name + count * width * (Field(3) != 0 ? 2 : 1);
            if (needed > bytes.Length - at - HeaderBytes) throw CutOff(path, at, HeaderBytes + needed, bytes.Length - at);
            string title = Encoding.Latin1.GetString(bytes, at + HeaderBytes, name).TrimEnd('\0');
            double[] values = Values(bytes.AsSpan(at + HeaderBytes + name, (int)count * width), precision, width, big);
            variables[title] = kind == 1 ? MatValue.Chars(RowByRow(values, rows, columns)) : MatValue.Numeric([rows, columns], values);
            at += HeaderBytes + (int)needed;
        }
        return variables;
    }

    /// <summary>MOPT: number format (0 little-, 1 big-endian), 0, precision 0 to 5, kind 0 to 2.</summary>
    private static bool IsType(int type) => type is >= 0 and < 2000 && type / 100 % 10 == 0 && type / 10 % 10 <= 5 && type % 10 <= 2;

    private static double[] Values(ReadOnlySpan<byte> data, int precision, int width, bool big)
    {
        var values = new double[data.Length / width];
        Span<byte> one = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            data.Slice(i * width, width).CopyTo(one);
            if (big) one[..width].Reverse();
            values[i] = precision switch
            {
                0 => BinaryPrimitives.ReadDoubleLittleEndian(one), 1 => BinaryPrimitives.ReadSingleLittleEndian(one), 2 => BinaryPrimitives.ReadInt32LittleEndian(one),
                3 => BinaryPrimitives.ReadInt16LittleEndian(one), 4 => BinaryPrimitives.ReadUInt16LittleEndian(one), _ => one[0],
            };
        }
        return values;
    }

    private static string RowByRow(double[] values, int rows, int columns)
    {
        var text = new StringBuilder();
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) text.Append((char)values[c * rows + r]);
        return text.ToString();
    }

    private static InputDataException CutOff(string path, int at, long expected, int present) => new($"{path} is cut off: the matrix at byte {at} needs {expected} bytes, {present} are there. Copy it again.");
}
