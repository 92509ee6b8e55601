using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// Frames of one numeric stream between its receiver and the tick: one producer, one consumer, no locks, no allocation.
/// Edge policy: when it is full the newest frames are refused and counted in <see cref="Refused"/>.
/// </summary>
public sealed class StreamBuffer
{
    private readonly float[] _values;
    private readonly double[] _times;
    private readonly float[] _scratchValues;
    private readonly double[] _scratchTimes;
    private readonly int _mask;
    private double _newestReceiveS;
    private long _written, _read, _refused;

    /// <param name="capacityFrames">Rounded up to a power of two.</param>
    public StreamBuffer(int channels, int capacityFrames)
    {
        int capacity = 1;
        while (capacity < capacityFrames) capacity <<= 1;
        Channels = channels;
        _mask = capacity - 1;
        _values = new float[capacity * channels];
        _times = new double[capacity];
        _scratchValues = new float[capacity * channels];
        _scratchTimes = new double[capacity];
    }

    public int Channels { get; }

    /// <summary>Frames accepted since the start: also the index of the next frame.</summary>
    public long Written => Volatile.Read(ref _written);
    public long Read => Volatile.Read(ref _read);
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Frames that <see cref="Append"/> would accept now.</summary>
    public int Free => _mask + 1 - (int)(Written - Read);

    /// <summary>Producer only.</summary>
    /// <param name="values">[frames × channels].</param>
    /// <param name="timesS">[frames] on the capture host's clock.</param>
    public void Append(ReadOnlySpan<float> values, ReadOnlySpan<double> timesS, double receiveTimeS)
    {
        int frames = timesS.Length;
        int accepted = Math.Min(frames, Free);
        long written = _written;
        for (int i = 0; i < accepted; i++)
        {
            int slot = (int)(written + i) & _mask;
            values.Slice(i * Channels, Channels).CopyTo(_values.AsSpan(slot * Channels, Channels));
            _times[slot] = timesS[i];
        }
        Volatile.Write(ref _newestReceiveS, receiveTimeS);
        Volatile.Write(ref _written, written + accepted);
        if (accepted < frames) Interlocked.Add(ref _refused, frames - accepted);
    }

    /// <summary>Consumer only: the index after the last received frame in order whose time is at or before <paramref name="timeS"/>.</summary>
    public long IndexAfter(double timeS)
    {
        long end = Written;
        long index = _read;
        while (index < end && _times[(int)index & _mask] <= timeS) index++;
        return index;
    }

    /// <summary>Consumer only: takes the frames before <paramref name="endIndex"/>. The chunk is valid until the next call.</summary>
    public SampleChunk Take(long endIndex)
    {
        long first = _read;
        int frames = (int)(Math.Min(endIndex, Written) - first);
        for (int i = 0; i < frames; i++)
        {
            int slot = (int)(first + i) & _mask;
            _values.AsSpan(slot * Channels, Channels).CopyTo(_scratchValues.AsSpan(i * Channels, Channels));
            _scratchTimes[i] = _times[slot];
        }
        Volatile.Write(ref _read, first + frames);
        return new SampleChunk(_scratchValues.AsSpan(0, frames * Channels), _scratchTimes.AsSpan(0, frames), Channels, first, Volatile.Read(ref _newestReceiveS));
    }
}
