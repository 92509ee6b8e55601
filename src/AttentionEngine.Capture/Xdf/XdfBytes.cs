using System.Buffers.Binary;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// The bytes of a recording through a window that moves over the file, so that memory stays the same for any size. Reading outside gives
/// an empty span, never an error; what the device cannot read counts as zeros and is told by <see cref="Unreadable"/>. A span is valid
/// until the next call.
/// </summary>
internal sealed class XdfBytes(IXdfSource source, int windowBytes = XdfBytes.WindowBytes) : IDisposable
{
    /// <summary>The longest span.</summary>
    public const int MostBytes = 64 << 20;
    public const int WindowBytes = 1 << 20;
    private const int PeekBytes = 4096, SectorBytes = 4096;

    private byte[] _window = new byte[(int)Math.Min(windowBytes, Math.Max(64, source.Length))];
    /// <summary>A second view of the same source, for another thread; its owner is this one.</summary>
    public XdfBytes Beside() => new(source, 64);

    private readonly byte[] _peek = new byte[(int)Math.Min(PeekBytes, Math.Max(64, source.Length))];
    private byte[]? _scratch;
    private long _windowStart, _peekStart;
    private int _windowFilled, _peekFilled;

    public long Length { get; } = source.Length;

    /// <summary>What went wrong while unpacking, or null.</summary>
    public string? Problem => source.Problem;

    /// <summary>Stretches that the device could not read.</summary>
    public List<(long Offset, int Length, string Why)> Unreadable { get; } = [];

    /// <summary>The bytes from <paramref name="offset"/>, at most <paramref name="count"/>, at most what is there and at most <see cref="MostBytes"/>.</summary>
    public ReadOnlySpan<byte> At(long offset, long count)
    {
        if (offset < 0 || offset >= Length || count <= 0) return default;
        int wanted = (int)Math.Min(MostBytes, Math.Min(count, Length - offset));
        if (offset >= _windowStart && offset + wanted <= _windowStart + _windowFilled) return _window.AsSpan((int)(offset - _windowStart), wanted);
        // A short look far ahead, and back, leaves the window where it is.
        if (wanted <= 64 && (offset < _windowStart || offset > _windowStart + _windowFilled + windowBytes / 16)) return Peek(offset, wanted);
        if (_window.Length < wanted) _window = new byte[wanted];
        _windowStart = offset;
        // One long span does not make all later looks long.
        _windowFilled = Fill(_window.AsSpan(0, Math.Min(_window.Length, Math.Max(wanted, windowBytes))), offset);
        return _window.AsSpan(0, Math.Min(wanted, _windowFilled));
    }

    /// <summary>Whatever the window holds from <paramref name="offset"/>: at least <paramref name="atLeast"/> bytes unless the file ends before.</summary>
    public ReadOnlySpan<byte> WindowAt(long offset, int atLeast)
    {
        if (offset < _windowStart || offset + Math.Min(atLeast, Length - offset) > _windowStart + _windowFilled || offset >= Length) return At(offset, Math.Max(atLeast, _window.Length));
        return _window.AsSpan((int)(offset - _windowStart), (int)(_windowStart + _windowFilled - offset));
    }

    private ReadOnlySpan<byte> Peek(long offset, int wanted)
    {
        if (offset < _peekStart || offset + wanted > _peekStart + _peekFilled)
        {
            _peekStart = offset;
            _peekFilled = Fill(_peek, offset);
        }
        return _peek.AsSpan((int)(offset - _peekStart), Math.Min(wanted, _peekFilled - (int)(offset - _peekStart)));
    }

    private int Fill(Span<byte> into, long offset)
    {
        var target = into[..(int)Math.Min(into.Length, Length - offset)];
        try
        {
            return source.Read(target, offset);
        }
        catch (IOException)
        {
            return FillBySectors(target, offset);
        }
    }

    private int FillBySectors(Span<byte> target, long offset)
    {
        for (int at = 0; at < target.Length;)
        {
            int length = (int)Math.Min(target.Length - at, SectorBytes - (offset + at) % SectorBytes);
            try
            {
                if (source.Read(target.Slice(at, length), offset + at) < length) return at;
            }
            catch (IOException e)
            {
                target.Slice(at, length).Clear();
                if (!Unreadable.Exists(u => u.Offset == offset + at)) Unreadable.Add((offset + at, length, e.Message));
            }
            at += length;
        }
        return target.Length;
    }

    /// <summary>CRC-32C of [from, to); leaves the window where it is.</summary>
    public uint Checksum(long from, long to)
    {
        uint crc = XdfChecksum.Start;
        _scratch ??= new byte[(int)Math.Min(256 << 10, Math.Max(64, Length))];
        while (from < to)
        {
            int filled = Math.Min(Fill(_scratch, from), (int)Math.Min(int.MaxValue, to - from));
            if (filled <= 0) break;
            crc = XdfChecksum.Add(crc, _scratch.AsSpan(0, filled));
            from += filled;
        }
        return ~crc;
    }

    /// <summary>A count of 1, 4 or 8 bytes preceded by that number.</summary>
    /// <returns>Bytes used, or 0 when it is not there or invalid.</returns>
    public int ReadCount(long offset, out ulong value) => ReadCount(At(offset, 9), out value);

    /// <inheritdoc cref="ReadCount(long, out ulong)"/>
    public static int ReadCount(ReadOnlySpan<byte> bytes, out ulong value)
    {
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

    public void Dispose() => source.Dispose();
}
