using System.Buffers.Binary;
using System.Globalization;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// The two known samples that open every data connection, by which both sides check that they mean the same bytes.
/// Value k of offset o: magnitude k + o + a constant of the format (kept below the format's maximum), negative for odd k; text: (k + 10), negative for odd k.
/// </summary>
internal static class TestPattern
{
    public const double StampS = 123456.789;
    public static readonly int[] Offsets = [4, 2];

    /// <returns>One sample in wire form without its time stamp, little-endian.</returns>
    public static byte[] Sample(ChannelFormat format, int channels, int offset)
    {
        if (format == ChannelFormat.Text)
        {
            var texts = new string[channels];
            for (int k = 0; k < channels; k++) texts[k] = ((k % 2 == 0 ? 1 : -1) * (k + 10)).ToString(CultureInfo.InvariantCulture);
            return TextCodec.Encode(texts);
        }
        int size = format.ByteSize();
        var bytes = new byte[channels * size];
        for (int k = 0; k < channels; k++)
        {
            var value = bytes.AsSpan(k * size, size);
            long sign = k % 2 == 0 ? 1 : -1;
            long plain = (long)k + offset;
            switch (format)
            {
                case ChannelFormat.Float32: BinaryPrimitives.WriteSingleLittleEndian(value, sign * plain); break;
                case ChannelFormat.Double64: BinaryPrimitives.WriteDoubleLittleEndian(value, sign * (plain + 16_777_217)); break;
                case ChannelFormat.Int32: BinaryPrimitives.WriteInt32LittleEndian(value, (int)(sign * ((plain + 65_537) % int.MaxValue))); break;
                case ChannelFormat.Int16: BinaryPrimitives.WriteInt16LittleEndian(value, (short)(sign * ((plain + 257) % short.MaxValue))); break;
                case ChannelFormat.Int8: value[0] = unchecked((byte)(sbyte)(sign * ((plain + 1) % sbyte.MaxValue))); break;
                case ChannelFormat.Int64: BinaryPrimitives.WriteInt64LittleEndian(value, sign * (plain + 2_147_483_649)); break;
                default: throw new ArgumentOutOfRangeException(nameof(format), format, "Not a channel format.");
            }
        }
        return bytes;
    }
}
