using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Pipeline.Live;

/// <summary>Receives one stream on its own thread: to the recording as it came, and through its feed into the graph.</summary>
public abstract class StreamPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name) : IDisposable
{
    private const double ClockPatienceS = 2;
    private readonly ClockTracker _clock = new();
    private readonly ClockProbe[] _probes = new ClockProbe[16];
    private double _newestProbeS = double.NegativeInfinity, _startedS = double.NaN;
    private InletCounters _last;
    private bool _wasConnected = true;
    private Thread? _thread;
    private volatile bool _stop;

    protected IStreamInlet Inlet { get; } = inlet;
    protected IStreamTransport Transport { get; } = transport;
    public string Name { get; } = name;
    public abstract RecordTap Tap { get; }

    /// <summary>Clock model updates for the journal: from which sample of the stream each holds.</summary>
    public SpscRing<ClockModelUpdate> ClockUpdates { get; } = new(1024);
    public double OffsetUncertaintyS => _clock.Model.UncertaintyS;
    public ClockModel Clock => _clock.Model;
    public InletCounters Counters => Inlet.Counters;

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
                if (ClockReady()) PumpOnce();
                WatchHealth();
            }
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
        if (_clock.Known) return true;
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
    protected abstract void PumpOnce();

    protected virtual void OnClock(ClockModel model) { }

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

    /// <param name="feed">Null for a stream that is only recorded.</param>
    public NumericPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name, StreamFeed? feed, Func<T, float> toFloat)
        : base(inlet, transport, health, name)
    {
        double rate = inlet.Info.NominalRateHz > 0 ? inlet.Info.NominalRateHz : 100;
        _tap = new NumericTap<T>(inlet.Info, Math.Max(4096, (int)(rate * 5)));
        _feed = feed;
        _toFloat = toFloat;
        _raw = new T[MaxFrames * inlet.Info.ChannelCount];
        _values = new float[_raw.Length];
    }

    public override RecordTap Tap => _tap;

    protected override void PumpOnce()
    {
        int frames = Inlet.Pull<T>(_raw, _stamps, TimeSpan.FromMilliseconds(100));
        if (frames == 0) return;
        double now = Transport.LocalClockS;
        int count = frames * Inlet.Info.ChannelCount;
        _tap.Add(_raw.AsSpan(0, count), _stamps.AsSpan(0, frames));
        if (_feed is null) return;
        for (int i = 0; i < count; i++) _values[i] = _toFloat(_raw[i]);
        _feed.Accept(_values.AsSpan(0, count), _stamps.AsSpan(0, frames), now);
    }

    protected override void OnClock(ClockModel model)
    {
        if (_feed is null) return;
        _feed.SetClock(model);
        ClockUpdates.TryAdd(new ClockModelUpdate(_feed.Accepted, model));
    }
}

/// <summary>Pump of a text stream: recorded and journaled.</summary>
public sealed class TextPump(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name) : StreamPump(inlet, transport, health, name)
{
    private readonly TextTap _tap = new(inlet.Info);
    private readonly string[] _values = new string[inlet.Info.ChannelCount];

    public override RecordTap Tap => _tap;

    /// <summary>Markers for the journal.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<Marker> Markers { get; } = new();
    private long _index;

    protected override void PumpOnce()
    {
        if (!Inlet.PullText(_values, out double stampS, TimeSpan.FromMilliseconds(100))) return;
        string[] copy = [.. _values];
        _tap.Add(stampS, copy);
        Markers.Enqueue(new Marker(_index++, StreamTime.FromSeconds(Clock.ToHost(stampS)), copy[0]));
    }
}
