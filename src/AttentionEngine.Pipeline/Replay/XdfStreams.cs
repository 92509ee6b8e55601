using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>The streams of an XDF file in file order, for the step runner.</summary>
public sealed class XdfStreams : IRecordedStreams
{
    private readonly XdfEventReader _reader;
    private readonly RecordingScan _scan;
    private float[] _values = new float[1 << 14];

    /// <exception cref="InputDataException">The file cannot be opened or holds no stream.</exception>
    public XdfStreams(string path)
    {
        _scan = new RecordingScan(path);
        Streams = [.. _scan.Streams.Select(s => s.Info)];
        _reader = new XdfEventReader(path);
    }

    public IReadOnlyList<StreamInfo> Streams { get; }
    public IReadOnlyList<XdfDamage> Damage => _reader.Damage;

    public ScannedStream Scanned(int stream) => _scan.Streams[stream];

    public bool Next(IRecordedVisitor visitor)
    {
        while (_reader.Read())
        {
            if (_reader.Kind != XdfEventKind.Samples) continue;
            int stream = _scan.IndexOf(_reader.Stream.StreamId);
            var info = Streams[stream];
            if (info.Format == ChannelFormat.Text) continue;
            int count = _reader.Frames * info.ChannelCount;
            if (_values.Length < count) _values = new float[count * 2];
            _reader.CopyValues(_values.AsSpan(0, count));
            visitor.Samples(stream, _values.AsSpan(0, count), _reader.StampsS);
            return true;
        }
        return false;
    }

    public void Dispose() => _reader.Dispose();
}
