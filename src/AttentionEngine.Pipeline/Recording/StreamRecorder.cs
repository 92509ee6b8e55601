using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Live;

namespace AttentionEngine.Pipeline.Recording;

/// <param name="Seconds">Length; null until cancelled.</param>
/// <param name="WaitS">How long required streams may take to appear.</param>
public sealed record RecorderOptions(double? Seconds, double WaitS = 10);

/// <summary>What was recorded of one stream.</summary>
/// <param name="RateHz">Measured, from the first to the newest sample; NaN before the second.</param>
/// <param name="OffsetUncertaintyUs">Of the clock mapping; NaN before the first probe.</param>
/// <param name="Samples">Handed to the file.</param>
/// <param name="Lost">Missing between the source and the file.</param>
public sealed record RecordedStream(string Name, StreamInfo Info, double RateHz, double OffsetUs, double OffsetUncertaintyUs, long Samples, long Lost, int Reconnects, bool Connected);

/// <param name="Failure">Why the recording ended early, or null.</param>
public sealed record RecordResult(string Ended, double Seconds, IReadOnlyList<RecordedStream> Streams, long Lost, IReadOnlyList<HealthEvent> Events, AttendException? Failure);

/// <summary>
/// Records streams as they come: a receiver thread for each, and the caller's thread, which writes. At a stop it waits until every stream
/// has given its samples up to the stop instant, at most <see cref="GraceS"/>. What goes wrong is counted, and is itself recorded.
/// </summary>
/// <param name="sink">Where the streams are written.</param>
/// <param name="failover">Gives another place to write to when the first fails, or null.</param>
public sealed class StreamRecorder(WantedStreams wanted, IStreamTransport transport, IRecordingSink sink, Func<IRecordingSink>? failover, RecorderOptions options) : IDisposable
{
    private const double GraceS = 0.25, IrregularGraceS = 0.12, ProgressEveryS = 0.5, SilenceS = 1;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromSeconds(1.5);
    private readonly HealthLog _health = new();
    private readonly List<HealthEvent> _events = [];
    private readonly List<(WantedStream Wanted, StreamPump Pump)> _streams = [];
    private readonly Dictionary<StreamPump, int> _numbers = [];
    private readonly string[] _text = new string[1];
    private IRecordingSink? _second;
    private int _eventStream;
    private LateStreams? _late;

    /// <summary>Called about twice a second with seconds done and the streams.</summary>
    public Action<double, IReadOnlyList<RecordedStream>>? Progress { get; init; }

    /// <summary>Called with each event as it happens.</summary>
    public Action<HealthEvent>? Event { get; init; }

    /// <summary>Called when the streams are there and the recording begins.</summary>
    public Action? Started { get; init; }

    /// <exception cref="StreamMissingException">A required stream did not appear.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the recording began.</exception>
    public RecordResult Run(CancellationToken cancellation)
    {
        _eventStream = Sink.AddStream(EngineStreams.RecorderEvents());
        foreach (var stream in wanted.Find(transport, TimeSpan.FromSeconds(options.WaitS), Patience, _health, cancellation)) Open(stream, cancellation);
        foreach (var missing in wanted.Missing)
            _health.Report(new HealthEvent(Now, HealthKind.MissingStream, missing.Role.ToString(), 1, $"optional stream source_id `{missing.SourceId}` was not there at the start; it is recorded from when it comes"));
        _late = wanted.Open || wanted.Missing.Any() ? new LateStreams(transport) : null;

        double startS = transport.LocalClockS;
        foreach (var (_, pump) in _streams) pump.Start();
        Started?.Invoke();
        string ended = Record(startS, out double stopS, out var failure, cancellation);
        _late?.Stop();
        if (failure is null) failure = Finish(stopS);
        ReportSilence(stopS, startS);
        foreach (var (_, pump) in _streams)
            if (pump.Tap.Refused is > 0 and var refused)
                _health.Report(new HealthEvent(Now, HealthKind.Drop, pump.Name, refused, "samples not recorded: the disk was too slow"));
        failure = Write(failure);
        return new RecordResult(ended, stopS - startS, Streams(), _health.Lost, _events, failure);
    }

    private IRecordingSink Sink => _second ?? sink;

    private StreamTime Now => StreamTime.FromSeconds(transport.LocalClockS);

    private void Open(WantedStream stream, CancellationToken cancellation)
    {
        var inlet = transport.CreateInlet(stream.Info, new InletOptions());
        try
        {
            inlet.Open(TimeSpan.FromSeconds(Math.Max(1, options.WaitS)), cancellation); // from here on every sample arrives
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            inlet.Dispose();
            if (e is TimeoutException && stream.Rig is { Required: true }) throw new StreamMissingException(e.Message, e);
            wanted.Return(stream);
            if (e is OperationCanceledException) throw;
            return;
        }
        Add(stream, inlet);
    }

    private void Add(WantedStream stream, IStreamInlet inlet)
    {
        var pump = PumpFactory.Create(inlet, transport, _health, stream.Name, feed: null, keepMarkers: false);
        _streams.Add((stream with { Info = inlet.Info }, pump));
        _numbers[pump] = Sink.AddStream(inlet.Info);
    }

    private string Record(double startS, out double stopS, out AttendException? failure, CancellationToken cancellation)
    {
        failure = null;
        for (double nextProgressS = startS; ;)
        {
            double nowS = transport.LocalClockS;
            stopS = options.Seconds is { } seconds ? startS + seconds : double.PositiveInfinity;
            if (nowS >= stopS) return "completed";
            failure = TakeLate(cancellation) ?? Write(null) ?? _streams.Select(s => s.Pump.Failure).FirstOrDefault(f => f is not null) switch
            {
                null => null,
                AttendException known => known,
                var bug => throw new InvalidOperationException("a receiver failed", bug),
            };
            if (failure is not null) { stopS = nowS; return "failed"; }
            if (nowS >= nextProgressS)
            {
                Progress?.Invoke(nowS - startS, Streams());
                nextProgressS = nowS + ProgressEveryS;
            }
            var turn = TimeSpan.FromSeconds(Math.Clamp(stopS - nowS, 0, Turn.TotalSeconds));
            if (cancellation.WaitHandle.WaitOne(turn)) { stopS = transport.LocalClockS; return "interrupted"; }
        }
    }

    private DataLossException? TakeLate(CancellationToken cancellation)
    {
        if (_late is null || !_late.TryTake(out var seen)) return null;
        foreach (var stream in wanted.Take(seen, Now, _health))
        {
            int before = _streams.Count;
            try
            {
                Open(stream, cancellation);
            }
            catch (DataLossException e)
            {
                return e;
            }
            catch (OperationCanceledException)
            {
                return null; // the loop sees it
            }
            if (_streams.Count == before) continue;
            _streams[^1].Pump.Start();
            _health.Report(new HealthEvent(Now, HealthKind.Reconnect, stream.Name, 1, "the stream came after the start and is recorded from here"));
        }
        return null;
    }

    /// <summary>Writes what has come. A file that fails is replaced where there is another place.</summary>
    private AttendException? Write(AttendException? before)
    {
        try
        {
            while (_health.TryTake(out var health))
            {
                if (_events.Count < 10_000) _events.Add(health);
                Event?.Invoke(health);
                if (before is not null) continue;
                _text[0] = $"{health.Kind} {health.Source} {health.Count}: {health.Detail}";
                Sink.WriteText(_eventStream, _text, health.Time.Seconds);
            }
            if (before is not null) return before;
            foreach (var (_, pump) in _streams) pump.Tap.Drain(Sink, _numbers[pump]);
            return null;
        }
        catch (DataLossException e)
        {
            if (failover is null) return e;
            _health.Report(new HealthEvent(Now, HealthKind.Fault, "file", 1, e.Message));
            return Replace();
        }
    }

    private DataLossException? Replace()
    {
        try
        {
            _second = failover!();
            failover = null;
            _eventStream = Sink.AddStream(EngineStreams.RecorderEvents());
            foreach (var (_, pump) in _streams) _numbers[pump] = Sink.AddStream(pump.Tap.Info);
            return null;
        }
        catch (DataLossException e)
        {
            return e;
        }
    }

    /// <summary>Goes on until every stream has given what it captured up to the stop instant.</summary>
    private AttendException? Finish(double stopS)
    {
        AttendException? failure = null;
        while (failure is null && transport.LocalClockS - stopS < GraceS)
        {
            double waitedS = transport.LocalClockS - stopS;
            if (_streams.TrueForAll(s => s.Pump.Tap.Info.NominalRateHz > 0 ? s.Pump.NewestS >= stopS : waitedS >= IrregularGraceS)) break;
            Thread.Sleep(Turn);
            failure = Write(null);
        }
        foreach (var (_, pump) in _streams) pump.RequestStop();
        foreach (var (_, pump) in _streams) pump.Join();
        return Write(failure);
    }

    /// <summary>A stream with a rate that had ended before the recording did has lost what should have come.</summary>
    private void ReportSilence(double stopS, double startS)
    {
        foreach (var (stream, pump) in _streams)
        {
            double rateHz = pump.Tap.Info.NominalRateHz, silentS = stopS - (double.IsNaN(pump.NewestReceiveS) ? startS : pump.NewestReceiveS);
            if (rateHz > 0 && silentS > Math.Max(SilenceS, 5 / rateHz))
                _health.Report(new HealthEvent(Now, HealthKind.Gap, stream.Name, Math.Max(1, (long)(silentS * rateHz)),
                    FormattableString.Invariant($"nothing came in the last {silentS:F1} s of the recording ({(pump.Counters.Connected ? "the source is connected" : "the source is gone")})")));
        }
    }

    private List<RecordedStream> Streams() => _streams.ConvertAll(s =>
    {
        var (pump, clock, counters) = (s.Pump, s.Pump.Clock, s.Pump.Counters);
        return new RecordedStream(s.Wanted.Name, s.Wanted.Info, pump.RateHz, clock.OffsetS * 1e6, clock.UncertaintyS * 1e6, pump.Tap.Recorded,
            _health.Count(pump.Name, HealthKind.Drop) + _health.Count(pump.Name, HealthKind.Gap), counters.Reconnects, counters.Connected);
    });

    public void Dispose()
    {
        _late?.Dispose();
        foreach (var (_, pump) in _streams) pump.Dispose();
        _second?.Dispose();
    }
}
