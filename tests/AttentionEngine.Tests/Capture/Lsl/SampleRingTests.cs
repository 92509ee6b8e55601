using System.Buffers.Binary;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Capture.Lsl;

public class SampleRingTests
{
    /// <summary>Against the simplest thing that does the same: a list of all samples ever written, and an index for each reader.</summary>
    [Theory]
    [InlineData(8, 1000), InlineData(8, 12_000), InlineData(40_000, 10), InlineData(200_000, 3), InlineData(0, 50), InlineData(0, 1)]
    public void Readers_see_what_a_plain_list_says(int sampleBytes, int capacity)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var random = new SeededRandom(seed);
            var ring = new SampleRing(sampleBytes, capacity);
            var readers = new List<(SampleRing.Reader Reader, long Next, long Dropped, long Limit)>();
            long head = 0;
            for (int step = 0; step < 300; step++)
            {
                int pick = (int)(random.NextUInt64() % 8);
                if (pick == 0 && readers.Count < 4)
                {
                    long limit = 1 + (long)(random.NextUInt64() % (ulong)(capacity * 2));
                    readers.Add((ring.Join(limit), head, 0, Math.Min(limit, capacity)));
                }
                else if (pick == 1 && readers.Count > 0)
                {
                    int who = (int)(random.NextUInt64() % (ulong)readers.Count);
                    ring.Leave(readers[who].Reader);
                    readers.RemoveAt(who);
                }
                else if (pick < 5)
                {
                    int frames = (int)(random.NextUInt64() % (ulong)Math.Min(capacity * 2 + 1, sampleBytes == 0 ? 20 : 4_000_000 / sampleBytes / 8 + 2));
                    Write(ring, sampleBytes, head, frames);
                    head += frames;
                    for (int r = 0; r < readers.Count; r++)
                    {
                        long oldest = Math.Max(readers[r].Next, head - readers[r].Limit);
                        readers[r] = readers[r] with { Next = oldest, Dropped = readers[r].Dropped + oldest - readers[r].Next };
                    }
                }
                else if (readers.Count > 0)
                {
                    int who = (int)(random.NextUInt64() % (ulong)readers.Count);
                    int most = (int)(random.NextUInt64() % (ulong)(capacity + 5));
                    readers[who] = readers[who] with { Next = Read(ring, sampleBytes, readers[who].Reader, readers[who].Next, Math.Min(head, readers[who].Next + most)) };
                }
                Assert.Equal(head, ring.Head);
                Assert.All(readers, r => Assert.Equal((r.Next, r.Dropped), (r.Reader.Cursor, r.Reader.Dropped)));
            }
        }
    }

    private static void Write(SampleRing ring, int sampleBytes, long first, int frames)
    {
        if (sampleBytes == 0)
        {
            for (int i = 0; i < frames; i++) ring.WriteText(TextCodec.Encode([$"{first + i}"]), first + i);
            return;
        }
        var samples = new byte[frames * sampleBytes];
        var stampsS = new double[frames];
        for (int i = 0; i < frames; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(samples.AsSpan(i * sampleBytes), first + i);
            stampsS[i] = first + i;
        }
        ring.Write(samples, stampsS);
    }

    private static long Read(SampleRing ring, int sampleBytes, SampleRing.Reader reader, long next, long end)
    {
        var text = new string[1];
        lock (ring.Gate)
        {
            while (next < end)
            {
                int n;
                ReadOnlySpan<double> stampsS;
                if (sampleBytes == 0)
                {
                    n = ring.PeekText(reader, (int)(end - next), out var payloads, out stampsS);
                    for (int i = 0; i < n; i++)
                    {
                        TextCodec.Decode(payloads[i], text);
                        Assert.Equal($"{next + i}", text[0]);
                    }
                }
                else
                {
                    n = ring.Peek(reader, (int)(end - next), out var samples, out stampsS);
                    for (int i = 0; i < n; i++) Assert.Equal(next + i, BinaryPrimitives.ReadInt64LittleEndian(samples[(i * sampleBytes)..]));
                }
                Assert.InRange(n, 1, end - next);
                for (int i = 0; i < n; i++) Assert.Equal(next + i, stampsS[i]);
                SampleRing.Advance(reader, n);
                next += n;
            }
        }
        return next;
    }

    [Fact]
    public void Long_texts_are_bounded_in_bytes_not_only_in_number()
    {
        var ring = new SampleRing(0, 10_000);
        var reader = ring.Join(10_000);
        byte[] payload = new byte[1 << 20];
        for (int i = 0; i < 200; i++) ring.WriteText(payload, i);
        Assert.InRange(reader.Dropped, 200 - 128, 199);
        Assert.Equal(200, ring.Head);
    }
}
