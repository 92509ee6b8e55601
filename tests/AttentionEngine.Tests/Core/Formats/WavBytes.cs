namespace AttentionEngine.Tests.Core.Formats;

/// <summary>WAV files made byte by byte from the format's definition, independent of our writer.</summary>
internal static class WavBytes
{
    /// <param name="interleaved">Multiples of 1/128 in [−1, 1).</param>
    public static byte[] Make(int tag, int bits, bool extensible, int channels, float[] interleaved)
    {
        using var memory = new MemoryStream();
        using var w = new BinaryWriter(memory);
        int bytes = bits / 8;
        w.Write("RIFF"u8);
        w.Write(0);
        w.Write("WAVE"u8);
        w.Write("LIST"u8); // a chunk of odd size that must be stepped over
        w.Write(3);
        w.Write("abc\0"u8);
        w.Write("fmt "u8);
        w.Write(extensible ? 40 : 16);
        w.Write((ushort)(extensible ? 0xFFFE : tag));
        w.Write((ushort)channels);
        w.Write(48000);
        w.Write(48000 * channels * bytes);
        w.Write((ushort)(channels * bytes));
        w.Write((ushort)bits);
        if (extensible)
        {
            w.Write((ushort)22);
            w.Write((ushort)bits);
            w.Write(0);
            w.Write((ushort)tag);
            w.Write([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }
        w.Write("data"u8);
        w.Write(interleaved.Length * bytes);
        foreach (float x in interleaved)
        {
            if (tag == 3 && bits == 64) w.Write((double)x);
            else if (tag == 3) w.Write(x);
            else if (bits == 8) w.Write((byte)(x * 128 + 128));
            else w.Write(BitConverter.GetBytes((long)(x * Math.Pow(2, bits - 1))).AsSpan(0, bytes));
        }
        return memory.ToArray();
    }
}
