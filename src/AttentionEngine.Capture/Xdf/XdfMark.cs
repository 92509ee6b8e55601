using System.Buffers.Binary;
using System.Text;

namespace AttentionEngine.Capture.Xdf;

/// <summary>What our own boundary chunks have in common: a mark after the UUID, and a checksum of all of it at the end.</summary>
internal static class XdfMark
{
    /// <summary>The longest boundary chunk that is believed: a header copy.</summary>
    public const int MostBytes = 16 << 20;

    /// <param name="content">The content of a boundary chunk, with the UUID.</param>
    /// <returns>The mark, or 0 for a plain boundary.</returns>
    public static byte Of(ReadOnlySpan<byte> content) => content.Length > 16 && content.StartsWith(XdfFormat.BoundaryUuid) ? content[16] : (byte)0;

    public static bool HasChecksum(byte mark) => mark is XdfFormat.CheckpointMark or XdfFormat.TableMark or XdfFormat.HeaderCopyMark;

    public static bool IsSound(ReadOnlySpan<byte> content, byte mark) =>
        Of(content) == mark && content.Length >= 21 && BinaryPrimitives.ReadUInt32LittleEndian(content[^4..]) == XdfChecksum.Of(content[..^4]);

    public static void PutHeaderCopy(XdfBuffer buffer, uint streamId, ReadOnlySpan<byte> xml)
    {
        int start = buffer.BeginMark(XdfFormat.HeaderCopyMark);
        buffer.PutUInt32(streamId);
        buffer.Put(xml);
        buffer.EndMark(start);
    }

    /// <returns>Null when it is no header copy or its checksum does not match.</returns>
    public static string? TryReadHeaderCopy(ReadOnlySpan<byte> content, out uint streamId)
    {
        streamId = 0;
        if (content.Length < 25 || !IsSound(content, XdfFormat.HeaderCopyMark)) return null;
        streamId = BinaryPrimitives.ReadUInt32LittleEndian(content[17..]);
        return Encoding.UTF8.GetString(content[21..^4]);
    }

    /// <summary>The whole content of a boundary chunk; empty when it is too long to be believed or not all there.</summary>
    public static ReadOnlySpan<byte> Content(XdfBytes bytes, XdfChunkHead head)
    {
        if (head.ContentBytes > MostBytes) return default;
        var content = bytes.At(head.ContentOffset, head.ContentBytes);
        return content.Length == head.ContentBytes ? content : default;
    }
}
