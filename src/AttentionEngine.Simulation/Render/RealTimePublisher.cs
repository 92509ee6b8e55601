using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

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
    private readonly OutletSink _sink;
    private readonly int[] _numbers;

    public RealTimePublisher(SimulatedSession session, IStreamTransport transport)
    {
        (_session, _transport) = (session, transport);
        _sink = new OutletSink(transport);
        _numbers = [.. session.Streams.Select(s => _sink.AddStream(s.Info))];
    }

    /// <summary>Waits until every stream that the rig requires has a consumer, then a little for the others.</summary>
    /// <returns>Start of the scene, LSL seconds, in the near future.</returns>
    /// <exception cref="StreamMissingException">Nobody came in time.</exception>
    /// <exception cref="OperationCanceledException"/>
    public double WaitForConsumers(TimeSpan limit, CancellationToken cancellation)
    {
        var rig = _session.Scene.Rig;
        bool Required(StreamInfo info) => rig.Streams.Any(s => s.Required && s.SourceId == info.SourceId);
        foreach (var outlet in _sink.Outlets.Where(o => Required(o.Info)))
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
        foreach (var due in _session.InOrderOfArrival())
        {
            Wait(startS + due.ArrivalS, cancellation);
            _session.Streams[due.Stream].Write(_sink, _numbers[due.Stream], due.Chunk, startS);
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
