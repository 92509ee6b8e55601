using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Records streams into a new XDF 1.0 file in the order they arrive: each call becomes one chunk, and the chunks of all streams share
/// one buffer, so a replay sees the same order. Data go to the system after 50 ms of any stream, events and slow streams at once, and
/// whatever waits after 50 ms of the host's time: a killed process loses at most that. Each second the file goes to the disk, and a
/// checkpoint with a checksum limits what damage can cost. Thread-safe; numeric chunks allocate nothing in steady state. A write error
/// is told to <see cref="XdfWriterOptions.OnProblem"/> at once, and is a <see cref="DataLossException"/> at the call that meets it and
/// at every later one, unless recording goes on in <see cref="XdfWriterOptions.FailoverPath"/>.
/// </summary>
public sealed partial class XdfWriter : IRecordingSink
{
    internal const double FlushEveryS = 0.05;
    private const double BoundaryEveryS = 1;
    private const int FlushAtBytes = 1 << 17;
    private const long BoundaryAtBytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly XdfWriterOptions _options;
    private readonly XdfBuffer _buffer = new(2 * FlushAtBytes);
    private readonly List<XdfWriterStream> _streams = [];
    private readonly XdfWriterIndex _index = new();
    private readonly XdfDiskThread? _diskThread;
    private readonly byte[] _fileHeader;
    private IXdfOutput _file;
    private long _flushes, _boundaries, _bytesAtBoundary;
    private int _gapStream;
    private DataLossException? _failure;
    private bool _failedOver, _disposed;

    /// <param name="startedAt">Date and time of the recording for the file header, from the caller's clock; null leaves it out.</param>
    /// <exception cref="ConfigurationException">The file exists or cannot be created.</exception>
    public XdfWriter(string path, DateTimeOffset? startedAt = null, XdfWriterOptions? options = null) : this(new XdfFileOutput(path), startedAt, options)
    {
    }

    internal XdfWriter(IXdfOutput output, DateTimeOffset? startedAt = null, XdfWriterOptions? options = null)
    {
        _file = output;
        _options = options ?? new XdfWriterOptions();
        string date = startedAt is { } at ? $"<datetime>{at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)}</datetime>" : "";
        _fileHeader = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?>\n<info><version>1.0</version>{date}</info>");
        PutFileHeader();
        FlushLocked();
        if (_options.SyncEveryS > 0 || _options.IdleFlushS > 0) _diskThread = new XdfDiskThread(_options, FlushIfUsable, SyncIfUsable);
    }

    private void PutFileHeader()
    {
        _buffer.Put(XdfFormat.Magic);
        _buffer.BeginChunk(XdfFormat.FileHeader);
        _buffer.Put(_fileHeader);
        _buffer.EndChunk();
    }

    /// <summary>The file that is being written: another one after a fail-over.</summary>
    public string Path => _file.Path;

    /// <summary>The write error that ended the recording, or null.</summary>
    public DataLossException? Failure
    {
        get { lock (_lock) return _failure; }
    }

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
            return AddStreamLocked(info);
        }
    }

    /// <summary>Takes over a stream of another file with its number and its header as they are.</summary>
    internal int AddStream(XdfStream from)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            int stream = AddStreamLocked(from.Info, from);
            if (from.Info.SourceId == RecordedGap.SourceId) _gapStream = stream;
            return stream;
        }
    }

    private int AddStreamLocked(StreamInfo info, XdfStream? from = null)
    {
        uint id = from?.StreamId ?? (uint)_streams.Count + 1;
        while (from is null && _streams.Exists(s => s.Id == id)) id++;
        var stream = new XdfWriterStream(id, info, from?.HeaderXml);
        _streams.Add(stream);
        PutHeader(stream);
        FlushLocked();
        return _streams.Count;
    }

    private void PutHeader(XdfWriterStream stream)
    {
        stream.HeaderOffset = _file.Length + _buffer.Length;
        stream.HeaderCopiesLeft = 1;
        _buffer.BeginChunk(XdfFormat.StreamHeader, stream.Id);
        _buffer.Put(stream.HeaderXml);
        _buffer.EndChunk();
        XdfMark.PutHeaderCopy(_buffer, stream.Id, stream.HeaderXml);
        PutBoundary();
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

    /// <summary>
    /// Records that data are missing, in a stream of markers that every reader loads (made with the first gap; the text is JSON) and in
    /// the footer of the stream.
    /// </summary>
    public void WriteGap(int stream, RecordedGap gap)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var s = Find(stream);
            s.AddGap(gap);
            if (_gapStream == 0) _gapStream = AddStreamLocked(RecordedGap.StreamInfo);
            WriteText(_gapStream, [gap.ToJson(s.Id, s.Info)], gap.BeforeStampS + s.LastOffsetS);
        }
    }

    /// <summary>Records the probe at the time it was made, in the source's clock (XDF's convention), and its round trip beside it.</summary>
    public void WriteClockOffset(int stream, ClockProbe probe) =>
        WriteClockOffset(stream, new XdfClockOffset(probe.LocalTimeS - probe.OffsetS, probe.OffsetS, probe.RoundTripS) { LocalTimeS = probe.LocalTimeS });

    /// <summary>Takes over a clock offset of another file, to the last bit.</summary>
    internal void WriteClockOffset(int stream, XdfClockOffset offset)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var s = Find(stream);
            if (!double.IsNaN(offset.LocalTimeS))
            {
                _buffer.BeginChunk(XdfFormat.Boundary);
                _buffer.Put(XdfFormat.BoundaryUuid);
                _buffer.PutByte(XdfFormat.ProbeMark);
                _buffer.PutUInt32(s.Id);
                _buffer.PutDouble(offset.RoundTripS);
                _buffer.PutDouble(offset.LocalTimeS);
                _buffer.EndChunk();
            }
            _buffer.BeginChunk(XdfFormat.ClockOffset, s.Id);
            _buffer.PutDouble(offset.CollectionTimeS);
            _buffer.PutDouble(offset.OffsetS);
            _buffer.EndChunk();
            s.AddOffset(offset.CollectionTimeS, offset.OffsetS);
            FlushLocked();
        }
    }

    private void AfterSamples(XdfWriterStream s, double firstS, double lastS, int frames)
    {
        s.Count(firstS, lastS, frames);
        bool isBoundary = s.SinceBoundaryS(_boundaries, firstS, lastS, frames) >= BoundaryEveryS || _file.Length + _buffer.Length - _bytesAtBoundary >= BoundaryAtBytes;
        if (isBoundary) PutCheckpoint();
        if (s.IsSlow || _buffer.Length >= FlushAtBytes || s.UnflushedS(_flushes, firstS, lastS, frames) >= FlushEveryS - s.IntervalS) FlushLocked();
    }

    private void PutCheckpoint()
    {
        bool isTableDue = _index.IsTableDue;
        foreach (var s in _streams)
        {
            if (s.HeaderCopiesLeft > 0 || isTableDue) XdfMark.PutHeaderCopy(_buffer, s.Id, s.HeaderXml);
            s.HeaderCopiesLeft = 0;
        }
        if (isTableDue) _index.PutTable(_buffer, _file.Length);
        _index.PutCheckpoint(_buffer, _file.Length, _streams);
        PutBoundary();
        _boundaries++;
        _bytesAtBoundary = _file.Length + _buffer.Length;
    }

    private void PutBoundary()
    {
        _buffer.BeginChunk(XdfFormat.Boundary);
        _buffer.Put(XdfFormat.BoundaryUuid);
        _buffer.EndChunk();
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
}
