using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AttentionEngine.Core.Formats;

public enum WavEncoding { Float32, Pcm16 }

/// <summary>
/// Writes a new WAV file as sound comes. The sizes in the header are brought up to date twice a second of sound and at the end,
/// so a killed process leaves a readable file; beyond 4 GiB it becomes RF64 (EBU Tech 3306). Appending allocates nothing.
/// Not thread-safe.
/// </summary>
public sealed class WavWriter : IDisposable
{
    // RIFF 12 + place for ds64 (8 + 28) + fmt (8 + 18) + fact (8 + 4) + data 8
    private const int HeaderBytes = 94;
    private readonly NewFile _file;
    private readonly byte[] _buffer;
    private readonly WavEncoding _encoding;
    private readonly int _sampleBytes;
    private readonly long _headerEveryBytes;
    private int _filled;
    private long _headerAtBytes;
    private bool _disposed;

    /// <param name="rateHz">Frames per second.</param>
    /// <exception cref="Errors.ConfigurationException">The file exists or cannot be created.</exception>
    public WavWriter(string path, int channels, int rateHz, WavEncoding encoding = WavEncoding.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateHz);
        (Channels, RateHz, _encoding) = (channels, rateHz, encoding);
        _sampleBytes = encoding == WavEncoding.Float32 ? 4 : 2;
        int frameBytes = channels * _sampleBytes;
        // Half a second of sound, in whole frames, between 4 kB and 1 MB.
        int frames = Math.Max(1, Math.Clamp(rateHz / 2 * frameBytes, 4096, 1 << 20) / frameBytes);
        _buffer = new byte[frames * frameBytes];
        _headerEveryBytes = _buffer.Length;
        _file = new NewFile(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        FillHeader(header, 0);
        _file.Append(header);
    }

    public int Channels { get; }
    public int RateHz { get; }

    /// <summary>Frames appended so far.</summary>
    public long Frames { get; private set; }

    /// <param name="interleaved">[frames × channels], full scale ±1; PCM saturates.</param>
    public void Append(ReadOnlySpan<float> interleaved)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (interleaved.Length % Channels != 0)
            throw new ArgumentException($"{interleaved.Length} samples are not whole frames of {Channels} channels.", nameof(interleaved));
        Frames += interleaved.Length / Channels;
        foreach (float sample in interleaved) Put(sample);
    }

    /// <param name="planar">[channels × frames].</param>
    public void AppendPlanar(ReadOnlySpan<float> planar)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (planar.Length % Channels != 0)
            throw new ArgumentException($"{planar.Length} samples are not whole frames of {Channels} channels.", nameof(planar));
        int frames = planar.Length / Channels;
        Frames += frames;
        for (int i = 0; i < frames; i++)
            for (int c = 0, j = i; c < Channels; c++, j += frames) Put(planar[j]);
    }

    private void Put(float sample)
    {
        if (_encoding == WavEncoding.Float32)
        {
            MemoryMarshal.Write(_buffer.AsSpan(_filled), sample);
        }
        else
        {
            // Casts saturate and turn NaN into 0; the clamp keeps +1 at 32767.
            short pcm = (short)Math.Clamp(MathF.Round(sample * 32768f), -32768f, 32767f);
            BinaryPrimitives.WriteInt16LittleEndian(_buffer.AsSpan(_filled), pcm);
        }
        _filled += _sampleBytes;
        if (_filled == _buffer.Length) Drain(headerNow: false);
    }

    /// <summary>Gives everything to the system, with a header that counts it.</summary>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Drain(headerNow: true);
    }

    private void Drain(bool headerNow)
    {
        if (_filled > 0) _file.Append(_buffer.AsSpan(0, _filled));
        _filled = 0;
        long dataBytes = _file.Length - HeaderBytes;
        if (!headerNow && dataBytes - _headerAtBytes < _headerEveryBytes) return;
        Span<byte> header = stackalloc byte[HeaderBytes];
        FillHeader(header, dataBytes);
        _file.WriteAt(header, 0);
        _headerAtBytes = dataBytes;
    }

    private void FillHeader(Span<byte> h, long dataBytes)
    {
        long riffBytes = HeaderBytes - 8 + dataBytes + (dataBytes & 1);
        bool large = riffBytes > uint.MaxValue;
        h.Clear();
        (large ? "RF64"u8 : "RIFF"u8).CopyTo(h);
        BinaryPrimitives.WriteUInt32LittleEndian(h[4..], large ? uint.MaxValue : (uint)riffBytes);
        "WAVE"u8.CopyTo(h[8..]);
        (large ? "ds64"u8 : "JUNK"u8).CopyTo(h[12..]);
        BinaryPrimitives.WriteInt32LittleEndian(h[16..], 28);
        long frames = dataBytes / (Channels * _sampleBytes);
        if (large)
        {
            BinaryPrimitives.WriteInt64LittleEndian(h[20..], riffBytes);
            BinaryPrimitives.WriteInt64LittleEndian(h[28..], dataBytes);
            BinaryPrimitives.WriteInt64LittleEndian(h[36..], frames);
        }
        "fmt "u8.CopyTo(h[48..]);
        BinaryPrimitives.WriteInt32LittleEndian(h[52..], 18);
        BinaryPrimitives.WriteInt16LittleEndian(h[56..], _encoding == WavEncoding.Float32 ? (short)WavHeader.Float : (short)WavHeader.Pcm);
        BinaryPrimitives.WriteInt16LittleEndian(h[58..], (short)Channels);
        BinaryPrimitives.WriteInt32LittleEndian(h[60..], RateHz);
        BinaryPrimitives.WriteInt32LittleEndian(h[64..], RateHz * Channels * _sampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(h[68..], (short)(Channels * _sampleBytes));
        BinaryPrimitives.WriteInt16LittleEndian(h[70..], (short)(8 * _sampleBytes));
        "fact"u8.CopyTo(h[74..]);
        BinaryPrimitives.WriteInt32LittleEndian(h[78..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(h[82..], large ? uint.MaxValue : (uint)frames);
        "data"u8.CopyTo(h[86..]);
        BinaryPrimitives.WriteUInt32LittleEndian(h[90..], large ? uint.MaxValue : (uint)dataBytes);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            Drain(headerNow: true);
            if ((_file.Length & 1) == 1) _file.Append([0]);
        }
        finally
        {
            _file.Dispose();
        }
    }
}
