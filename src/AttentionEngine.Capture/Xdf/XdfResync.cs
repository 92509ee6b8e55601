namespace AttentionEngine.Capture.Xdf;

/// <summary>Finds the next chunk after damage.</summary>
internal static class XdfResync
{
    /// <summary>
    /// The first place after <paramref name="from"/> where a chunk stands beyond doubt: a boundary chunk, or a chunk whose content is
    /// consistent and which is followed by another chunk or the end of the file.
    /// </summary>
    /// <returns>Its offset, or the length of the file when there is none.</returns>
    public static long Find(XdfBytes bytes, long from, IReadOnlyDictionary<uint, XdfStream> streams)
    {
        long at = from + 1;
        while (at < bytes.Length)
        {
            var window = bytes.WindowAt(at, 1);
            if (window.IsEmpty) break;
            int next = window.IndexOfAny((byte)1, (byte)4, (byte)8);
            if (next < 0)
            {
                at += window.Length;
                continue;
            }
            at += next;
            if (XdfChunkHead.TryRead(bytes, at, out var head) && IsCertain(bytes, head, streams)) return at;
            at++;
        }
        return bytes.Length;
    }

    private static bool IsCertain(XdfBytes bytes, XdfChunkHead head, IReadOnlyDictionary<uint, XdfStream> streams)
    {
        if (head.End > bytes.Length) return false;
        switch (head.Tag)
        {
            case XdfFormat.Boundary:
                return XdfChunkHead.IsBoundary(bytes, head);
            case XdfFormat.StreamHeader:
            case XdfFormat.StreamFooter:
                return StartsWithMarkup(bytes.At(head.ContentOffset, Math.Min(head.ContentBytes, 16))) && Followed();
            case XdfFormat.ClockOffset:
                return head.ContentBytes == 16 && streams.ContainsKey(head.StreamId) && Followed();
            case XdfFormat.Samples:
                return streams.TryGetValue(head.StreamId, out var stream)
                    && XdfSampleBlock.MayHold(bytes, stream, head)
                    && XdfSampleBlock.Walk(bytes, stream, head.ContentOffset, out long count, out _, out _, out long end)
                    && count > 0 && end == head.End && Followed();
            default:
                return false;
        }

        bool Followed() => XdfChunkHead.IsPlausibleAt(bytes, head.End, streams.ContainsKey);
    }

    public static bool StartsWithMarkup(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \r\n\t"u8);
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) text = text[3..];
        return text.Length > 0 && text[0] == '<';
    }
}
