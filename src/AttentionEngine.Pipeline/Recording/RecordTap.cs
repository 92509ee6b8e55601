using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>A stream's samples on their way to the recording. Filled on a Stream thread, drained on the host thread.</summary>
public abstract class RecordTap(StreamInfo info)
{
    public StreamInfo Info { get; } = info;

    /// <summary>Samples that found the tap full: data loss.</summary>
    public abstract long Refused { get; }

    /// <summary>Samples handed to the sink.</summary>
    public long Recorded { get; protected set; }

    private readonly SpscRing<ClockProbe> _probes = new(256);

    public void AddProbe(in ClockProbe probe) => _probes.TryAdd(probe);

    /// <summary>Host thread: writes everything that is there.</summary>
    public void Drain(IRecordingSink sink, int stream)
    {
        while (_probes.TryTake(out var probe)) sink.WriteClockOffset(stream, probe);
        DrainSamples(sink, stream);
    }

    protected abstract void DrainSamples(IRecordingSink sink, int stream);
}

/// <summary>Numeric samples: a preallocated ring of frames in the stream's own format. Edge policy: refuse and count.</summary>
public sealed class NumericTap<T> : RecordTap where T : unmanaged
{
    private readonly T[] _values;
    private readonly double[] _stamps;
    private readonly int _capacity, _channels;
    private long _written, _read, _refused;

    public NumericTap(StreamInfo info, int capacityFrames) : base(info)
    {
        _capacity = capacityFrames;
        _channels = info.ChannelCount;
        _values = new T[capacityFrames * _channels];
        _stamps = new double[capacityFrames];
    }

    public override long Refused => Volatile.Read(ref _refused);

    /// <summary>Whether so many frames would be taken now.</summary>
    public bool HasRoom(int frames) => _capacity - (int)(_written - Volatile.Read(ref _read)) >= frames;

    /// <param name="values">[frames × channels].</param>
    public void Add(ReadOnlySpan<T> values, ReadOnlySpan<double> stampsS)
    {
        int frames = stampsS.Length;
        if (!HasRoom(frames)) { Interlocked.Add(ref _refused, frames); return; }
        int start = (int)(_written % _capacity);
        int head = Math.Min(frames, _capacity - start);
        values[..(head * _channels)].CopyTo(_values.AsSpan(start * _channels));
        values[(head * _channels)..].CopyTo(_values);
        stampsS[..head].CopyTo(_stamps.AsSpan(start));
        stampsS[head..].CopyTo(_stamps);
        Volatile.Write(ref _written, _written + frames);
    }

    protected override void DrainSamples(IRecordingSink sink, int stream)
    {
        while (true)
        {
            int frames = (int)(Volatile.Read(ref _written) - _read);
            if (frames == 0) return;
            int start = (int)(_read % _capacity);
            int head = Math.Min(frames, _capacity - start);
            sink.Write<T>(stream, _values.AsSpan(start * _channels, head * _channels), _stamps.AsSpan(start, head));
            Recorded += head;
            Volatile.Write(ref _read, _read + head);
        }
    }
}

/// <summary>Text samples: rare, so a queue will do.</summary>
public sealed class TextTap(StreamInfo info) : RecordTap(info)
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<(double StampS, string[] Values)> _queue = new();

    public override long Refused => 0;

    public void Add(double stampS, string[] values) => _queue.Enqueue((stampS, values));

    protected override void DrainSamples(IRecordingSink sink, int stream)
    {
        while (_queue.TryDequeue(out var sample))
        {
            sink.WriteText(stream, sample.Values, sample.StampS);
            Recorded++;
        }
    }
}
