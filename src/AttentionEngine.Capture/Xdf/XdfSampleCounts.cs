using System.Text;

namespace AttentionEngine.Capture.Xdf;

/// <summary>A quick look from chunk to chunk, so that a reader can take memory once.</summary>
internal static class XdfSampleCounts
{
    /// <returns>Samples by stream id; never more than the chunks' bytes can hold. Ends at the first damage.</returns>
    public static Dictionary<uint, long> Of(XdfBytes bytes)
    {
        var counts = new Dictionary<uint, long>();
        var least = new Dictionary<uint, long>();
        for (long at = 4; XdfChunkHead.TryRead(bytes, at, out var head) && head.End <= bytes.Length && head.Tag is > 0 and <= XdfFormat.StreamFooter; at = head.End)
        {
            if (head.Tag == XdfFormat.StreamHeader && head.ContentBytes <= XdfMark.MostBytes && !least.ContainsKey(head.StreamId)
                && XdfInfoXml.Read(Encoding.UTF8.GetString(bytes.At(head.ContentOffset, head.ContentBytes)), out _) is { } info)
            {
                least[head.StreamId] = new XdfStream(head.StreamId, info, "").LeastSampleBytes;
            }
            if (head.Tag != XdfFormat.Samples || !least.TryGetValue(head.StreamId, out long bytesEach)) continue;
            if (bytes.ReadCount(head.ContentOffset, out ulong count) == 0) continue;
            counts[head.StreamId] = counts.GetValueOrDefault(head.StreamId) + (long)Math.Min(count, (ulong)(head.ContentBytes / bytesEach));
        }
        return counts;
    }
}
