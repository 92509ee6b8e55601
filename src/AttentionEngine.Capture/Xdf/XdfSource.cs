using System.IO.Compression;
using AttentionEngine.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Where the bytes of a recording come from.</summary>
internal interface IXdfSource : IDisposable
{
    long Length { get; }

    /// <summary>What is known to be wrong from the start, or null.</summary>
    string? Problem { get; }

    /// <returns>Bytes read; fewer than asked for only at the end.</returns>
    /// <exception cref="IOException">The device cannot read them.</exception>
    int Read(Span<byte> destination, long offset);
}

/// <summary>A file, or what is inside it when it is gzip (.xdfz, .xdf.gz): that goes into a temporary file, so that memory stays small.</summary>
internal sealed class XdfFileSource : IXdfSource
{
    // Deflate packs at most 1032 : 1; a small hostile file must not fill the disk.
    private const long MostUnpackedBytes = 64L << 30;
    private readonly SafeFileHandle _handle;

    /// <exception cref="InputDataException">The file cannot be opened.</exception>
    public XdfFileSource(string path)
    {
        try
        {
            _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            Length = RandomAccess.GetLength(_handle);
            Span<byte> magic = stackalloc byte[2];
            if (RandomAccess.Read(_handle, magic, 0) != 2 || magic[0] != 0x1F || magic[1] != 0x8B) return;
            using var packed = new FileStream(_handle, FileAccess.Read);
            (_handle, Length, Problem) = Unpack(packed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _handle?.Dispose();
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    public long Length { get; }
    public string? Problem { get; }

    public int Read(Span<byte> destination, long offset)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int got = RandomAccess.Read(_handle, destination[done..], offset + done);
            if (got == 0) break;
            done += got;
        }
        return done;
    }

    private static (SafeFileHandle Handle, long Length, string? Problem) Unpack(FileStream packed)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        long length = 0;
        string? problem = null;
        try
        {
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            while (gzip.Read(buffer) is > 0 and int got)
            {
                if (length + got > MostUnpackedBytes)
                {
                    problem = $"more than {MostUnpackedBytes >> 30} GiB when unpacked; the rest is left out";
                    break;
                }
                RandomAccess.Write(handle, buffer.AsSpan(0, got), length);
                length += got;
            }
        }
        catch (InvalidDataException e)
        {
            problem = $"the gzip data are damaged after {length} unpacked bytes: {e.Message}";
        }
        catch (IOException e)
        {
            problem = $"unpacking into {path} stopped after {length} bytes: {e.Message}";
        }
        return (handle, length, problem);
    }

    public void Dispose() => _handle.Dispose();
}

/// <summary>A recording in memory.</summary>
internal sealed class XdfMemorySource(ReadOnlyMemory<byte> bytes) : IXdfSource
{
    public long Length => bytes.Length;
    public string? Problem => null;

    public int Read(Span<byte> destination, long offset)
    {
        var from = bytes.Span[(int)Math.Min(offset, bytes.Length)..];
        from = from[..Math.Min(from.Length, destination.Length)];
        from.CopyTo(destination);
        return from.Length;
    }

    public void Dispose()
    {
    }
}
