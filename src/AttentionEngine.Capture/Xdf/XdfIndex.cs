using System.Buffers.Binary;
using System.Text;

namespace AttentionEngine.Capture.Xdf;

/// <summary>A stream as the index knows it.</summary>
/// <param name="SampleCount">Samples before the last checkpoint: all of them when the file was closed.</param>
/// <param name="FirstStampS">On the source's clock, seconds; NaN without samples.</param>
public sealed record XdfIndexedStream(XdfStream Stream, long SampleCount, double FirstStampS, double LastStampS);

/// <summary>
/// What is in a recording of ours and where, without reading it: some hundred kilobytes are read of a file of any length. A file whose
/// writer was killed has it too, up to its last second.
/// </summary>
public sealed record XdfIndex(string Path, bool IsClosed, IReadOnlyList<XdfIndexedStream> Streams, IReadOnlyList<XdfSeekPoint> Points)
{
    private const int WindowBytes = 16 << 10, TailBytes = 1 << 20, MostTailBytes = 64 << 20, MostPoints = 10_000_000;

    /// <returns>Null when the file has no index that can be trusted: a foreign one, or one whose end is damaged. Reading it whole works all the same.</returns>
    /// <exception cref="Core.Errors.InputDataException">The file cannot be opened.</exception>
    public static XdfIndex? TryOpen(string path)
    {
        using var source = new XdfFileSource(path);
        return TryRead(path, source);
    }

    internal static XdfIndex? TryRead(string path, IXdfSource source)
    {
        using var bytes = new XdfBytes(source, WindowBytes);
        if (!bytes.At(0, 4).SequenceEqual(XdfFormat.Magic)) return null;
        var points = new List<XdfSeekPoint>();
        long tableOffset;
        XdfCheckpoint? last;
        bool closed = false;
        if (LastTable(bytes) is { } end)
        {
            closed = true;
            tableOffset = end.Offset;
            last = end.Points.Length > 0 ? CheckpointAt(bytes, end.Points[^1].Offset) : null;
        }
        else
        {
            last = LastCheckpoint(bytes);
            tableOffset = last?.TableOffset ?? 0;
            for (var c = last; c is not null && c.Offset > tableOffset && points.Count < MostPoints; c = c.PreviousOffset > 0 && c.PreviousOffset < c.Offset ? CheckpointAt(bytes, c.PreviousOffset) : null)
                points.Add(new XdfSeekPoint(c.Offset, c.TimeS));
        }
        if (last is null) return null;
        while (tableOffset > 0 && points.Count < MostPoints)
        {
            if (TableAt(bytes, tableOffset) is not { } table || table.PreviousOffset >= tableOffset) return null;
            for (int i = table.Points.Length - 1; i >= 0; i--) points.Add(table.Points[i]);
            tableOffset = table.PreviousOffset;
        }
        points.Reverse();
        var streams = new List<XdfIndexedStream>();
        foreach (var s in last.Streams)
        {
            if (HeaderAt(bytes, s) is not { } stream) return null;
            streams.Add(new XdfIndexedStream(stream with { Index = streams.Count }, s.SampleCount, s.FirstStampS, s.LastStampS));
        }
        return new XdfIndex(path, closed, streams, points);
    }

    /// <summary>Where to begin so that no sample later than <paramref name="timeS"/> (recorder's clock) is missed; 0: at the beginning.</summary>
    public long OffsetBefore(double timeS)
    {
        long offset = 0;
        foreach (var p in Points)
        {
            if (!(p.TimeS <= timeS)) break;
            offset = p.Offset;
        }
        return offset;
    }

    private static XdfIndexTable? LastTable(XdfBytes bytes)
    {
        var tail = bytes.At(bytes.Length - 12, 8);
        return tail.Length == 8 && TableAt(bytes, BinaryPrimitives.ReadInt64LittleEndian(tail)) is { } table && table.Offset + XdfIndexTable.EmptyBytes + (long)table.Points.Length * XdfIndexTable.PointBytes == bytes.Length ? table : null;
    }

    private static XdfCheckpoint? LastCheckpoint(XdfBytes bytes)
    {
        for (long to = bytes.Length; to > 0 && bytes.Length - to < MostTailBytes; to -= TailBytes)
        {
            long from = Math.Max(0, to - TailBytes);
            // A UUID may lie across the border of two blocks.
            byte[] block = bytes.At(from, Math.Min(bytes.Length, to + 64) - from).ToArray();
            for (int at = block.AsSpan().LastIndexOf(XdfFormat.BoundaryUuid); at >= 0; at = at == 0 ? -1 : block.AsSpan(0, at + 15).LastIndexOf(XdfFormat.BoundaryUuid))
                if (CheckpointAt(bytes, from + at - 7) is { } checkpoint) return checkpoint;
        }
        return null;
    }

    private static XdfCheckpoint? CheckpointAt(XdfBytes bytes, long offset) => Boundary(bytes, offset) is { } head && XdfCheckpoint.TryRead(XdfMark.Content(bytes, head)) is { } c && c.Offset == offset ? c : null;

    private static XdfIndexTable? TableAt(XdfBytes bytes, long offset) => Boundary(bytes, offset) is { } head && XdfIndexTable.TryRead(XdfMark.Content(bytes, head)) is { } t && t.Offset == offset ? t : null;

    private static XdfChunkHead? Boundary(XdfBytes bytes, long offset) => offset > 0 && XdfChunkHead.TryRead(bytes, offset, out var head) && head.Tag == XdfFormat.Boundary && head.End <= bytes.Length ? head : null;

    /// <summary>A stream's header: its copy right after it, which has a checksum, or itself.</summary>
    private static XdfStream? HeaderAt(XdfBytes bytes, XdfCheckpointStream s)
    {
        if (!XdfChunkHead.TryRead(bytes, s.HeaderOffset, out var head) || head.Tag != XdfFormat.StreamHeader || head.ContentBytes > XdfMark.MostBytes) return null;
        string xml = Encoding.UTF8.GetString(bytes.At(head.ContentOffset, head.ContentBytes));
        if (Boundary(bytes, head.End) is { } next && XdfMark.TryReadHeaderCopy(XdfMark.Content(bytes, next), out uint id) is { } copy && id == s.StreamId) xml = copy;
        else if (head.StreamId != s.StreamId) return null;
        return XdfInfoXml.Read(xml, out bool damaged) is { } info && !damaged ? new XdfStream(s.StreamId, info, xml) : null;
    }
}
