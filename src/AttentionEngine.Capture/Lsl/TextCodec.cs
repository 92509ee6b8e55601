using System.Buffers.Binary;
using System.Text;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Text values on the wire: one byte that says how many length bytes follow (1, 2, 4 or 8), the length, the UTF-8 bytes.</summary>
internal static class TextCodec
{
    /// <returns>The values of one sample in wire form, little-endian.</returns>
    public static byte[] Encode(ReadOnlySpan<string> values)
    {
        long total = 0;
        foreach (string value in values)
        {
            int bytes = Encoding.UTF8.GetByteCount(value);
            total += bytes + HeadBytes(bytes);
        }
        if (total > LslLimits.MaxTextSampleBytes)
            throw new ArgumentException($"A text sample of {total} bytes is too long; at most {LslLimits.MaxTextSampleBytes} bytes go in one. Send a file name instead.");
        var result = new byte[total];
        int at = 0;
        foreach (string value in values)
        {
            int bytes = Encoding.UTF8.GetByteCount(value);
            if (bytes <= byte.MaxValue)
            {
                result[at] = 1;
                result[at + 1] = (byte)bytes;
            }
            else
            {
                result[at] = 4;
                BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(at + 1), (uint)bytes);
            }
            at += HeadBytes(bytes);
            at += Encoding.UTF8.GetBytes(value, result.AsSpan(at));
        }
        return result;
    }

    /// <summary>Reads one sample that <see cref="Encode"/> or <see cref="FeedDecoder"/> made (so it is known to be well formed).</summary>
    public static void Decode(ReadOnlySpan<byte> payload, Span<string> values)
    {
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int lengthBytes = payload[at];
            int length = lengthBytes == 1 ? payload[at + 1] : (int)BinaryPrimitives.ReadUInt32LittleEndian(payload[(at + 1)..]);
            at += 1 + lengthBytes;
            values[i] = Encoding.UTF8.GetString(payload.Slice(at, length));
            at += length;
        }
    }

    private static int HeadBytes(int bytes) => bytes <= byte.MaxValue ? 2 : 5;
}
