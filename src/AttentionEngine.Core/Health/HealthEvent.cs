using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Health;

public enum HealthKind { Gap, Drop, Late, Xrun, ClockJump, Disconnect, Reconnect, MissingStream, DuplicateSource, Sensor, Model, Limiter, Fault }

/// <summary>Something that was lost or went wrong: always counted, always recorded, never only logged.</summary>
/// <param name="Source">Rig name of the stream or stage.</param>
/// <param name="Count">Samples, frames or blocks concerned; ≥ 1.</param>
/// <param name="Detail">What, with numbers and unit, for a person.</param>
public sealed record HealthEvent(StreamTime Time, HealthKind Kind, string Source, long Count, string Detail);

/// <summary>Where stages report. Implementations are thread-safe and never block a Stream thread.</summary>
public interface IHealthSink
{
    void Report(HealthEvent healthEvent);
}
