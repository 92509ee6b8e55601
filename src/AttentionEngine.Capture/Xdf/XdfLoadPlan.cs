namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// What a quick look from chunk to chunk finds in a sound file: where each stream's samples stand, and which stretches have a checksum. The samples
/// themselves are decoded afterwards, on all cores (<see cref="XdfParallelLoad"/>). Anything unusual refuses the plan; the file is then read step by step.
/// </summary>
internal sealed class XdfLoadPlan
{
    private const long BatchBytes = 2 << 20;
    private readonly List<long> _frames = [];
    private readonly List<Samples> _all = [];
    private readonly List<Check> _checks = [];

    /// <summary>Samples of one chunk.</summary>
    /// <param name="At">Where the first of them stands; <paramref name="End"/>: where the last one ends.</param>
    /// <param name="FirstFrame">How many samples of the stream stand before it.</param>
    public sealed record Samples(XdfStream Stream, long At, long End, int FirstFrame, int Frames)
    {
        /// <summary>Samples at the beginning without a stamp: they follow from the chunk before.</summary>
        public int Unstamped { get; set; }
    }

    /// <param name="Crc">CRC-32C of the bytes [From, To), as the file says.</param>
    public readonly record struct Check(long From, long To, uint Crc);

    /// <summary>A stretch of the file that one thread reads once.</summary>
    /// <param name="From">Where the checksum begins; unused without one.</param>
    /// <param name="Chunks">Which of <see cref="Chunks"/>: first and number.</param>
    public readonly record struct Batch(long From, long To, uint? Crc, int FirstChunk, int Chunks);

    public bool IsRefused { get; private set; }
    public IReadOnlyList<Samples> Chunks => _all;

    public void Refuse() => IsRefused = true;

    public long FramesOf(XdfStream stream) => stream.Index < _frames.Count ? _frames[stream.Index] : 0;

    /// <summary>Notes a chunk whose frame is sound and whose count of samples fits its length.</summary>
    public void Add(XdfBytes bytes, XdfStream stream, XdfChunkHead head)
    {
        int used = bytes.ReadCount(head.ContentOffset, out ulong count);
        bool fits = count == 0 ? head.ContentBytes == used : XdfSampleBlock.MayHold(bytes, stream, head);
        while (_frames.Count <= stream.Index) _frames.Add(0);
        long before = _frames[stream.Index];
        if (used == 0 || !fits || before + (long)count > Array.MaxLength || (long)count * stream.FrameBytes > Array.MaxLength)
        {
            Refuse();
            return;
        }
        if (count == 0) return;
        _all.Add(new Samples(stream, head.ContentOffset + used, head.End, (int)before, (int)count));
        _frames[stream.Index] = before + (long)count;
    }

    public void AddCheck(long from, long to, uint crc) => _checks.Add(new Check(from, to, crc));

    /// <summary>The work, in file order; refuses when checked stretches overlap or cut through a chunk.</summary>
    public List<Batch> Batches()
    {
        var batches = new List<Batch>();
        int next = 0;
        long done = 0;
        foreach (var check in _checks)
        {
            AddUnchecked(batches, ref next, check.From);
            int first = next;
            while (next < _all.Count && _all[next].End <= check.To) next++;
            bool overlaps = check.From < done || (next < _all.Count && _all[next].At < check.To) || (first < next && _all[first].At < check.From);
            if (overlaps) Refuse();
            batches.Add(new Batch(check.From, check.To, check.Crc, first, next - first));
            done = check.To;
        }
        AddUnchecked(batches, ref next, long.MaxValue);
        return batches;
    }

    private void AddUnchecked(List<Batch> batches, ref int next, long before)
    {
        while (next < _all.Count && _all[next].End <= before)
        {
            int first = next;
            long from = _all[first].At;
            while (next < _all.Count && _all[next].End <= before && (next == first || _all[next].End - from <= BatchBytes)) next++;
            batches.Add(new Batch(from, _all[next - 1].End, null, first, next - first));
        }
    }
}
