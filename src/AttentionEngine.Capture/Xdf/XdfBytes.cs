using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.MemoryMappedFiles;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Xdf;

/// <summary>The bytes of a file: mapped, or unpacked into memory when it is gzip (.xdfz, .xdf.gz). Reading outside gives an empty span, never an error.</summary>
internal sealed unsafe class XdfBytes : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _pinned;
    private readonly byte* _start;

    /// <exception cref="InputDataException">The file cannot be opened.</exception>
    public XdfBytes(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Length = file.Length;
            Span<byte> magic = stackalloc byte[2];
            if (file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1F && magic[1] == 0x8B)
            {
                file.Position = 0;
                _pinned = Unpack(file, out int length, out string? problem);
                (Length, Problem) = (length, problem);
                _start = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_pinned, 0);
            }
            else if (Length > 0)
            {
                _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    public long Length { get; }

    /// <summary>What went wrong while unpacking, or null.</summary>
    public string? Problem { get; }

    /// <summary>The bytes from <paramref name="offset"/>, at most <paramref name="count"/> and at most what is there.</summary>
    public ReadOnlySpan<byte> At(long offset, long count)
    {
        if (offset < 0 || offset >= Length || count <= 0) return default;
        return new ReadOnlySpan<byte>(_start + offset, (int)Math.Min(int.MaxValue, Math.Min(count, Length - offset)));
    }

    /// <summary>A count of 1, 4 or 8 bytes preceded by that number.</summary>
    /// <returns>Bytes used, or 0 when it is not there or invalid.</returns>
    public int ReadCount(long offset, out ulong value)
    {
        var bytes = At(offset, 9);
        value = 0;
        if (bytes.Length < 2 || bytes[0] is not (1 or 4 or 8) || bytes.Length <= bytes[0]) return 0;
        value = bytes[0] switch
        {
            1 => bytes[1],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]),
        };
        return 1 + bytes[0];
    }

    private static byte[] Unpack(FileStream file, out int length, out string? problem)
    {
        problem = null;
        length = 0;
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Length * 3, 1 << 16, 1 << 30), pinned: true);
        try
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            while (true)
            {
                if (length == bytes.Length)
                {
                    if (length == Array.MaxLength) { problem = "more than 2 GiB when unpacked; the rest is left out"; break; }
                    var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, 2L * length), pinned: true);
                    bytes.CopyTo(larger, 0);
                    bytes = larger;
                }
                int got = gzip.Read(bytes, length, bytes.Length - length);
                if (got == 0) break;
                length += got;
            }
        }
        catch (InvalidDataException e)
        {
            problem = $"the gzip data are damaged after {length} unpacked bytes: {e.Message}";
        }
        return bytes;
    }

    public void Dispose()
    {
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
    }
}
