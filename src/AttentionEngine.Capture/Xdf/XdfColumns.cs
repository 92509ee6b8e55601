using System.Runtime.CompilerServices;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Gathers one stream's events into arrays.</summary>
/// <param name="samples">How many samples there seem to be: memory for as many is taken at once, so that none is taken twice.</param>
internal sealed class XdfColumns(XdfStream stream, bool wantValues, long samples)
{
    private readonly Growing<double> _stampsS = new(stream, samples);
    private readonly Growing<float> _singles = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<double> _doubles = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<int> _ints = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<short> _shorts = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<sbyte> _bytes = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<long> _longs = new(stream, samples * stream.Info.ChannelCount);
    private readonly Growing<string> _texts = new(stream, samples * stream.Info.ChannelCount);
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

    private sealed class Growing<T>(XdfStream stream, long expected)
    {
        private T[] _items = [];
        private int _count;

        public void Add(ReadOnlySpan<T> more)
        {
            long needed = (long)_count + more.Length;
            if (needed > Array.MaxLength)
                throw new InputDataException($"stream {stream.StreamId} ('{stream.Info.Name}') has more than {Array.MaxLength} values, which do not fit in one array; read it as a stream (XdfEventReader, `attend xdf export`).");
            if (_items.Length < needed)
            {
                long size = _items.Length == 0 ? Math.Max(expected, needed) : Math.Max(needed, 2L * _items.Length);
                var larger = RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? new T[Math.Min(Array.MaxLength, size)] : GC.AllocateUninitializedArray<T>((int)Math.Min(Array.MaxLength, size));
                _items.AsSpan(0, _count).CopyTo(larger);
                _items = larger;
            }
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
