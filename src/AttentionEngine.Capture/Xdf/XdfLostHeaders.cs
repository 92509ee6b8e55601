using System.Text;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Stream headers that stand later in a file than samples that need them: out of order, or as a copy of one that is damaged.</summary>
internal static class XdfLostHeaders
{
    /// <summary>Looks through the whole file, from chunk to chunk and, after damage, from boundary to boundary.</summary>
    /// <returns>By stream id; a copy with a checksum wins over a header.</returns>
    public static Dictionary<uint, XdfStream> Find(XdfBytes bytes)
    {
        var found = new Dictionary<uint, XdfStream>();
        var copied = new HashSet<uint>();
        long at = bytes.At(0, 4).SequenceEqual(XdfFormat.Magic) ? 4 : 0;
        while (at < bytes.Length)
        {
            if (!XdfChunkHead.TryRead(bytes, at, out var head) || head.End > bytes.Length || !XdfChunkHead.IsPlausibleAt(bytes, head.End, _ => true))
            {
                at = NextBoundary(bytes, at + 1);
                continue;
            }
            if (head.Tag == XdfFormat.StreamHeader && !found.ContainsKey(head.StreamId) && head.ContentBytes <= XdfMark.MostBytes)
            {
                string xml = Encoding.UTF8.GetString(bytes.At(head.ContentOffset, head.ContentBytes));
                if (XdfInfoXml.Read(xml, out bool damaged) is { } info && !damaged) found[head.StreamId] = new XdfStream(head.StreamId, info, xml);
            }
            else if (head.Tag == XdfFormat.Boundary && XdfMark.TryReadHeaderCopy(XdfMark.Content(bytes, head), out uint id) is { } copy && copied.Add(id)
                && XdfInfoXml.Read(copy, out _) is { } copiedInfo)
            {
                found[id] = new XdfStream(id, copiedInfo, copy);
            }
            at = head.End;
        }
        return found;
    }

    /// <summary>Where the next boundary chunk begins, or the file's length.</summary>
    public static long NextBoundary(XdfBytes bytes, long from)
    {
        for (long at = from; at < bytes.Length;)
        {
            var window = bytes.WindowAt(at, 64);
            int next = window.IndexOf(XdfFormat.BoundaryUuid);
            if (next < 0)
            {
                if (at + window.Length >= bytes.Length) break;
                at += Math.Max(1, window.Length - 15);
                continue;
            }
            at += next;
            foreach (int frame in (ReadOnlySpan<int>)[7, 4, 11])
                if (XdfChunkHead.TryRead(bytes, at - frame, out var head) && head.ContentOffset == at && XdfChunkHead.IsBoundary(bytes, head) && head.End <= bytes.Length && at - frame >= from) return at - frame;
            at += 16;
        }
        return bytes.Length;
    }
}
