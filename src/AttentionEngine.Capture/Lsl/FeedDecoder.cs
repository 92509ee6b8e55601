using System.Buffers.Binary;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Turns the bytes of one data connection into samples, after checking the two test patterns. Every length is checked before it is believed.</summary>
/// <param name="swapBytes">The other side sends big-endian values.</param>
internal sealed class FeedDecoder(StreamInfo info, bool swapBytes)
{
    private const int StagingBytes = 64 << 10;

    private readonly int valueBytes = info.Format.ByteSize();
    private readonly int sampleBytes = info.ChannelCount * info.Format.ByteSize();
    private readonly double intervalS = info.NominalRateHz > 0 ? 1.0 / info.NominalRateHz : 0;
    private readonly byte[] stagedSamples = new byte[StagingFrames(info) * info.ChannelCount * info.Format.ByteSize()];
    private readonly double[] stagedStampsS = new double[StagingFrames(info)];
    private double lastStampS;
    private int patternsSeen;

    /// <summary>Most unread bytes that one sample may need.</summary>
    public int MaxMessageBytes { get; } = info.Format == ChannelFormat.Text
        ? LslLimits.MaxTextSampleBytes + 9 * (info.ChannelCount + 1)
        : Math.Max(256 << 10, 9 + info.ChannelCount * info.Format.ByteSize());

    /// <summary>Whether both test patterns have come and were right.</summary>
    public bool PatternsChecked => patternsSeen == TestPattern.Offsets.Length;

    /// <summary>Takes every complete sample from the buffer into the ring.</summary>
    /// <returns>Samples taken.</returns>
    /// <exception cref="LslProtocolException">The bytes are not what the protocol says.</exception>
    public int Decode(ReceiveBuffer buffer, SampleRing ring)
    {
        while (!PatternsChecked)
            if (!TryCheckPattern(buffer)) return 0;
        return info.Format == ChannelFormat.Text ? DecodeText(buffer, ring) : DecodeNumeric(buffer, ring);
    }

    private int DecodeNumeric(ReceiveBuffer buffer, SampleRing ring)
    {
        int total = 0, staged = 0;
        try
        {
            Stage(buffer, ring, ref total, ref staged);
        }
        finally
        {
            // Also what came before bytes that are no sample.
            if (staged > 0) ring.Write(stagedSamples.AsSpan(0, staged * sampleBytes), stagedStampsS.AsSpan(0, staged));
        }
        return total + staged;
    }

    private void Stage(ReceiveBuffer buffer, SampleRing ring, ref int total, ref int staged)
    {
        while (TryReadStamp(buffer.Unread, out double stampS, out int head) && buffer.Unread.Length >= head + sampleBytes)
        {
            var target = stagedSamples.AsSpan(staged * sampleBytes, sampleBytes);
            buffer.Unread.Slice(head, sampleBytes).CopyTo(target);
            if (swapBytes) SwapValues(target);
            buffer.Consume(head + sampleBytes);
            stagedStampsS[staged++] = lastStampS = stampS;
            if (staged < stagedStampsS.Length) continue;
            ring.Write(stagedSamples, stagedStampsS);
            total += staged;
            staged = 0;
        }
    }

    private int DecodeText(ReceiveBuffer buffer, SampleRing ring)
    {
        int total = 0;
        while (TryReadStamp(buffer.Unread, out double stampS, out int head) && TryReadText(buffer.Unread[head..], out byte[] payload, out int used))
        {
            buffer.Consume(head + used);
            lastStampS = stampS;
            ring.WriteText(payload, stampS);
            total++;
        }
        return total;
    }

    private bool TryCheckPattern(ReceiveBuffer buffer)
    {
        if (!TryReadStamp(buffer.Unread, out double stampS, out int head)) return false;
        byte[] expected = TestPattern.Sample(info.Format, info.ChannelCount, TestPattern.Offsets[patternsSeen]);
        byte[] got;
        if (info.Format == ChannelFormat.Text)
        {
            if (!TryReadText(buffer.Unread[head..], out got, out int used)) return false;
            buffer.Consume(head + used);
        }
        else
        {
            if (buffer.Unread.Length < head + sampleBytes) return false;
            got = buffer.Unread.Slice(head, sampleBytes).ToArray();
            if (swapBytes) SwapValues(got);
            buffer.Consume(head + sampleBytes);
        }
        if (stampS != TestPattern.StampS || !got.AsSpan().SequenceEqual(expected))
            throw new LslProtocolException("the test patterns differ, so the two sides do not mean the same bytes");
        patternsSeen++;
        return true;
    }

    /// <returns>False when the stamp is not complete yet.</returns>
    private bool TryReadStamp(ReadOnlySpan<byte> unread, out double stampS, out int head)
    {
        stampS = 0;
        head = 0;
        if (unread.IsEmpty) return false;
        switch (unread[0])
        {
            case FeedEncoder.TagDeduced:
                stampS = lastStampS + intervalS;
                head = 1;
                return true;
            case FeedEncoder.TagStamped when unread.Length < 9:
                return false;
            case FeedEncoder.TagStamped:
                stampS = swapBytes ? BinaryPrimitives.ReadDoubleBigEndian(unread[1..]) : BinaryPrimitives.ReadDoubleLittleEndian(unread[1..]);
                head = 9;
                return double.IsFinite(stampS) ? true : throw new LslProtocolException("a time stamp that is not a finite number");
            default:
                throw new LslProtocolException($"sample tag {unread[0]}, where 1 or 2 was expected");
        }
    }

    /// <summary>Reads the text values of one sample into our own wire form.</summary>
    private bool TryReadText(ReadOnlySpan<byte> unread, out byte[] payload, out int used)
    {
        payload = [];
        used = 0;
        long textBytes = 0;
        for (int channel = 0; channel < info.ChannelCount; channel++)
        {
            if (!TryReadLength(unread[used..], ref textBytes, out int head, out int length)) return false;
            if (unread.Length - used < head + length) return false;
            used += head + length;
        }
        using var canonical = new MemoryStream(used);
        Span<byte> lengthField = stackalloc byte[5];
        for (int at = 0, channel = 0; channel < info.ChannelCount; channel++)
        {
            long ignored = 0;
            TryReadLength(unread[at..], ref ignored, out int head, out int length);
            lengthField[0] = length <= byte.MaxValue ? (byte)1 : (byte)4;
            BinaryPrimitives.WriteInt32LittleEndian(lengthField[1..], length);
            canonical.Write(lengthField[..(1 + lengthField[0])]);
            canonical.Write(unread.Slice(at + head, length));
            at += head + length;
        }
        payload = canonical.ToArray();
        return true;
    }

    private bool TryReadLength(ReadOnlySpan<byte> unread, ref long textBytes, out int head, out int length)
    {
        head = length = 0;
        if (unread.IsEmpty) return false;
        int lengthBytes = unread[0];
        if (lengthBytes is not (1 or 2 or 4 or 8)) throw new LslProtocolException($"a text length of {lengthBytes} bytes, where 1, 2, 4 or 8 was expected");
        head = 1 + lengthBytes;
        if (unread.Length < head) return false;
        var field = unread.Slice(1, lengthBytes);
        ulong claimed = 0;
        for (int i = 0; i < lengthBytes; i++) claimed |= (ulong)field[i] << (8 * (swapBytes ? lengthBytes - 1 - i : i));
        if (claimed > LslLimits.MaxTextSampleBytes || (textBytes += (long)claimed) > LslLimits.MaxTextSampleBytes)
            throw new LslProtocolException($"a text sample of more than {LslLimits.MaxTextSampleBytes} bytes");
        length = (int)claimed;
        return true;
    }

    private void SwapValues(Span<byte> values)
    {
        for (int i = 0; i < values.Length; i += valueBytes) values.Slice(i, valueBytes).Reverse();
    }

    private static int StagingFrames(StreamInfo info) =>
        info.Format == ChannelFormat.Text ? 0 : Math.Max(1, StagingBytes / (info.ChannelCount * info.Format.ByteSize()));
}
