using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>
/// Recorded audio that has been read but may not be processed yet. A filter set that tick k pushes counts from a sample that the audio
/// path must not have passed: live, causality sees to that; here, sound is let through only as far as each tick consumes it.
/// </summary>
public sealed class HeldAudio(ReplayFeed feed, AudioStage stage)
{
    private float[] _values = new float[1 << 16];
    private double[] _stamps = new double[1 << 12];
    private int _first, _count;

    /// <summary>Capture time of the newest frame read, on the capture host's clock; NaN before the first.</summary>
    public double NewestReadS { get; private set; } = double.NaN;
    public int Held => _count;

    private int Channels => feed.Feed.Info.ChannelCount;

    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS)
    {
        if (stampsS.Length == 0) return;
        Compact(stampsS.Length);
        values.CopyTo(_values.AsSpan((_first + _count) * Channels));
        stampsS.CopyTo(_stamps.AsSpan(_first + _count));
        _count += stampsS.Length;
        NewestReadS = feed.Feed.Clock.ToHost(stampsS[^1]);
    }

    /// <summary>Lets frames through until <paramref name="blocks"/> blocks have been processed or nothing is held.</summary>
    public void ReleaseBlocks(long blocks)
    {
        stage.AllowBlocks(blocks);
        while (_count > 0 && stage.Available < blocks) Release(1);
    }

    /// <summary>Lets through every frame at or before <paramref name="timeS"/>.</summary>
    public void ReleaseUntil(double timeS)
    {
        int frames = 0;
        while (frames < _count && feed.TimeOf(_stamps[_first + frames]) <= timeS) frames++;
        while (frames > 0) { int some = Math.Min(frames, stage.BlockFrames); Release(some); frames -= some; }
    }

    private void Release(int frames)
    {
        feed.Accept(_values.AsSpan(_first * Channels, frames * Channels), _stamps.AsSpan(_first, frames));
        _first += frames;
        _count -= frames;
    }

    private void Compact(int more)
    {
        if (_first > 0)
        {
            Array.Copy(_values, _first * Channels, _values, 0, _count * Channels);
            Array.Copy(_stamps, _first, _stamps, 0, _count);
            _first = 0;
        }
        if ((_count + more) * Channels > _values.Length) Array.Resize(ref _values, 2 * (_count + more) * Channels);
        if (_count + more > _stamps.Length) Array.Resize(ref _stamps, 2 * (_count + more));
    }
}
