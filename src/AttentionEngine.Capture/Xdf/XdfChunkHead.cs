using System.Buffers.Binary;

namespace AttentionEngine.Capture.Xdf;

/// <summary>The frame of one chunk.</summary>
/// <param name="Offset">Where its length stands.</param>
/// <param name="ContentOffset">First byte after tag and stream id.</param>
/// <param name="End">First byte after the chunk, as its length says; may lie beyond the file.</param>
internal readonly record struct XdfChunkHead(long Offset, int Tag, uint StreamId, long ContentOffset, long End)
{
    public long ContentBytes => End - ContentOffset;

    /// <summary>Reads the frame at a place; says nothing about whether it makes sense.</summary>
    public static bool TryRead(XdfBytes bytes, long offset, out XdfChunkHead head)
    {
        head = default;
        int used = bytes.ReadCount(offset, out ulong length);
        if (used == 0 || length < 2 || length > long.MaxValue / 2) return false;
        var rest = bytes.At(offset + used, 6);
        if (rest.Length < 2) return false;
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        bool hasId = XdfFormat.HasStreamId(tag);
        if (hasId && (length < 6 || rest.Length < 6)) return false;
        uint id = hasId ? BinaryPrimitives.ReadUInt32LittleEndian(rest[2..]) : 0;
        head = new XdfChunkHead(offset, tag, id, offset + used + (hasId ? 6 : 2), offset + used + (long)length);
        return true;
    }

    /// <summary>Whether a chunk may begin at <paramref name="offset"/>: the end of the file, or a frame of a known kind and a known stream.</summary>
    public static bool IsPlausibleAt(XdfBytes bytes, long offset, Func<uint, bool> isKnownStream)
    {
        if (offset == bytes.Length) return true;
        if (!TryRead(bytes, offset, out var head)) return offset < bytes.Length && offset > bytes.Length - 15 && bytes.At(offset, 1)[0] is 1 or 4 or 8;
        return head.Tag switch
        {
            XdfFormat.FileHeader => true,
            XdfFormat.StreamHeader => head.ContentBytes > 0,
            XdfFormat.Samples or XdfFormat.StreamFooter => head.ContentBytes > 0 && isKnownStream(head.StreamId),
            XdfFormat.ClockOffset => head.ContentBytes == 16 && isKnownStream(head.StreamId),
            XdfFormat.Boundary => IsBoundary(bytes, head),
            _ => false,
        };
    }

    public static bool IsBoundary(XdfBytes bytes, XdfChunkHead head)
    {
        var uuid = bytes.At(head.ContentOffset, 16);
        // In a file that ends inside the UUID, the bytes that are there decide.
        return head.ContentBytes is >= 16 and <= XdfMark.MostBytes && XdfFormat.BoundaryUuid.StartsWith(uuid);
    }
}
