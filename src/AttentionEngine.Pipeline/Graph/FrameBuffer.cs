using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>Pictures between the camera's receiver and the tick: a few preallocated frames; when full the newest is refused and counted.</summary>
public sealed class FrameBuffer(int widthPx, int heightPx, int capacity)
{
    private readonly byte[][] _pixels = Enumerable.Range(0, capacity).Select(_ => new byte[widthPx * heightPx]).ToArray();
    private readonly long[] _frameIndex = new long[capacity];
    private readonly double[] _timeS = new double[capacity];
    private long _written, _read, _refused;

    public int WidthPx { get; } = widthPx;
    public int HeightPx { get; } = heightPx;
    public long Written => Volatile.Read(ref _written);
    public long Refused => Volatile.Read(ref _refused);
    public int Free => _pixels.Length - (int)(Written - Volatile.Read(ref _read));

    /// <summary>Producer only: the place for the next frame's pixels [height × width], or empty when the buffer is full.</summary>
    public Span<byte> Next() => Free > 0 ? _pixels[_written % _pixels.Length] : [];

    /// <summary>Producer only: publishes what was written into <see cref="Next"/>.</summary>
    public void Publish(long frameIndex, double timeS)
    {
        int slot = (int)(_written % _pixels.Length);
        _frameIndex[slot] = frameIndex;
        _timeS[slot] = timeS;
        Volatile.Write(ref _written, _written + 1);
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>Consumer only: index after the last frame at or before <paramref name="timeS"/>.</summary>
    public long IndexAfter(double timeS)
    {
        long index = _read, end = Written;
        while (index < end && _timeS[index % _pixels.Length] <= timeS) index++;
        return index;
    }

    /// <summary>Consumer only: whether there is a frame before <paramref name="endIndex"/>; it is valid until <see cref="Release"/>.</summary>
    public bool TryPeek(long endIndex, out VideoFrame frame)
    {
        if (_read >= endIndex || _read >= Written) { frame = default; return false; }
        int slot = (int)(_read % _pixels.Length);
        frame = new VideoFrame(_pixels[slot], WidthPx, HeightPx, _frameIndex[slot], StreamTime.FromSeconds(_timeS[slot]));
        return true;
    }

    public void Release() => Volatile.Write(ref _read, _read + 1);
}
