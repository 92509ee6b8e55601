using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>The header of NumPy's .npy format (versions 1 to 3): element type, order and shape.</summary>
/// <param name="Descr">NumPy's type string, for example <c>&lt;f4</c>.</param>
internal sealed partial record NpyHeader(string Descr, bool FortranOrder, int[] Shape)
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static string DescrOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? "<f4" : typeof(T) == typeof(double) ? "<f8" : typeof(T) == typeof(int) ? "<i4"
        : typeof(T) == typeof(long) ? "<i8" : typeof(T) == typeof(short) ? "<i2" : typeof(T) == typeof(sbyte) ? "|i1"
        : throw new ArgumentException($"npy files are written as float, double, int, long, short or sbyte, not {typeof(T).Name}.");

    /// <summary>The header bytes, padded with spaces to exactly <paramref name="totalBytes"/> so that the count of rows can be written later.</summary>
    public static byte[] Encode(string descr, long rows, ReadOnlySpan<int> rowShape, int totalBytes)
    {
        var shape = new StringBuilder(rows.ToString(CultureInfo.InvariantCulture)).Append(',');
        foreach (int n in rowShape) shape.Append(CultureInfo.InvariantCulture, $" {n},");
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape.ToString().TrimEnd(rowShape.Length > 0 ? ',' : ' ')}), }}";
        var bytes = new byte[totalBytes];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(totalBytes - 10));
        bytes.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10, totalBytes - 11));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>Puts another count of rows into an encoded header, without allocation.</summary>
    public static void PutRows(Span<byte> header, ReadOnlySpan<byte> afterRows, long rows)
    {
        int at = header.IndexOf((byte)'(') + 1;
        if (!Utf8Formatter.TryFormat(rows, header[at..], out int digits)) throw new InvalidOperationException("The .npy header is too short for its count of rows.");
        afterRows.CopyTo(header[(at + digits)..]);
        header[(at + digits + afterRows.Length)..^1].Fill((byte)' ');
    }

    /// <summary>What follows the count of rows (one digit: 0) in a fresh header, up to the closing brace.</summary>
    public static byte[] AfterRows(ReadOnlySpan<byte> header) => 
        header[(header.IndexOf((byte)'(') + 2)..(header.LastIndexOf((byte)'}') + 1)].ToArray();

    /// <summary>Reads the header and leaves the stream at the first value.</summary>
    /// <exception cref="InputDataException">Not a .npy file.</exception>
    public static NpyHeader Read(Stream stream, string path)
    {
        var start = new byte[12];
        if (stream.ReadAtLeast(start.AsSpan(0, 10), 10, throwOnEndOfStream: false) < 10 || !start.AsSpan(0, 6).SequenceEqual(Magic))
            throw new InputDataException($"{path} is not a .npy file: it does not begin with \\x93NUMPY.");
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8));
        if (start[6] >= 2)
        {
            if (stream.ReadAtLeast(start.AsSpan(10, 2), 2, throwOnEndOfStream: false) < 2) throw CutOff(path);
            length |= BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(10)) << 16;
        }
        if (length is < 0 or > 1 << 20) throw new InputDataException($"{path}: the .npy header declares a length of {length} bytes. The file is damaged.");
        var body = new byte[length];
        if (stream.ReadAtLeast(body, length, throwOnEndOfStream: false) < length) throw CutOff(path);
        string text = Encoding.UTF8.GetString(body);
        var descr = DescrPattern().Match(text);
        var order = OrderPattern().Match(text);
        var shape = ShapePattern().Match(text);
        if (!descr.Success || !order.Success || !shape.Success)
            throw new InputDataException($"{path}: the .npy header '{text.Trim()}' has no plain descr, fortran_order and shape; structured types are not supported.");
        var sizes = shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var parsed = new int[sizes.Length];
        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (!int.TryParse(sizes[i], NumberStyles.None, CultureInfo.InvariantCulture, out parsed[i]) || (count *= parsed[i]) > Array.MaxLength)
                throw new InputDataException($"{path}: the .npy shape ({shape.Groups[1].Value}) does not fit in memory.");
        }
        return new NpyHeader(descr.Groups[1].Value, order.Groups[1].Value == "True", parsed);
    }

    public static InputDataException CutOff(string path) => new($"{path}: the .npy file is cut off. Copy or write it again.");

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]+)['"]""")]
    private static partial Regex DescrPattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([\d,\s]*)\)""")]
    private static partial Regex ShapePattern();
}
