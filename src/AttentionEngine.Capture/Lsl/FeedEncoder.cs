using System.Buffers.Binary;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// Puts samples on the wire for one consumer. A time stamp is left out (tag 1, "one interval after the one before") only where the receiver
/// will deduce exactly the same number from what this consumer got, so stamps stay right after a drop.
/// </summary>
internal sealed class FeedEncoder(StreamInfo info)
{
    public const byte TagDeduced = 1;
    public const byte TagStamped = 2;

    private readonly double intervalS = info.NominalRateHz > 0 ? 1.0 / info.NominalRateHz : 0;
    private readonly bool regular = info.NominalRateHz > 0;
    private readonly int sampleBytes = info.ChannelCount * info.Format.ByteSize();
    private double lastStampS = double.NaN;

    /// <summary>A buffer that holds at least one numeric sample.</summary>
    public byte[] Buffer { get; private set; } = new byte[Math.Max(64 << 10, 9 + info.ChannelCount * info.Format.ByteSize())];

    /// <summary>The header's test patterns.</summary>
    public static byte[] TestPatterns(StreamInfo info)
    {
        using var stream = new MemoryStream();
        Span<byte> head = stackalloc byte[9];
        head[0] = TagStamped;
        BinaryPrimitives.WriteDoubleLittleEndian(head[1..], TestPattern.StampS);
        foreach (int offset in TestPattern.Offsets)
        {
            stream.Write(head);
            stream.Write(TestPattern.Sample(info.Format, info.ChannelCount, offset));
        }
        return stream.ToArray();
    }

    /// <summary>Fills <see cref="Buffer"/> with what the reader has not seen (hold the ring's Gate).</summary>
    /// <returns>Bytes to send; 0 when there is nothing.</returns>
    public int Fill(SampleRing ring, SampleRing.Reader reader, int maxSamples) =>
        info.Format == ChannelFormat.Text ? FillText(ring, reader, maxSamples) : FillNumeric(ring, reader, maxSamples);

    private int FillNumeric(SampleRing ring, SampleRing.Reader reader, int maxSamples)
    {
        int used = 0;
        while (maxSamples > 0)
        {
            int fits = Math.Min(maxSamples, (Buffer.Length - used) / (9 + sampleBytes));
            int n = ring.Peek(reader, fits, out var samples, out var stampsS);
            if (n == 0) return used;
            for (int i = 0; i < n; i++)
            {
                used += PutStamp(used, stampsS[i]);
                samples.Slice(i * sampleBytes, sampleBytes).CopyTo(Buffer.AsSpan(used));
                used += sampleBytes;
            }
            SampleRing.Advance(reader, n);
            maxSamples -= n;
        }
        return used;
    }

    private int FillText(SampleRing ring, SampleRing.Reader reader, int maxSamples)
    {
        int used = 0;
        while (maxSamples-- > 0 && ring.PeekText(reader, 1, out var payloads, out var stampsS) == 1)
        {
            byte[] payload = payloads[0];
            if (used > 0 && used + 9 + payload.Length > Buffer.Length) return used;
            if (9 + payload.Length > Buffer.Length) Buffer = new byte[9 + payload.Length];
            used += PutStamp(used, stampsS[0]);
            payload.CopyTo(Buffer.AsSpan(used));
            used += payload.Length;
            SampleRing.Advance(reader, 1);
        }
        return used;
    }

    private int PutStamp(int at, double stampS)
    {
        bool deducible = regular && lastStampS + intervalS == stampS;
        lastStampS = stampS;
        if (deducible)
        {
            Buffer[at] = TagDeduced;
            return 1;
        }
        Buffer[at] = TagStamped;
        BinaryPrimitives.WriteDoubleLittleEndian(Buffer.AsSpan(at + 1), stampS);
        return 9;
    }
}
