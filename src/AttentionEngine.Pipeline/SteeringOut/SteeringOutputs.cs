using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.SteeringOut;

/// <summary>The outputs that a rig asks for: none unless it has <c>steering_out</c>. Live only; a replay sends nothing.</summary>
public sealed class SteeringOutputs : IDisposable
{
    private readonly List<ISteeringOutput> _outputs = [];
    private readonly List<long> _reported = [];

    /// <param name="transport">For LSL outlets; they can be found before this returns.</param>
    public SteeringOutputs(Rig rig, IReadOnlyList<string> talkerIds, IStreamTransport transport)
    {
        ArgumentNullException.ThrowIfNull(rig);
        try
        {
            if (rig.SteeringOut?.Lsl is { } lsl) _outputs.Add(new LslSteeringOutput(lsl, rig.Name, talkerIds, rig.Attention.TickMs, transport));
            if (rig.SteeringOut?.Osc is { } osc) _outputs.Add(new OscSteeringOutput(osc, talkerIds));
        }
        catch
        {
            Dispose();
            throw;
        }
        _reported.AddRange(_outputs.Select(_ => 0L));
    }

    /// <summary>Tick thread, after the tick.</summary>
    public void Send(TickRecord record, TalkerScene scene, SteeringCommand command)
    {
        foreach (var output in _outputs) output.Send(record, scene, command);
    }

    /// <summary>Host thread: reports sends that failed since the last call.</summary>
    public void Report(IHealthSink health, StreamTime now)
    {
        ArgumentNullException.ThrowIfNull(health);
        for (int i = 0; i < _outputs.Count; i++)
        {
            long failed = _outputs[i].Failed;
            if (failed > _reported[i]) health.Report(new HealthEvent(now, HealthKind.Drop, _outputs[i].Name, failed - _reported[i], "datagrams not taken: no program listens at the target, or the network is full"));
            _reported[i] = failed;
        }
    }

    public void Dispose()
    {
        foreach (var output in _outputs) output.Dispose();
    }
}
