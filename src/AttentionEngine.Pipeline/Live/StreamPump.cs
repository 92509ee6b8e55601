using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Pipeline.Live;

/// <summary>Receives one stream on its own thread: to the recording as it came, and through its feed into the graph.</summary>
/// <param name="waitForClock">Hold samples in the inlet until a probe can place them (for the graph); a recording takes them as they are.</param>
public abstract class StreamPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name, bool waitForClock) : IDisposable
{
    private const double ClockPatienceS = 2, LastLookS = 1;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100), DiskWait = TimeSpan.FromMilliseconds(2);
    private readonly ClockTracker _clock = new();
    private readonly ClockProbe[] _probes = new ClockProbe[16];
    private double _newestProbeS = double.NegativeInfinity, _startedS = double.NaN;
    private InletCounters _last;
    private bool _wasConnected = true;
    private Thread? _thread;
    private volatile bool _stop;
    private double _newestS = double.NaN, _newestReceiveS = double.NaN, _firstStampS, _newestStampS;
    private long _taken;

    protected IStreamInlet Inlet { get; } = inlet;
    protected IStreamTransport Transport { get; } = transport;
    public string Name { get; } = name;
    public abstract RecordTap Tap { get; }

    /// <summary>Clock model updates for the journal: from which sample of the stream each holds.</summary>
    public SpscRing<ClockModelUpdate> ClockUpdates { get; } = new(1024);
    public double OffsetUncertaintyS => _clock.Model.UncertaintyS;
    public ClockModel Clock => _clock.Model;
    public InletCounters Counters => Inlet.Counters;

    /// <summary>Capture time of the newest sample taken and when it was taken, on the host's clock; NaN before the first.</summary>
    public double NewestS => Volatile.Read(ref _newestS);
    public double NewestReceiveS => Volatile.Read(ref _newestReceiveS);

    /// <summary>Measured on the source's clock since it last jumped, Hz; NaN before the second sample.</summary>
    public double RateHz => _taken > 1 && _newestStampS > _firstStampS ? (_taken - 1) / (_newestStampS - _firstStampS) : double.NaN;

    /// <summary>Samples per second of this machine's clock, fitted through jitter and over gaps; NaN where the stream has no rate or it is not known.</summary>
    public virtual double FittedRateHz => double.NaN;

    /// <summary>Set when the pump's thread ended with an error: the run must end and say so.</summary>
    public Exception? Failure { get; private set; }

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = $"pump {Name}", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    private void Run()
    {
        try
        {
            while (!_stop)
            {
                FollowClock();
                if (ClockReady()) PumpOnce(Wait);
                WatchHealth();
            }
            FollowClock();
            double limitS = Transport.LocalClockS + LastLookS;
            while (PumpOnce(TimeSpan.Zero) && Transport.LocalClockS < limitS) { } // what has been received but not taken yet
            WatchHealth();
        }
        catch (ObjectDisposedException) when (_stop)
        {
            // The inlet was closed under a waiting pull at the end of the run.
        }
#pragma warning disable CA1031 // A pump's thread has no caller: the runner reads Failure and ends the run with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
    }

    /// <summary>Each new probe goes to the recording and into the clock estimate.</summary>
    private void FollowClock()
    {
        int count = Inlet.CopyClockProbes(_probes);
        bool changed = false;
        for (int i = 0; i < count; i++)
        {
            if (_probes[i].LocalTimeS <= _newestProbeS) continue;
            _newestProbeS = _probes[i].LocalTimeS;
            Tap.AddProbe(_probes[i]);
            changed = true;
            if (_clock.Add(_probes[i]))
                health.Report(new HealthEvent(StreamTime.FromSeconds(_probes[i].LocalTimeS), HealthKind.ClockJump, Name, 1, "the source's clock jumped; stamps are placed anew from here"));
        }
        if (changed && _clock.Known) OnClock(_clock.Model);
    }

    /// <summary>Samples wait in the inlet until the first probe places them; a source that answers no probe counts as on our clock.</summary>
    private bool ClockReady()
    {
        if (_clock.Known || !waitForClock) return true;
        double now = Transport.LocalClockS;
        if (double.IsNaN(_startedS)) _startedS = now;
        if (now - _startedS > ClockPatienceS)
        {
            if (!_assumed) health.Report(new HealthEvent(StreamTime.FromSeconds(now), HealthKind.Sensor, Name, 1, "the source answers no clock probe; its stamps are taken as they are"));
            _assumed = true;
            return true;
        }
        Thread.Sleep(2);
        return false;
    }

    private bool _assumed;

    /// <summary>Waits a little for data and passes on what came.</summary>
    /// <returns>Whether something came.</returns>
    protected abstract bool PumpOnce(TimeSpan wait);

    protected virtual void OnClock(ClockModel model) { }

    /// <summary>The recording is behind: samples wait in the inlet, which holds minutes, rather than be refused.</summary>
    /// <returns>Whether to come back later; not at the end, when nobody empties the tap any more.</returns>
    protected bool WaitsForDisk(bool hasRoom)
    {
        if (hasRoom || _stop) return false;
        Thread.Sleep(DiskWait);
        return true;
    }

    /// <summary>Notes what was taken.</summary>
    protected void Took(double firstStampS, double stampS, int frames, double nowS)
    {
        if (_taken == 0) _firstStampS = firstStampS;
        _newestStampS = stampS;
        _taken += frames;
        Volatile.Write(ref _newestS, Clock.ToHost(stampS));
        Volatile.Write(ref _newestReceiveS, nowS);
    }

    /// <summary>The stamps show that the source's clock has jumped: what was known of it counts no more, until new probes come.</summary>
    protected void JumpTo(ClockModel replacement, double nowS)
    {
        double stepS = replacement.ToHost(replacement.ReferenceS) - Clock.ToHost(replacement.ReferenceS);
        health.Report(new HealthEvent(StreamTime.FromSeconds(nowS), HealthKind.ClockJump, Name, 1,
            FormattableString.Invariant($"the source's clock jumped by {-stepS * 1000:F1} ms; placed by the time of arrival until it has been probed again")));
        _clock.Replace(replacement);
        _taken = 0;
    }

    private void WatchHealth()
    {
        var now = Inlet.Counters;
        var time = StreamTime.FromSeconds(Transport.LocalClockS);
        if (now.Dropped > _last.Dropped)
            health.Report(new HealthEvent(time, HealthKind.Drop, Name, now.Dropped - _last.Dropped, $"{now.Dropped - _last.Dropped} samples dropped in the receive buffer"));
        if (_wasConnected && !now.Connected) health.Report(new HealthEvent(time, HealthKind.Disconnect, Name, 1, "the source stopped answering; looking for it again"));
        if (now.Reconnects > _last.Reconnects) health.Report(new HealthEvent(time, HealthKind.Reconnect, Name, now.Reconnects - _last.Reconnects, "the source is back"));
        _wasConnected = now.Connected;
        _last = now;
    }

    public void Dispose()
    {
        _stop = true;
        Inlet.Dispose();
        _thread?.Join(TimeSpan.FromSeconds(2));
        GC.SuppressFinalize(this);
    }

    public void RequestStop() => _stop = true;
    public void Join() => _thread?.Join(TimeSpan.FromSeconds(2));
}

/// <summary>Pump of a numeric stream in the format <typeparamref name="T"/>.</summary>
public sealed class NumericPump<T> : StreamPump where T : unmanaged
{
    private const int MaxFrames = 512;
    private readonly NumericTap<T> _tap;
    private readonly StreamFeed? _feed;
    private readonly Func<T, float> _toFloat;
    private readonly T[] _raw;
    private readonly float[] _values;
    private readonly double[] _stamps = new double[MaxFrames];
    private readonly GapWatch _gaps;
    private readonly ClockJumpWatch _jumps = new();

    /// <param name="feed">Null for a stream that is only recorded.</param>
    public NumericPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name, StreamFeed? feed, Func<T, float> toFloat)
        : base(inlet, transport, health, name, feed is not null)
    {
        double rate = inlet.Info.NominalRateHz > 0 ? inlet.Info.NominalRateHz : 100;
        _tap = new NumericTap<T>(inlet.Info, Math.Max(4096, (int)(rate * 5)));
        _feed = feed;
        _toFloat = toFloat;
        _raw = new T[MaxFrames * inlet.Info.ChannelCount];
        _values = new float[feed is null ? 0 : _raw.Length];
        _gaps = new GapWatch(inlet.Info, health, name);
    }

    public override RecordTap Tap => _tap;
    public override double FittedRateHz => _gaps.FittedRateHz / (1 + Clock.Slope);

    protected override bool PumpOnce(TimeSpan wait)
    {
        // The graph is never kept waiting for a disk.
        if (_feed is null && WaitsForDisk(_tap.HasRoom(MaxFrames))) return false;
        int frames = Inlet.Pull<T>(_raw, _stamps, wait);
        if (frames == 0) return false;
        double now = Transport.LocalClockS;
        int count = frames * Inlet.Info.ChannelCount;
        var stamps = _stamps.AsSpan(0, frames);
        _tap.Add(_raw.AsSpan(0, count), stamps);
        if (_jumps.Jumped(stamps[0], stamps[^1], Clock, now, out var replacement))
        {
            JumpTo(replacement, now);
            _gaps.Restart();
            Update(new ClockModelUpdate(_feed?.Accepted ?? 0, replacement, Jumped: true));
        }
        _gaps.Observe(stamps, Clock);
        Took(stamps[0], stamps[^1], frames, now);
        if (_feed is null) return true;
        for (int i = 0; i < count; i++) _values[i] = _toFloat(_raw[i]);
        _feed.Accept(_values.AsSpan(0, count), stamps, now);
        return true;
    }

    protected override void OnClock(ClockModel model)
    {
        if (_feed is not null) Update(new ClockModelUpdate(_feed.Accepted, model, Jumped: false));
    }

    private void Update(ClockModelUpdate update)
    {
        if (_feed is null) return;
        _feed.SetClock(update);
        ClockUpdates.TryAdd(update);
    }
}

/// <summary>Pump of a text stream: recorded and, where the caller takes its markers, journaled.</summary>
public sealed class TextPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name, bool keepMarkers)
    : StreamPump(inlet, transport, health, name, keepMarkers)
{
    private readonly TextTap _tap = new(inlet.Info);
    private readonly string[] _values = new string[inlet.Info.ChannelCount];
    private readonly System.Collections.Concurrent.ConcurrentQueue<Marker>? _markers = keepMarkers ? new() : null;

    public override RecordTap Tap => _tap;

    private long _index;

    /// <summary>Markers for the journal, where they are kept.</summary>
    public bool TryTakeMarker(out Marker marker)
    {
        marker = default;
        return _markers is not null && _markers.TryDequeue(out marker);
    }

    protected override bool PumpOnce(TimeSpan wait)
    {
        if (!Inlet.PullText(_values, out double stampS, wait)) return false;
        string[] copy = [.. _values];
        _tap.Add(stampS, copy);
        Took(stampS, stampS, 1, Transport.LocalClockS);
        _markers?.Enqueue(new Marker(_index++, StreamTime.FromSeconds(Clock.ToHost(stampS)), copy[0]));
        return true;
    }
}
