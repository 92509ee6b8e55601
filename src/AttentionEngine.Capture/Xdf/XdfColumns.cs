using System.Runtime.InteropServices;
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

    /// <summary>Whether samples may be decoded straight into these arrays.</summary>
    public bool TakesDirectly => wantValues && !stream.IsText;

    /// <summary>Memory for more samples, which count from now on.</summary>
    /// <param name="stampsS">[frames].</param>
    /// <returns>[frames × bytes of a frame].</returns>
    public Span<byte> Extend(int frames, out Span<double> stampsS)
    {
        stampsS = _stampsS.Extend(frames);
        int values = checked(frames * stream.Info.ChannelCount);
        return stream.Info.Format switch
        {
            ChannelFormat.Float32 => MemoryMarshal.AsBytes(_singles.Extend(values)),
            ChannelFormat.Double64 => MemoryMarshal.AsBytes(_doubles.Extend(values)),
            ChannelFormat.Int32 => MemoryMarshal.AsBytes(_ints.Extend(values)),
            ChannelFormat.Int16 => MemoryMarshal.AsBytes(_shorts.Extend(values)),
            ChannelFormat.Int8 => MemoryMarshal.AsBytes(_bytes.Extend(values)),
            ChannelFormat.Int64 => MemoryMarshal.AsBytes(_longs.Extend(values)),
            _ => throw new InvalidOperationException("text is not decoded in place"),
        };
    }

    public XdfStream Stream => stream;

    /// <summary>Memory for exactly so many samples, all of which will be put in by <see cref="At"/>.</summary>
    public void Reserve(long frames)
    {
        if (stream.IsText || frames == 0) return;
        _stampsS.Reserve(frames);
        if (!wantValues) return;
        long values = frames * stream.Info.ChannelCount;
        switch (stream.Info.Format)
        {
            case ChannelFormat.Float32: _singles.Reserve(values); break;
            case ChannelFormat.Double64: _doubles.Reserve(values); break;
            case ChannelFormat.Int32: _ints.Reserve(values); break;
            case ChannelFormat.Int16: _shorts.Reserve(values); break;
            case ChannelFormat.Int8: _bytes.Reserve(values); break;
            default: _longs.Reserve(values); break;
        }
    }

    /// <summary>The place of some of the reserved samples. Threads may fill different places at once.</summary>
    /// <param name="stampsS">[frames].</param>
    /// <returns>[frames × bytes of a frame]; empty when values are not wanted.</returns>
    public Span<byte> At(int firstFrame, int frames, out Span<double> stampsS)
    {
        stampsS = _stampsS.At(firstFrame, frames);
        if (!wantValues) return default;
        int channels = stream.Info.ChannelCount, first = firstFrame * channels, values = frames * channels;
        return stream.Info.Format switch
        {
            ChannelFormat.Float32 => MemoryMarshal.AsBytes(_singles.At(first, values)),
            ChannelFormat.Double64 => MemoryMarshal.AsBytes(_doubles.At(first, values)),
            ChannelFormat.Int32 => MemoryMarshal.AsBytes(_ints.At(first, values)),
            ChannelFormat.Int16 => MemoryMarshal.AsBytes(_shorts.At(first, values)),
            ChannelFormat.Int8 => MemoryMarshal.AsBytes(_bytes.At(first, values)),
            _ => MemoryMarshal.AsBytes(_longs.At(first, values)),
        };
    }

    /// <summary>Takes back the last samples of <see cref="Extend"/> that were not there.</summary>
    public void Shorten(int frames)
    {
        if (frames == 0) return;
        int values = frames * stream.Info.ChannelCount;
        _stampsS.Shorten(frames);
        _singles.Shorten(values);
        _doubles.Shorten(values);
        _ints.Shorten(values);
        _shorts.Shorten(values);
        _bytes.Shorten(values);
        _longs.Shorten(values);
    }

    public void Add(XdfEventReader reader)
    {
        switch (reader.Kind)
        {
            case XdfEventKind.ClockOffset: _offsets.Add(reader.ClockOffset); break;
            case XdfEventKind.StreamFooter: _footer = reader.FooterXml; break;
            case XdfEventKind.Samples when reader.Frames > 0:
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

        public void Add(ReadOnlySpan<T> more) => more.CopyTo(Extend(more.Length));

        public void Shorten(int count) => _count = Math.Max(0, _count - count);

        public void Reserve(long count)
        {
            ThrowIfTooMany(count);
            _items = XdfMemory.Take<T>((int)count);
            _count = (int)count;
        }

        public Span<T> At(int first, int count) => _items.AsSpan(first, count);

        private void ThrowIfTooMany(long count)
        {
            if (count > Array.MaxLength)
                throw new InputDataException($"stream {stream.StreamId} ('{stream.Info.Name}') has more than {Array.MaxLength} values, which do not fit in one array; read it as a stream (XdfEventReader, `attend xdf export`).");
        }

        public Span<T> Extend(int count)
        {
            long needed = (long)_count + count;
            ThrowIfTooMany(needed);
            if (_items.Length < needed)
            {
                long size = _items.Length == 0 ? Math.Max(expected, needed) : Math.Max(needed, 2L * _items.Length);
                var larger = XdfMemory.Take<T>((int)Math.Min(Array.MaxLength, size));
                _items.AsSpan(0, _count).CopyTo(larger);
                _items = larger;
            }
            _count += count;
            return _items.AsSpan(_count - count, count);
        }

        public T[] ToArray()
        {
            if (_count != _items.Length) Array.Resize(ref _items, _count);
            return _items;
        }
    }
}
