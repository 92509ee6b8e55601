using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Gathers one stream's events into arrays.</summary>
internal sealed class XdfColumns(XdfStream stream, bool wantValues)
{
    private readonly Growing<double> _stampsS = new();
    private readonly Growing<float> _singles = new();
    private readonly Growing<double> _doubles = new();
    private readonly Growing<int> _ints = new();
    private readonly Growing<short> _shorts = new();
    private readonly Growing<sbyte> _bytes = new();
    private readonly Growing<long> _longs = new();
    private readonly Growing<string> _texts = new();
    private readonly List<XdfClockOffset> _offsets = [];
    private string? _footer;

    public void Add(XdfEventReader reader)
    {
        switch (reader.Kind)
        {
            case XdfEventKind.ClockOffset: _offsets.Add(reader.ClockOffset); break;
            case XdfEventKind.StreamFooter: _footer = reader.FooterXml; break;
            case XdfEventKind.Samples:
                _stampsS.Add(reader.StampsS);
                if (wantValues) AddValues(reader);
                break;
        }
    }

    private void AddValues(XdfEventReader reader)
    {
        switch (stream.Info.Format)
        {
            case ChannelFormat.Float32: _singles.Add(reader.Values<float>()); break;
            case ChannelFormat.Double64: _doubles.Add(reader.Values<double>()); break;
            case ChannelFormat.Int32: _ints.Add(reader.Values<int>()); break;
            case ChannelFormat.Int16: _shorts.Add(reader.Values<short>()); break;
            case ChannelFormat.Int8: _bytes.Add(reader.Values<sbyte>()); break;
            case ChannelFormat.Int64: _longs.Add(reader.Values<long>()); break;
            default: _texts.Add(reader.Texts); break;
        }
    }

    public XdfStreamData ToData() => new(stream, stream.Info.Format switch
    {
        ChannelFormat.Float32 => _singles.ToArray(),
        ChannelFormat.Double64 => _doubles.ToArray(),
        ChannelFormat.Int32 => _ints.ToArray(),
        ChannelFormat.Int16 => _shorts.ToArray(),
        ChannelFormat.Int8 => _bytes.ToArray(),
        ChannelFormat.Int64 => _longs.ToArray(),
        _ => _texts.ToArray(),
    }, _stampsS.ToArray(), [.. _offsets], _footer);

    private sealed class Growing<T>
    {
        private T[] _items = [];
        private int _count;

        public void Add(ReadOnlySpan<T> more)
        {
            if (_items.Length - _count < more.Length)
                Array.Resize(ref _items, (int)Math.Max(checked(_count + more.Length), Math.Min(Array.MaxLength, 2L * _items.Length)));
            more.CopyTo(_items.AsSpan(_count));
            _count += more.Length;
        }

        public T[] ToArray()
        {
            if (_count != _items.Length) Array.Resize(ref _items, _count);
            return _items;
        }
    }
}
