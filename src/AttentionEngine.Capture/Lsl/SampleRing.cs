namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// Samples between one writer and several readers. Each reader sees every sample from when it joined, but is never more than its limit behind:
/// then its oldest samples are dropped and counted. The writer never waits for a reader. Memory grows in segments only while somebody lags.
/// Members marked "hold Gate" are called inside <c>lock (ring.Gate)</c>; the writer's calls take the lock themselves.
/// </summary>
internal sealed class SampleRing
{
    private const int TargetSegmentBytes = 64 << 10;
    private const int TextSegmentFrames = 16;
    private const int MaxFreeSegments = 64;

    private readonly int sampleBytes;
    private readonly int shift;
    private readonly Segment?[] directory;
    private readonly Stack<Segment> free = new(MaxFreeSegments);
    private Reader[] readers = [];
    private long tailSegment;
    private long heldTextBytes;

    /// <param name="sampleBytes">Bytes of one sample over all channels; 0 for text, whose samples vary.</param>
    /// <param name="capacity">Most samples that any reader may be behind.</param>
    public SampleRing(int sampleBytes, long capacity)
    {
        this.sampleBytes = sampleBytes;
        Capacity = capacity;
        int frames = sampleBytes == 0 ? TextSegmentFrames : Math.Max(1, TargetSegmentBytes / (sampleBytes + sizeof(double)));
        shift = System.Numerics.BitOperations.Log2((uint)frames);
        directory = new Segment?[(capacity >> shift) + 3];
    }

    public object Gate { get; } = new();
    public long Capacity { get; }

    /// <summary>Samples written since the start (hold Gate, or read as an approximate count).</summary>
    public long Head { get; private set; }

    private int SegmentFrames => 1 << shift;

    /// <summary>Adds a reader that will see what is written from now on.</summary>
    public Reader Join(long limit)
    {
        lock (Gate)
        {
            var reader = new Reader { Cursor = Head, Limit = Math.Clamp(limit, 1, Capacity) };
            readers = [.. readers, reader];
            return reader;
        }
    }

    public void Leave(Reader reader)
    {
        lock (Gate)
        {
            readers = [.. readers.Where(r => r != reader)];
            ReleaseRead();
        }
    }

    /// <param name="samples">[frames × sampleBytes] raw values.</param>
    /// <param name="stampsS">[frames] seconds.</param>
    public void Write(ReadOnlySpan<byte> samples, ReadOnlySpan<double> stampsS)
    {
        lock (Gate)
        {
            if (readers.Length == 0)
            {
                Head += stampsS.Length;
                ReleaseRead();
                return;
            }
            while (stampsS.Length > 0)
            {
                var segment = SegmentForWriting();
                int at = (int)(Head & (SegmentFrames - 1));
                int n = Math.Min(SegmentFrames - at, stampsS.Length);
                samples[..(n * sampleBytes)].CopyTo(segment.Data.AsSpan(at * sampleBytes));
                stampsS[..n].CopyTo(segment.StampsS.AsSpan(at));
                samples = samples[(n * sampleBytes)..];
                stampsS = stampsS[n..];
                Head += n;
                DropBeyondLimits();
            }
            ReleaseRead();
            Monitor.PulseAll(Gate);
        }
    }

    /// <param name="payload">One text sample in wire form.</param>
    public void WriteText(byte[] payload, double stampS)
    {
        lock (Gate)
        {
            if (readers.Length > 0)
            {
                var segment = SegmentForWriting();
                int at = (int)(Head & (SegmentFrames - 1));
                segment.Text[at] = payload;
                segment.StampsS[at] = stampS;
                heldTextBytes += payload.Length;
            }
            Head++;
            DropBeyondLimits();
            ReleaseRead();
            while (heldTextBytes > LslLimits.MaxBufferedTextBytes && tailSegment < Head >> shift)
            {
                long keepFrom = (tailSegment + 1) << shift;
                foreach (var reader in readers) reader.DropTo(keepFrom);
                ReleaseRead();
            }
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>The next samples that lie together in memory (hold Gate).</summary>
    /// <returns>Frames, at most <paramref name="maxFrames"/>; 0 when the reader has seen everything.</returns>
    public int Peek(Reader reader, int maxFrames, out ReadOnlySpan<byte> samples, out ReadOnlySpan<double> stampsS)
    {
        int n = Contiguous(reader, maxFrames, out var segment, out int at);
        samples = segment is null ? default : segment.Data.AsSpan(at * sampleBytes, n * sampleBytes);
        stampsS = segment is null ? default : segment.StampsS.AsSpan(at, n);
        return n;
    }

    /// <summary>The next text samples that lie together in memory, in wire form (hold Gate).</summary>
    public int PeekText(Reader reader, int maxFrames, out ReadOnlySpan<byte[]> payloads, out ReadOnlySpan<double> stampsS)
    {
        int n = Contiguous(reader, maxFrames, out var segment, out int at);
        payloads = segment is null ? default : segment.Text.AsSpan(at, n);
        stampsS = segment is null ? default : segment.StampsS.AsSpan(at, n);
        return n;
    }

    /// <summary>Marks samples as seen (hold Gate). Their memory is reused at the next write.</summary>
    public static void Advance(Reader reader, int frames) => reader.Cursor += frames;

    private int Contiguous(Reader reader, int maxFrames, out Segment? segment, out int at)
    {
        segment = null;
        at = (int)(reader.Cursor & (SegmentFrames - 1));
        int n = (int)Math.Min(Math.Min(Head - reader.Cursor, SegmentFrames - at), maxFrames);
        if (n <= 0) return 0;
        segment = directory[(reader.Cursor >> shift) % directory.Length];
        return n;
    }

    private Segment SegmentForWriting()
    {
        long index = Head >> shift;
        ref var slot = ref directory[index % directory.Length];
        if (slot is null)
        {
            if (!free.TryPop(out var segment)) segment = new Segment(SegmentFrames, sampleBytes);
            slot = segment;
        }
        return slot;
    }

    private void DropBeyondLimits()
    {
        foreach (var reader in readers) reader.DropTo(Head - reader.Limit);
        if (Head >> shift > tailSegment + directory.Length - 3) ReleaseRead();
    }

    /// <summary>Takes back segments that every reader has passed.</summary>
    private void ReleaseRead()
    {
        long oldest = Head;
        foreach (var reader in readers) oldest = Math.Min(oldest, reader.Cursor);
        long keep = oldest >> shift;
        long last = Math.Min(keep, tailSegment + directory.Length);
        for (long i = tailSegment; i < last; i++)
        {
            ref var slot = ref directory[i % directory.Length];
            if (slot is null) continue;
            heldTextBytes -= slot.ForgetText();
            if (free.Count < MaxFreeSegments) free.Push(slot);
            slot = null;
        }
        tailSegment = Math.Max(tailSegment, keep);
    }

    /// <summary>One reader's place. Its fields change only under the ring's Gate.</summary>
    internal sealed class Reader
    {
        public long Cursor { get; set; }
        public long Limit { get; init; }
        public long Dropped { get; private set; }

        public void DropTo(long oldest)
        {
            if (oldest <= Cursor) return;
            Dropped += oldest - Cursor;
            Cursor = oldest;
        }
    }

    private sealed class Segment(int frames, int sampleBytes)
    {
        public byte[] Data { get; } = new byte[frames * sampleBytes];
        public double[] StampsS { get; } = new double[frames];
        public byte[][] Text { get; } = sampleBytes == 0 ? new byte[frames][] : [];

        public long ForgetText()
        {
            long bytes = 0;
            for (int i = 0; i < Text.Length; i++)
            {
                bytes += Text[i]?.Length ?? 0;
                Text[i] = null!;
            }
            return bytes;
        }
    }
}
