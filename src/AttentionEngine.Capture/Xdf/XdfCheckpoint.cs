using System.Buffers.Binary;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Where a stream stands at a checkpoint.</summary>
/// <param name="HeaderOffset">Where its header chunk begins.</param>
internal readonly record struct XdfCheckpointStream(uint StreamId, long HeaderOffset, long SampleCount, double FirstStampS, double LastStampS);

/// <summary>
/// Written each second: the checksum of the bytes since the checkpoint before, and how far the streams have come. A reader detects
/// flipped bits by it, and goes to any second without reading what is before.
/// </summary>
/// <param name="Offset">Where its chunk begins; the checksum covers [RegionStart, Offset).</param>
/// <param name="PreviousOffset">The checkpoint before; 0 for the first.</param>
/// <param name="TableOffset">The last table before it; 0 when there is none.</param>
/// <param name="TimeS">The latest time of any stream before it, on the recorder's clock as far as offsets are known, seconds.</param>
internal sealed record XdfCheckpoint(long Offset, long RegionStart, uint RegionCrc, long PreviousOffset, long TableOffset, double TimeS, XdfCheckpointStream[] Streams)
{
    private const int FixedBytes = 16 + 1 + 8 + 8 + 4 + 8 + 8 + 8 + 4, StreamBytes = 4 + 8 + 8 + 8 + 8, MostStreams = 1 << 16;

    public static void Put(XdfBuffer buffer, long offset, long regionStart, uint regionCrc, long previousOffset, long tableOffset, double timeS, List<XdfWriterStream> streams)
    {
        int start = buffer.BeginMark(XdfFormat.CheckpointMark);
        buffer.PutInt64(offset);
        buffer.PutInt64(regionStart);
        buffer.PutUInt32(regionCrc);
        buffer.PutInt64(previousOffset);
        buffer.PutInt64(tableOffset);
        buffer.PutDouble(timeS);
        buffer.PutUInt32((uint)streams.Count);
        foreach (var s in streams)
        {
            buffer.PutUInt32(s.Id);
            buffer.PutInt64(s.HeaderOffset);
            buffer.PutInt64(s.SampleCount);
            buffer.PutDouble(s.FirstStampS);
            buffer.PutDouble(s.LastStampS);
        }
        buffer.EndMark(start);
    }

    /// <summary>Only what the checksum is about; allocates nothing.</summary>
    /// <param name="content">The content of a boundary chunk, with the UUID, that <see cref="XdfMark.IsSound"/>.</param>
    public static bool TryReadRegion(ReadOnlySpan<byte> content, out long offset, out long regionStart, out uint regionCrc)
    {
        (offset, regionStart, regionCrc) = (0, 0, 0);
        if (content.Length < FixedBytes) return false;
        (offset, regionStart) = (BinaryPrimitives.ReadInt64LittleEndian(content[17..]), BinaryPrimitives.ReadInt64LittleEndian(content[25..]));
        regionCrc = BinaryPrimitives.ReadUInt32LittleEndian(content[33..]);
        return true;
    }

    /// <param name="content">The content of a boundary chunk, with the UUID.</param>
    /// <returns>Null when it is no checkpoint or its own checksum does not match.</returns>
    public static XdfCheckpoint? TryRead(ReadOnlySpan<byte> content)
    {
        if (!XdfMark.IsSound(content, XdfFormat.CheckpointMark) || content.Length < FixedBytes + 4) return null;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(content[(FixedBytes - 4)..]);
        if (count > MostStreams || content.Length != FixedBytes + count * StreamBytes + 4) return null;
        var streams = new XdfCheckpointStream[count];
        for (int i = 0; i < count; i++)
        {
            var s = content[(FixedBytes + i * StreamBytes)..];
            streams[i] = new XdfCheckpointStream(BinaryPrimitives.ReadUInt32LittleEndian(s), BinaryPrimitives.ReadInt64LittleEndian(s[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(s[12..]), BinaryPrimitives.ReadDoubleLittleEndian(s[20..]), BinaryPrimitives.ReadDoubleLittleEndian(s[28..]));
        }
        var f = content[17..];
        return new XdfCheckpoint(BinaryPrimitives.ReadInt64LittleEndian(f), BinaryPrimitives.ReadInt64LittleEndian(f[8..]), BinaryPrimitives.ReadUInt32LittleEndian(f[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(f[20..]), BinaryPrimitives.ReadInt64LittleEndian(f[28..]), BinaryPrimitives.ReadDoubleLittleEndian(f[36..]), streams);
    }
}
