using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Faults;

namespace AttentionEngine.Simulation.Render;

/// <summary>Publishes a rendered session in real time: the outlets exist from construction on, the scene starts when the engine listens.</summary>
public sealed class RealTimePublisher : IDisposable
{
    /// <summary>Between the last consumer's arrival and the start of the scene.</summary>
    private const double LeadS = 0.3;

    /// <summary>How long optional streams may keep the scene waiting once all required ones are listened to.</summary>
    private static readonly TimeSpan OptionalWait = TimeSpan.FromSeconds(3);

    /// <summary>Outlets stay this long after the last sample, so that receivers can take it.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly SimulatedSession _session;
    private readonly IStreamTransport _transport;
    private readonly FaultPlan _faults;
    private readonly MortalOutlets _sink;
    private readonly StreamRole[] _roles;
    private double _startS = double.NaN;

    /// <param name="faults">What goes wrong; null: nothing.</param>
    /// <param name="ownClock">Makes a transport for a source whose clock is ahead by what it is given, which is asked again for each probe; needed where a clock jumps.</param>
    public RealTimePublisher(SimulatedSession session, IStreamTransport transport, FaultPlan? faults = null, Func<Func<double>, IStreamTransport>? ownClock = null)
    {
        (_session, _transport, _faults) = (session, transport, faults ?? FaultPlan.None);
        _roles = [.. session.Streams.Select(s => session.Scene.Rig.Streams.First(r => r.SourceId == s.Info.SourceId).Role)];
        var own = new Dictionary<StreamRole, IStreamTransport>();
        foreach (var role in _roles.Where(_faults.Jumps)) own[role] = (ownClock ?? throw new ArgumentNullException(nameof(ownClock)))(() => ShiftS(role, _transport.LocalClockS));
        _sink = new MortalOutlets(info => own.GetValueOrDefault(session.Scene.Rig.Streams.First(r => r.SourceId == info.SourceId).Role) ?? transport);
        foreach (var stream in session.Streams) _sink.AddStream(stream.Info);
    }

    private double ShiftS(StreamRole role, double nowS) => double.IsNaN(Volatile.Read(ref _startS)) ? 0 : _faults.ClockShiftS(role, nowS - _startS);

    /// <summary>Waits until every stream that the rig requires has a consumer, then a little for the others.</summary>
    /// <returns>Start of the scene, LSL seconds, in the near future.</returns>
    /// <exception cref="StreamMissingException">Nobody came in time.</exception>
    /// <exception cref="OperationCanceledException"/>
    public double WaitForConsumers(TimeSpan limit, CancellationToken cancellation)
    {
        var rig = _session.Scene.Rig;
        bool Required(StreamInfo info) => rig.Streams.Any(s => s.Required && s.SourceId == info.SourceId);
        foreach (var outlet in _sink.Outlets.Where(o => Required(o.Info)).ToList())
        {
            if (!outlet.WaitForConsumers(1, limit, cancellation))
                throw new StreamMissingException($"Nobody connected to the simulated stream `{outlet.Info.SourceId}` within {limit.TotalSeconds:0} s. Start the engine on {rig.FilePath} while the simulator waits.");
        }
        double deadlineS = _transport.LocalClockS + OptionalWait.TotalSeconds;
        foreach (var outlet in _sink.Outlets.Where(o => !Required(o.Info)))
            outlet.WaitForConsumers(1, TimeSpan.FromSeconds(Math.Max(0, deadlineS - _transport.LocalClockS)), cancellation);
        cancellation.ThrowIfCancellationRequested();
        return _transport.LocalClockS + LeadS;
    }

    /// <summary>Sends every chunk when it is due, then keeps the outlets for a second.</summary>
    /// <param name="startS">Start of the scene, LSL seconds.</param>
    /// <exception cref="OperationCanceledException"/>
    public void Publish(double startS, CancellationToken cancellation)
    {
        Volatile.Write(ref _startS, startS);
        foreach (var step in FaultedSchedule.Of(_session.InOrderOfArrival(), _roles, _faults))
        {
            Wait(startS + step.AtS, cancellation);
            if (step.Kind == StepKind.Die) _sink.Die(step.Stream);
            else if (step.Kind == StepKind.Return) _sink.Return(step.Stream);
            else _session.Streams[step.Stream].Write(_sink, step.Stream, step.Chunk, startS + _faults.ClockShiftS(_roles[step.Stream], _session.Streams[step.Stream].ArrivalS[step.Chunk]));
        }
        cancellation.WaitHandle.WaitOne(Linger);
    }

    private void Wait(double untilS, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        for (double leftS; (leftS = untilS - _transport.LocalClockS) > 0;)
            if (cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(leftS * 1000))))) throw new OperationCanceledException(cancellation);
    }

    public void Dispose() => _sink.Dispose();
}
