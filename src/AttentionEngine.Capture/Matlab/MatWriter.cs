using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Writes MATLAB files of version 7 (v5 with compressed variables), which MATLAB, Octave and SciPy open.</summary>
public static class MatWriter
{
    /// <summary>Writes a new file; an existing one is never overwritten.</summary>
    public static void Write(string path, IEnumerable<(string Name, MatValue Value)> variables)
    {
        using var file = new NewFile(path);
        file.Append(Encode(variables, compress: true));
    }

    internal static byte[] Encode(IEnumerable<(string Name, MatValue Value)> variables, bool compress)
    {
        using var file = new MemoryStream();
        var header = new byte[128];
        header.AsSpan(0, 116).Fill((byte)' ');
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, written by AttentionEngine", header);
        header[125] = 1;
        header[126] = (byte)'I';
        header[127] = (byte)'M';
        file.Write(header);
        foreach (var (name, value) in variables)
        {
            using var element = new MemoryStream();
            WriteMatrix(element, name, value);
            if (!compress)
            {
                element.WriteTo(file);
                continue;
            }
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) element.WriteTo(zlib);
            WriteTag(file, MatElement.Compressed, (int)packed.Length);
            packed.WriteTo(file);
        }
        return file.ToArray();
    }

    private static void WriteMatrix(Stream to, string name, MatValue value)
    {
        using var body = new MemoryStream();
        int arrayClass = value.Kind switch { MatKind.Cell => 1, MatKind.Struct => 2, MatKind.Text => 4, MatKind.Numeric => ClassOf(value.Numbers), _ => throw new ArgumentException($"{value.Describe()} cannot be written.", nameof(value)) };
        WriteElement(body, MatElement.UInt32, MemoryMarshal.AsBytes<uint>([(uint)arrayClass, 0]));
        WriteElement(body, MatElement.Int32, MemoryMarshal.AsBytes<int>(value.Shape.ToArray()));
        WriteElement(body, MatElement.Int8, Encoding.ASCII.GetBytes(name));
        switch (value.Kind)
        {
            case MatKind.Text:
                WriteElement(body, MatElement.UInt16, Encoding.Unicode.GetBytes(value.Text!));
                break;
            case MatKind.Cell:
                foreach (var cell in value.Cells) WriteMatrix(body, "", cell);
                break;
            case MatKind.Struct:
                WriteFields(body, value);
                break;
            default:
                WriteElement(body, TypeOf(value.Numbers), Bytes(value.Numbers));
                break;
        }
        WriteTag(to, MatElement.Matrix, checked((int)body.Length));
        body.WriteTo(to);
    }

    private static void WriteFields(MemoryStream body, MatValue value)
    {
        const int width = 64;
        WriteElement(body, MatElement.Int32, MemoryMarshal.AsBytes<int>([width]));
        var names = new byte[width * value.Fields.Count];
        int n = 0;
        foreach (string key in value.Fields.Keys)
        {
            if (key.Length >= width) throw new ArgumentException($"The field name '{key}' has more than {width - 1} characters, MATLAB's limit.", nameof(value));
            Encoding.ASCII.GetBytes(key, names.AsSpan(width * n++));
        }
        WriteElement(body, MatElement.Int8, names);
        for (int e = 0; e < value.Count; e++)
            foreach (var column in value.Fields.Values) WriteMatrix(body, "", column[e]);
    }

    private static void WriteElement(Stream to, uint type, ReadOnlySpan<byte> data)
    {
        WriteTag(to, type, data.Length);
        to.Write(data);
        ReadOnlySpan<byte> zeros = [0, 0, 0, 0, 0, 0, 0, 0];
        to.Write(zeros[..((8 - data.Length % 8) % 8)]);
    }

    private static void WriteTag(Stream to, uint type, int bytes)
    {
        Span<byte> tag = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(tag, type);
        BinaryPrimitives.WriteInt32LittleEndian(tag[4..], bytes);
        to.Write(tag);
    }

    private static int ClassOf(Array numbers) => Type.GetTypeCode(numbers.GetType().GetElementType()) switch
    {
        TypeCode.Double => 6, TypeCode.Single => 7, TypeCode.SByte => 8, TypeCode.Byte => 9, TypeCode.Int16 => 10, TypeCode.UInt16 => 11, TypeCode.Int32 => 12, TypeCode.UInt32 => 13, TypeCode.Int64 => 14, TypeCode.UInt64 => 15,
        var other => throw new ArgumentException($"Numbers of type {other} cannot be written.", nameof(numbers)),
    };

    private static uint TypeOf(Array numbers) => ClassOf(numbers) switch { 6 => MatElement.Double, 7 => MatElement.Single, 8 => MatElement.Int8, 9 => MatElement.UInt8, 10 => MatElement.Int16, 11 => MatElement.UInt16, 12 => MatElement.Int32, 13 => MatElement.UInt32, 14 => MatElement.Int64, _ => MatElement.UInt64 };

    private static byte[] Bytes(Array numbers)
    {
        var bytes = new byte[Buffer.ByteLength(numbers)];
        Buffer.BlockCopy(numbers, 0, bytes, 0, bytes.Length);
        return bytes;
    }
}
