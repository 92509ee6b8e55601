using System.Buffers.Binary;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// What a WAV file declares: RIFF/WAVE with <c>fmt </c> (plain or WAVE_FORMAT_EXTENSIBLE) and <c>data</c>, and the 64-bit
/// RF64 form (EBU Tech 3306).
/// </summary>
internal readonly record struct WavHeader(int FormatTag, int Channels, int RateHz, int BitsPerSample, long DataOffset, long DataBytes)
{
    public const int Pcm = 1;
    public const int Float = 3;
    private const int Extensible = 0xFFFE;

    public int FrameBytes => Channels * BitsPerSample / 8;
    public bool IsPlain => (FormatTag == Pcm && BitsPerSample is 8 or 16 or 24 or 32) || (FormatTag == Float && BitsPerSample is 32 or 64);

    public static bool IsWav(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && (start[..4].SequenceEqual("RIFF"u8) || start[..4].SequenceEqual("RF64"u8)) && start[8..12].SequenceEqual("WAVE"u8);

    /// <exception cref="InputDataException">Not a WAV file, or cut off.</exception>
    public static WavHeader Read(Stream file, string path)
    {
        Span<byte> head = stackalloc byte[12];
        if (file.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !IsWav(head))
            throw new InputDataException($"{path} is not a WAV file: it does not begin with RIFF … WAVE. Convert it, for example with sox.");
        long dataBytes64 = -1;
        WavHeader? format = null;
        Span<byte> chunk = stackalloc byte[8];
        Span<byte> body = stackalloc byte[40];
        while (file.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            long start = file.Position;
            if (chunk[..4].SequenceEqual("ds64"u8))
            {
                ReadBody(file, body[..16], size, path, "ds64");
                dataBytes64 = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
            }
            else if (chunk[..4].SequenceEqual("fmt "u8))
            {
                int take = (int)Math.Min(size, 40);
                if (take < 16) throw new InputDataException($"{path}: its fmt chunk has {size} bytes, expected at least 16. The file is damaged.");
                ReadBody(file, body[..take], size, path, "fmt");
                format = ParseFormat(body[..take], path);
            }
            else if (chunk[..4].SequenceEqual("data"u8))
            {
                if (format is not { } f) throw new InputDataException($"{path}: its data chunk comes before its fmt chunk. The file is damaged.");
                // 0xFFFFFFFF: RF64, or a writer that could not seek back; then the data reach to the end of the file.
                long bytes = size != uint.MaxValue ? size : dataBytes64 >= 0 ? dataBytes64 : file.Length - start;
                return f with { DataOffset = start, DataBytes = bytes };
            }
            long next = start + size + (size & 1);
            if (next > file.Length) break;
            file.Position = next;
        }
        throw new InputDataException($"{path}: the WAV file is cut off before its sound ({file.Length} bytes, no data chunk). Copy or record it again.");
    }

    private static void ReadBody(Stream file, Span<byte> into, long size, string path, string name)
    {
        if (size < into.Length || file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length)
            throw new InputDataException($"{path}: the WAV file is cut off in its {name} chunk. Copy or record it again.");
    }

    private static WavHeader ParseFormat(ReadOnlySpan<byte> body, string path)
    {
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        if (tag == Extensible)
        {
            if (body.Length < 40) throw new InputDataException($"{path}: its WAVE_FORMAT_EXTENSIBLE header has {body.Length} bytes, expected 40. The file is damaged.");
            // The first two bytes of the sub-format GUID are the plain tag.
            tag = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
        }
        if (channels == 0) throw new InputDataException($"{path}: the WAV header declares 0 channels, expected at least 1. The file is damaged.");
        if (rate is 0 or > 10_000_000) throw new InputDataException($"{path}: the WAV header declares a rate of {rate} Hz. The file is damaged.");
        return new WavHeader(tag, channels, (int)rate, bits, 0, 0);
    }
}
