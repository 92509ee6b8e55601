using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>The streams of an XDF file in file order, for the step runner.</summary>
public sealed class XdfStreams : IRecordedStreams
{
    private readonly XdfEventReader _reader;
    private readonly Dictionary<uint, int> _index = [];
    private readonly List<StreamInfo> _streams = [];
    private float[] _values = new float[1 << 14];

    /// <exception cref="InputDataException">The file cannot be opened or holds no stream.</exception>
    public XdfStreams(string path)
    {
        // A stream may join late: one pass finds them all, so that every edge exists before the first sample.
        using (var headers = new XdfEventReader(path))
        {
            while (headers.Read())
            {
                if (headers.Kind != XdfEventKind.StreamHeader || !_index.TryAdd(headers.Stream.StreamId, _streams.Count)) continue;
                _streams.Add(headers.Stream.Info);
            }
            if (_streams.Count == 0) throw new InputDataException($"{path} holds no stream{(headers.Damage.Count > 0 ? ": " + headers.Damage[0].What : "")}. `attend xdf check` lists what is wrong with it.");
        }
        _reader = new XdfEventReader(path);
    }

    public IReadOnlyList<StreamInfo> Streams => _streams;
    public IReadOnlyList<XdfDamage> Damage => _reader.Damage;

    public bool Next(IRecordedVisitor visitor)
    {
        while (_reader.Read())
        {
            if (_reader.Kind is not (XdfEventKind.Samples or XdfEventKind.ClockOffset)) continue;
            int stream = _index[_reader.Stream.StreamId];
            if (_reader.Kind == XdfEventKind.ClockOffset)
            {
                visitor.ClockOffset(stream, _reader.ClockOffset.ToProbe());
                return true;
            }
            var info = _streams[stream];
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
