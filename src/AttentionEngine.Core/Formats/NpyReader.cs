using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>Reads .npy files, and .npz archives of them (stored or deflated). Little-endian types; Fortran order becomes C order.</summary>
public static class NpyReader
{
    /// <exception cref="InputDataException">Missing, not .npy, an unsupported type, or cut off.</exception>
    public static NpyArray Read(string path)
    {
        using var file = WavFile.OpenForReading(path);
        return Read(file, path);
    }

    /// <summary>All arrays of an .npz archive by their name without ".npy".</summary>
    /// <exception cref="InputDataException">Missing, not a zip archive, or an entry that is not .npy.</exception>
    public static IReadOnlyDictionary<string, NpyArray> ReadNpz(string path)
    {
        using var file = WavFile.OpenForReading(path);
        return ReadNpz(file, path);
    }

    /// <param name="file">The archive.</param>
    /// <param name="path">For messages.</param>
    public static IReadOnlyDictionary<string, NpyArray> ReadNpz(Stream file, string path)
    {
        var arrays = new Dictionary<string, NpyArray>();
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            foreach (var entry in zip.Entries)
            {
                using var stream = entry.Open();
                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                arrays[name] = Read(stream, $"{path}({entry.FullName})");
            }
        }
        catch (InvalidDataException e)
        {
            throw new InputDataException($"{path} is not an .npz archive: {e.Message}", e);
        }
        return arrays;
    }

    private static NpyArray Read(Stream stream, string path)
    {
        var header = NpyHeader.Read(stream, path);
        int count = header.Shape.Aggregate(1, (a, b) => a * b);
        Array values = header.Descr switch
        {
            "<f4" => ReadValues<float>(stream, count, path),
            "<f8" => ReadValues<double>(stream, count, path),
            "<i4" => ReadValues<int>(stream, count, path),
            "<i8" => ReadValues<long>(stream, count, path),
            "<i2" => ReadValues<short>(stream, count, path),
            "|i1" => ReadValues<sbyte>(stream, count, path),
            "|u1" or "|b1" => ReadValues<byte>(stream, count, path),
            ['<', 'U', .. var width] when int.TryParse(width, out int characters) && characters is > 0 and < 1 << 20 => ReadText(stream, count, characters, path),
            _ => throw new InputDataException($"{path}: values of type {header.Descr} are not supported; expected <f4, <f8, <i2, <i4, <i8, |i1, |u1, |b1 or <U."),
        };
        return new NpyArray(header.Shape, header.Descr, header.FortranOrder ? ToRowMajor(values, header.Shape) : values);
    }

    /// <summary>Grows with what is really there: a shape in a damaged header must not fill the memory.</summary>
    private static T[] ReadValues<T>(Stream stream, int count, string path) where T : unmanaged
    {
        var values = new T[stream.CanSeek && (stream.Length - stream.Position) / Marshal.SizeOf<T>() >= count ? count : Math.Min(count, 1 << 16)];
        int filled = 0;
        while (true)
        {
            var bytes = MemoryMarshal.AsBytes(values.AsSpan(filled));
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw NpyHeader.CutOff(path);
            filled = values.Length;
            if (filled == count) return values;
            Array.Resize(ref values, (int)Math.Min(count, 2L * filled));
        }
    }

    private static string[] ReadText(Stream stream, int count, int characters, string path)
    {
        var raw = ReadValues<int>(stream, (long)count * characters <= Array.MaxLength ? count * characters : throw NpyHeader.CutOff(path), path);
        var text = new string[count];
        for (int i = 0; i < count; i++)
            text[i] = Encoding.UTF32.GetString(MemoryMarshal.AsBytes(raw.AsSpan(i * characters, characters))).TrimEnd('\0');
        return text;
    }

    /// <summary>First index fastest (Fortran) to last index fastest (C).</summary>
    private static Array ToRowMajor(Array columnMajor, int[] shape)
    {
        if (shape.Length < 2) return columnMajor;
        var result = Array.CreateInstance(columnMajor.GetType().GetElementType()!, columnMajor.Length);
        int size = columnMajor.Length == 0 ? 0 : Buffer.ByteLength(result.GetType() == typeof(string[]) ? Array.Empty<byte>() : result) / Math.Max(1, columnMajor.Length);
        var index = new int[shape.Length];
        for (int i = 0; i < columnMajor.Length; i++)
        {
            int target = 0;
            for (int d = 0; d < shape.Length; d++) target = target * shape[d] + index[d];
            if (size > 0) Buffer.BlockCopy(columnMajor, i * size, result, target * size, size);
            else result.SetValue(columnMajor.GetValue(i), target);
            for (int d = 0; d < shape.Length && ++index[d] == shape[d]; d++) index[d] = 0;
        }
        return result;
    }
}
