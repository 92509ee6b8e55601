using System.Buffers.Binary;

namespace AttentionEngine.Capture.Xdf;

/// <summary>A growing buffer of XDF chunks. Allocates only when it grows.</summary>
internal sealed class XdfBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];
    private int _chunkStart;

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>The next <paramref name="count"/> bytes, to be filled in.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(checked(Length + count), _bytes.Length * 2));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    public void BeginChunk(int tag)
    {
        _chunkStart = Length;
        var head = Take(1 + 4 + 2);
        head[0] = 4;
        BinaryPrimitives.WriteUInt16LittleEndian(head[5..], (ushort)tag);
    }

    public void BeginChunk(int tag, uint streamId)
    {
        BeginChunk(tag);
        PutUInt32(streamId);
    }

    public void EndChunk() => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_chunkStart + 1), (uint)(Length - _chunkStart - 5));

    /// <summary>Begins a boundary chunk that carries something of ours.</summary>
    /// <returns>Where its content begins, for <see cref="EndMark"/>.</returns>
    public int BeginMark(byte mark)
    {
        BeginChunk(XdfFormat.Boundary);
        int start = Length;
        Put(XdfFormat.BoundaryUuid);
        PutByte(mark);
        return start;
    }

    public void EndMark(int start)
    {
        PutUInt32(XdfChecksum.Of(_bytes.AsSpan(start, Length - start)));
        EndChunk();
    }

    public void PutInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
    public void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));
    public void PutByte(byte value) => Take(1)[0] = value;
    public void PutUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    public void PutDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    /// <summary>A variable-length count: one byte up to 255, else four.</summary>
    public void PutCount(int value)
    {
        if (value <= byte.MaxValue)
        {
            PutByte(1);
            PutByte((byte)value);
        }
        else
        {
            PutByte(4);
            PutUInt32((uint)value);
        }
    }
}
