using System.Diagnostics;
using System.Runtime.InteropServices;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Separation.Devices;

/// <summary>
/// The microphones of an <see cref="AudioDevice"/> as a stream like any other. Stamps are on this machine's monotonic clock, which is the LSL clock: the
/// hour of each callback, fitted over the sample index, minus the device's own input latency. Lost frames leave a gap in the stamps. One thread pulls.
/// </summary>
public sealed class DeviceInlet : IStreamInlet
{
    private const double ProbeEveryS = 5, ServiceEveryS = 0.1;
    private static readonly double SecondsPerTick = 1.0 / Stopwatch.Frequency;
    private readonly AudioDevice _device;
    private readonly SampleClockFitter _clock;
    private readonly float[] _frames;
    private readonly double[] _stamps;
    private readonly Action<ReadOnlySpan<float>>? _played;
    private readonly float[] _out;
    private double _nextServiceS, _openedS;
    private long _received, _restarts;
    private string? _lost;
    private volatile bool _disposed;

    /// <param name="info">What the stream is called; channels as the device's inputs, at its rate.</param>
    /// <param name="played">Gets what was played, [frames × outputs], on the pulling thread; or null.</param>
    public DeviceInlet(AudioDevice device, StreamInfo info, Action<ReadOnlySpan<float>>? played = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(info);
        if (info.ChannelCount != device.Options.Inputs || info.Format != ChannelFormat.Float32) throw new ArgumentException($"a device of {device.Options.Inputs} inputs gives that many float32 channels", nameof(info));
        (_device, Info, _played) = (device, info, played);
        _clock = new SampleClockFitter(device.Options.RateHz);
        const int most = 1024;
        _frames = new float[most * device.Channels];
        _stamps = new double[most];
        _out = new float[most * device.Options.Outputs];
    }

    public StreamInfo Info { get; }

    /// <summary>The fitted clock; null before the first sample. Pulling thread.</summary>
    public SampleClock? Clock => _clock.Index < 0 ? null : _clock.Clock;

    /// <summary>Why the device does not run, or null. Any thread.</summary>
    public string? Lost => Volatile.Read(ref _lost);

    public InletCounters Counters
    {
        get
        {
            if (_disposed) return new InletCounters(Volatile.Read(ref _received), 0, (int)Volatile.Read(ref _restarts), false);
            var s = _device.Status;
            return new InletCounters(Volatile.Read(ref _received), s.DroppedSamples, s.Restarts, s.Running);
        }
    }

    /// <summary>Frames that came while nobody pulled are dropped: the stream begins now.</summary>
    public void Open(TimeSpan timeout, CancellationToken cancellation)
    {
        while (_device.TryRead(_frames, out _)) { }
        _openedS = NowS;
    }

    /// <inheritdoc/>
    public int Pull<T>(Span<T> interleaved, Span<double> timestampsS, TimeSpan timeout) where T : unmanaged
    {
        if (typeof(T) != typeof(float)) throw new InvalidOperationException($"a device gives float32 samples, not {typeof(T).Name}");
        ObjectDisposedException.ThrowIf(_disposed, this);
        var values = MemoryMarshal.Cast<T, float>(interleaved);
        int room = Math.Min(timestampsS.Length, values.Length / Info.ChannelCount), total = 0;
        if (room == 0) throw new ArgumentException("the buffers hold no whole frame", nameof(interleaved));
        double untilS = NowS + timeout.TotalSeconds;
        while (true)
        {
            while (total < room && Take(values[(total * Info.ChannelCount)..], timestampsS[total..], room - total) is > 0 and var n) total += n;
            double nowS = NowS;
            if (nowS >= _nextServiceS)
            {
                _nextServiceS = nowS + ServiceEveryS;
                Volatile.Write(ref _lost, _device.Service());
            }
            if (total > 0 || nowS >= untilS || _disposed) return total;
            Thread.Sleep(1); // the callback must not wake us: that would be a system call
        }
    }

    private int Take(Span<float> values, Span<double> stampsS, int room)
    {
        int inputs = _device.Options.Inputs, outputs = _device.Options.Outputs, channels = inputs + outputs;
        if (!_device.TryRead(_frames.AsSpan(0, Math.Min(room * channels, _frames.Length)), out var block)) return 0;
        int n = block.Frames;
        for (int i = 0; i < n; i++)
        {
            _frames.AsSpan(i * channels, inputs).CopyTo(values[(i * inputs)..]);
            _frames.AsSpan(i * channels + inputs, outputs).CopyTo(_out.AsSpan(i * outputs));
        }
        if (outputs > 0) _played?.Invoke(_out.AsSpan(0, n * outputs));
        if (block.Restarts != _restarts) Volatile.Write(ref _restarts, block.Restarts);
        else if (block.LostBefore > 0) _clock.Skip(block.LostBefore);
        double endS = block.TimeNs * 1e-9 - (block.Behind + _device.Status.InputLatencyFrames - Math.Min(_device.Status.InputLatencyFrames, _device.Status.BlockFrames)) / Info.NominalRateHz;
        for (int i = 0; i < n; i++) _stamps[i] = endS - (n - i) / Info.NominalRateHz;
        _clock.Add(_stamps.AsSpan(0, n), stampsS[..n]);
        Volatile.Write(ref _received, _received + n);
        return n;
    }

    public bool PullText(Span<string> values, out double timestampS, TimeSpan timeout) => throw new InvalidOperationException("a device gives no text");

    /// <summary>The device is stamped with our own clock: the offset is 0 by construction.</summary>
    public int CopyClockProbes(Span<ClockProbe> destination)
    {
        double sinceS = NowS - _openedS;
        if (destination.IsEmpty || !(sinceS >= 0)) return 0;
        destination[0] = new ClockProbe(_openedS + Math.Floor(sinceS / ProbeEveryS) * ProbeEveryS, 0, 0);
        return 1;
    }

    public void Dispose() => _disposed = true; // the device belongs to who opened it

    private static double NowS => Stopwatch.GetTimestamp() * SecondsPerTick;
}
