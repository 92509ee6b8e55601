using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Records streams into a new XDF 1.0 file in the order they arrive: each call becomes one chunk, and the chunks of all streams share
/// one buffer, so a replay sees the same order. Data go to the system after 50 ms of any stream, events and slow streams at once:
/// a killed process loses at most that. A boundary chunk each second limits what damage can cost. Thread-safe; numeric chunks
/// allocate nothing in steady state. A write error is a <see cref="DataLossException"/> at the call that meets it and at every later one.
/// </summary>
public sealed class XdfWriter : IRecordingSink
{
    internal const double FlushEveryS = 0.05;
    private const double BoundaryEveryS = 1;
    private const int FlushAtBytes = 1 << 17;
    private const long BoundaryAtBytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly NewFile _file;
    private readonly XdfBuffer _buffer = new(2 * FlushAtBytes);
    private readonly List<XdfWriterStream> _streams = [];
    private long _flushes, _boundaries, _bytesAtBoundary;
    private DataLossException? _failure;
    private bool _disposed;

    /// <param name="startedAt">Date and time of the recording for the file header, from the caller's clock; null leaves it out.</param>
    /// <exception cref="ConfigurationException">The file exists or cannot be created.</exception>
    public XdfWriter(string path, DateTimeOffset? startedAt = null)
    {
        _file = new NewFile(path);
        _buffer.Put(XdfFormat.Magic);
        _buffer.BeginChunk(XdfFormat.FileHeader);
        string date = startedAt is { } at ? $"<datetime>{at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)}</datetime>" : "";
        _buffer.Put(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?>\n<info><version>1.0</version>{date}</info>"));
        _buffer.EndChunk();
        FlushLocked();
    }

    public string Path => _file.Path;

    /// <summary>Samples written to a stream so far.</summary>
    public long SampleCount(int stream)
    {
        lock (_lock) return Find(stream).SampleCount;
    }

    public int AddStream(StreamInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.Format == ChannelFormat.Undefined || info.ChannelCount < 1)
            throw new ArgumentException($"Stream '{info.Name}' has format {info.Format} and {info.ChannelCount} channels; it cannot be recorded.", nameof(info));
        lock (_lock)
        {
            ThrowIfUnusable();
            var stream = new XdfWriterStream(_streams.Count + 1, info);
            _streams.Add(stream);
            _buffer.BeginChunk(XdfFormat.StreamHeader, stream.Id);
            _buffer.Put(Encoding.UTF8.GetBytes(XdfInfoXml.Write(info)));
            _buffer.EndChunk();
            FlushLocked();
            return stream.Id;
        }
    }

    public void Write<T>(int stream, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var s = Find(stream);
            if (FormatOf<T>() != s.Info.Format)
                throw new ArgumentException($"Stream '{s.Info.Name}' holds {s.Info.Format.XdfName()}, not {typeof(T).Name}.", nameof(interleaved));
            if (interleaved.Length != timestampsS.Length * s.Info.ChannelCount)
                throw new ArgumentException($"Stream '{s.Info.Name}': {interleaved.Length} values are not {timestampsS.Length} frames × {s.Info.ChannelCount} channels.", nameof(interleaved));
            var bytes = MemoryMarshal.AsBytes(interleaved);
            int most = Math.Max(1, FlushAtBytes / (s.FrameBytes + 9));
            for (int at = 0; at < timestampsS.Length; at += most)
            {
                int frames = Math.Min(most, timestampsS.Length - at);
                PutSamples(s, bytes.Slice(at * s.FrameBytes, frames * s.FrameBytes), timestampsS.Slice(at, frames));
            }
        }
    }

    private void PutSamples(XdfWriterStream s, ReadOnlySpan<byte> values, ReadOnlySpan<double> stampsS)
    {
        _buffer.BeginChunk(XdfFormat.Samples, s.Id);
        _buffer.PutByte(4);
        _buffer.PutUInt32((uint)stampsS.Length);
        // A stamp that a reader deduces to the last bit is left out, except a chunk's first: so each chunk stands alone.
        double deduced = double.NaN;
        foreach (double stamp in stampsS)
        {
            if (stamp == deduced && s.IntervalS > 0)
            {
                _buffer.PutByte(0);
            }
            else
            {
                _buffer.PutByte(8);
                _buffer.PutDouble(stamp);
            }
            _buffer.Put(values[..s.FrameBytes]);
            values = values[s.FrameBytes..];
            deduced = stamp + s.IntervalS;
        }
        _buffer.EndChunk();
        AfterSamples(s, stampsS[0], stampsS[^1], stampsS.Length);
    }

    public void WriteText(int stream, ReadOnlySpan<string> values, double timestampS)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var s = Find(stream);
            if (s.Info.Format != ChannelFormat.Text) throw new ArgumentException($"Stream '{s.Info.Name}' holds {s.Info.Format.XdfName()}, not text.", nameof(values));
            if (values.Length != s.Info.ChannelCount) throw new ArgumentException($"Stream '{s.Info.Name}' has {s.Info.ChannelCount} channels, not {values.Length}.", nameof(values));
            _buffer.BeginChunk(XdfFormat.Samples, s.Id);
            _buffer.PutCount(1);
            _buffer.PutByte(8);
            _buffer.PutDouble(timestampS);
            foreach (string text in values)
            {
                int count = Encoding.UTF8.GetByteCount(text);
                _buffer.PutCount(count);
                Encoding.UTF8.GetBytes(text, _buffer.Take(count));
            }
            _buffer.EndChunk();
            AfterSamples(s, timestampS, timestampS, 1);
        }
    }

    /// <summary>Records the probe at the time it was made, in the source's clock (XDF's convention), and its round trip beside it.</summary>
    public void WriteClockOffset(int stream, ClockProbe probe)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var s = Find(stream);
            _buffer.BeginChunk(XdfFormat.Boundary);
            _buffer.Put(XdfFormat.BoundaryUuid);
            _buffer.PutByte(XdfFormat.ProbeMark);
            _buffer.PutUInt32((uint)s.Id);
            _buffer.PutDouble(probe.RoundTripS);
            _buffer.PutDouble(probe.LocalTimeS);
            _buffer.EndChunk();
            double sourceTimeS = probe.LocalTimeS - probe.OffsetS;
            _buffer.BeginChunk(XdfFormat.ClockOffset, s.Id);
            _buffer.PutDouble(sourceTimeS);
            _buffer.PutDouble(probe.OffsetS);
            _buffer.EndChunk();
            s.AddOffset(sourceTimeS, probe.OffsetS);
            FlushLocked();
        }
    }

    /// <summary>Gives everything to the system, so that it survives the end of this process.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            FlushLocked();
        }
    }

    /// <summary>Puts everything on the disk, so that it survives a power cut. Slow: not for a Stream thread.</summary>
    public void Sync()
    {
        Flush();
        _file.Sync();
    }

    private void AfterSamples(XdfWriterStream s, double firstS, double lastS, int frames)
    {
        s.Count(firstS, lastS, frames);
        if (s.SinceBoundaryS(_boundaries, firstS, lastS) >= BoundaryEveryS || _file.Length + _buffer.Length - _bytesAtBoundary >= BoundaryAtBytes)
        {
            _buffer.BeginChunk(XdfFormat.Boundary);
            _buffer.Put(XdfFormat.BoundaryUuid);
            _buffer.EndChunk();
            _boundaries++;
            _bytesAtBoundary = _file.Length + _buffer.Length;
        }
        if (s.IsSlow || _buffer.Length >= FlushAtBytes || s.UnflushedS(_flushes, firstS, lastS) >= FlushEveryS - s.IntervalS) FlushLocked();
    }

    private void FlushLocked()
    {
        if (_buffer.Length == 0) return;
        try
        {
            _file.Append(_buffer.Written);
        }
        catch (DataLossException e)
        {
            _failure = e;
            throw;
        }
        _buffer.Clear();
        _flushes++;
    }

    private XdfWriterStream Find(int stream) => stream >= 1 && stream <= _streams.Count
        ? _streams[stream - 1]
        : throw new ArgumentOutOfRangeException(nameof(stream), stream, $"This file has {_streams.Count} streams, numbered from 1.");

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null) throw new DataLossException(_failure.Message, _failure);
    }

    private static ChannelFormat FormatOf<T>() =>
        typeof(T) == typeof(float) ? ChannelFormat.Float32 : typeof(T) == typeof(double) ? ChannelFormat.Double64
        : typeof(T) == typeof(int) ? ChannelFormat.Int32 : typeof(T) == typeof(short) ? ChannelFormat.Int16
        : typeof(T) == typeof(sbyte) ? ChannelFormat.Int8 : typeof(T) == typeof(long) ? ChannelFormat.Int64 : ChannelFormat.Undefined;

    /// <summary>Writes the footers and closes. After a write error it only closes: the error has been reported.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            try
            {
                if (_failure is not null) return;
                foreach (var s in _streams)
                {
                    _buffer.BeginChunk(XdfFormat.StreamFooter, s.Id);
                    _buffer.Put(s.Footer());
                    _buffer.EndChunk();
                }
                FlushLocked();
            }
            finally
            {
                _file.Dispose();
            }
        }
    }
}
