using System.Buffers.Binary;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>Reads WAV files: PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, plain or extensible, RIFF or RF64.</summary>
public static class WavFile
{
    /// <returns>Planar [channels × frames] in ±1 full scale (PCM is divided by 2^(bits − 1)).</returns>
    /// <exception cref="InputDataException">Missing, not WAV, an unknown encoding, or cut off.</exception>
    public static PlanarAudio Read(string path)
    {
        using var file = OpenForReading(path);
        return ReadSamples(file, WavHeader.Read(file, path), path);
    }

    /// <summary>Part of a file, for example of one that is too long for memory.</summary>
    /// <param name="first">First frame, ≥ 0.</param>
    /// <param name="frames">The most to read; fewer come where the file ends.</param>
    /// <returns>Planar [channels × frames].</returns>
    /// <exception cref="InputDataException">Missing, not WAV, an unknown encoding, or cut off.</exception>
    public static PlanarAudio ReadPart(string path, long first, int frames)
    {
        using var file = OpenForReading(path);
        var header = WavHeader.Read(file, path);
        long from = Math.Min(first, header.DataBytes / header.FrameBytes), count = Math.Min(frames, header.DataBytes / header.FrameBytes - from);
        return ReadSamples(file, header with { DataOffset = header.DataOffset + from * header.FrameBytes, DataBytes = count * header.FrameBytes }, path);
    }

    internal static FileStream OpenForReading(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    internal static PlanarAudio ReadSamples(FileStream file, WavHeader header, string path)
    {
        if (!header.IsPlain)
            throw new InputDataException($"{path}: WAV encoding {header.FormatTag} with {header.BitsPerSample} bits is not supported; expected PCM of 8/16/24/32 bits or float of 32/64 bits. Convert it, for example with sox.");
        long available = file.Length - header.DataOffset;
        if (header.DataBytes > available)
            throw new InputDataException($"{path}: the WAV file is cut off: {header.DataBytes} bytes of sound are declared, {available} are there. Copy or record it again.");
        long frames = header.DataBytes / header.FrameBytes;
        if (frames * header.Channels > Array.MaxLength)
            throw new InputDataException($"{path}: {frames} frames × {header.Channels} channels do not fit in memory at once. Cut it into shorter files.");

        int channels = header.Channels, bytes = header.BitsPerSample / 8;
        var samples = new float[frames * channels];
        int blockFrames = Math.Max(1, (1 << 16) / header.FrameBytes);
        var block = new byte[blockFrames * header.FrameBytes];
        file.Position = header.DataOffset;
        for (long at = 0; at < frames; at += blockFrames)
        {
            int count = (int)Math.Min(blockFrames, frames - at);
            var raw = block.AsSpan(0, count * header.FrameBytes);
            file.ReadExactly(raw);
            for (int c = 0; c < channels; c++)
            {
                var row = samples.AsSpan((int)(c * frames + at), count);
                for (int i = 0; i < count; i++) row[i] = Decode(raw[((i * channels + c) * bytes)..], header.FormatTag, bytes);
            }
        }
        return new PlanarAudio(samples, channels, header.RateHz);
    }

    private static float Decode(ReadOnlySpan<byte> b, int tag, int bytes) => (tag, bytes) switch
    {
        (WavHeader.Float, 4) => BinaryPrimitives.ReadSingleLittleEndian(b),
        (WavHeader.Float, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(b),
        (_, 1) => (b[0] - 128) / 128f,
        (_, 2) => BinaryPrimitives.ReadInt16LittleEndian(b) / 32768f,
        (_, 3) => ((b[0] << 8 | b[1] << 16 | b[2] << 24) >> 8) / 8388608f,
        _ => (float)(BinaryPrimitives.ReadInt32LittleEndian(b) / 2147483648.0),
    };
}
