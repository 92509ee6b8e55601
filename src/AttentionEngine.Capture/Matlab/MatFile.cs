using System.Buffers.Binary;
using System.IO.Compression;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Reads MATLAB files: v4, v5 to v7 (plain and compressed, either byte order) and v7.3 (HDF5). MATLAB objects (tables) come as <see cref="MatKind.Opaque"/>.</summary>
public static class MatFile
{
    private static ReadOnlySpan<byte> Hdf5Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <returns>The file's variables by name.</returns>
    /// <exception cref="InputDataException">Missing, no MATLAB file, or damaged.</exception>
    public static IReadOnlyDictionary<string, MatValue> Read(string path)
    {
        var start = new byte[520];
        int read;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
        if (start.AsSpan(0, 8).SequenceEqual(Hdf5Signature) || read == start.Length && start.AsSpan(512, 8).SequenceEqual(Hdf5Signature)) return Mat73Reader.Read(path);
        return Parse(EegFile.ReadAllBytes(path, "the MATLAB file"), path);
    }

    /// <summary>Parses a v4 or v5 file; the bytes of a big-endian one are turned in place.</summary>
    internal static IReadOnlyDictionary<string, MatValue> Parse(byte[] bytes, string path)
    {
        if (Mat4Reader.Recognises(bytes)) return Mat4Reader.Parse(bytes, path);
        bool big = bytes.Length >= 128 && bytes[126] == (byte)'M' && bytes[127] == (byte)'I';
        if (big) MatByteOrder.ToLittleEndian(bytes.AsSpan(128), path);
        else if (bytes.Length < 128 || bytes[124] != 0 && bytes[125] != 1)
            throw new InputDataException($"{path} is no MATLAB file of version 5 or later: its header is not there. Save it in MATLAB with save(..., '-v7').");
        if (!big && (bytes[126] != (byte)'I' || bytes[127] != (byte)'M'))
            throw new InputDataException($"{path} is no MATLAB file: its mark of byte order is neither IM nor MI. Save it in MATLAB with save(..., '-v7').");
        var variables = new Dictionary<string, MatValue>(StringComparer.Ordinal);
        int at = 128;
        while (at + 8 <= bytes.Length)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)), size = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            if (size > bytes.Length - at - 8)
                throw new InputDataException($"{path} is cut off: the variable at byte {at} declares {size} bytes, {bytes.Length - at - 8} are there. Copy it again.");
            var body = bytes.AsMemory(at + 8, (int)size);
            at += 8 + (int)size;
            if (type == MatElement.Compressed)
            {
                byte[] inflated = Inflate(body, path);
                if (big) MatByteOrder.ToLittleEndian(inflated, path);
                if (inflated.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(inflated) != MatElement.Matrix) continue;
                Add(inflated.AsMemory(8, CheckedSize(inflated, path)));
            }
            else if (type == MatElement.Matrix) Add(body);
        }
        if (at < bytes.Length) throw new InputDataException($"{path} is cut off: {bytes.Length - at} bytes follow the last whole variable. Copy it again.");
        return variables;

        void Add(ReadOnlyMemory<byte> element)
        {
            var (name, value) = new MatMatrixParser(path).Matrix(element.Span, 0);
            // The nameless one is MATLAB's store of objects (the insides of tables).
            if (name.Length > 0) variables[name] = value;
        }
    }

    private static int CheckedSize(byte[] inflated, string path)
    {
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(inflated.AsSpan(4));
        return size <= inflated.Length - 8 ? (int)size : throw new InputDataException($"{path}: a compressed variable declares {size} bytes, {inflated.Length - 8} are there. The file is damaged.");
    }

    /// <summary>Grows with what is really there; a declared length is not believed.</summary>
    private static byte[] Inflate(ReadOnlyMemory<byte> body, string path)
    {
        try
        {
            using var source = new MemoryStream(body.ToArray(), writable: false);
            using var zlib = new ZLibStream(source, CompressionMode.Decompress);
            using var target = new MemoryStream();
            zlib.CopyTo(target, 1 << 16);
            return target.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw new InputDataException($"{path}: a compressed variable cannot be unpacked ({e.Message}). The file is damaged or cut off; copy it again, or save it with save(..., '-v7.3') when a variable is over 2 GB.", e);
        }
    }
}
