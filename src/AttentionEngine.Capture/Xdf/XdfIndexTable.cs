using System.Buffers.Binary;

namespace AttentionEngine.Capture.Xdf;

/// <summary>A place in a file from which reading may begin.</summary>
/// <param name="Offset">Where a checkpoint's chunk begins.</param>
/// <param name="TimeS">All samples before it are at or before this time of the recorder's clock, seconds.</param>
public readonly record struct XdfSeekPoint(long Offset, double TimeS);

/// <summary>A list of checkpoints, and where the list before it stands; the last one stands at the very end of a file that was closed.</summary>
internal sealed record XdfIndexTable(long Offset, long PreviousOffset, XdfSeekPoint[] Points)
{
    /// <summary>From a table's chunk to its end when it holds nothing, as our writer frames it.</summary>
    public const int EmptyBytes = 7 + 16 + 1 + 8 + 8 + 4 + 8 + 4;
    public const int PointBytes = 16;
    private const int FixedBytes = 16 + 1 + 8 + 8 + 4;

    public static void Put(XdfBuffer buffer, long offset, long previousOffset, List<XdfSeekPoint> points)
    {
        int start = buffer.BeginMark(XdfFormat.TableMark);
        buffer.PutInt64(offset);
        buffer.PutInt64(previousOffset);
        buffer.PutUInt32((uint)points.Count);
        foreach (var p in points)
        {
            buffer.PutInt64(p.Offset);
            buffer.PutDouble(p.TimeS);
        }
        // Again before the checksum, so that it is found from the end of the file.
        buffer.PutInt64(offset);
        buffer.EndMark(start);
    }

    /// <param name="content">The content of a boundary chunk, with the UUID.</param>
    public static XdfIndexTable? TryRead(ReadOnlySpan<byte> content)
    {
        if (!XdfMark.IsSound(content, XdfFormat.TableMark) || content.Length < FixedBytes + 12) return null;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(content[33..]);
        if (content.Length != FixedBytes + (long)count * PointBytes + 12) return null;
        var points = new XdfSeekPoint[count];
        for (int i = 0; i < count; i++)
        {
            var p = content[(FixedBytes + i * PointBytes)..];
            points[i] = new XdfSeekPoint(BinaryPrimitives.ReadInt64LittleEndian(p), BinaryPrimitives.ReadDoubleLittleEndian(p[8..]));
        }
        return new XdfIndexTable(BinaryPrimitives.ReadInt64LittleEndian(content[17..]), BinaryPrimitives.ReadInt64LittleEndian(content[25..]), points);
    }
}
