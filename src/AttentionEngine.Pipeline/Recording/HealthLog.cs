using System.Collections.Concurrent;
using AttentionEngine.Core.Health;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>Counts every event by source and kind and hands each to the host thread once.</summary>
public sealed class HealthLog : IHealthSink
{
    private readonly ConcurrentQueue<HealthEvent> _pending = new();
    private readonly ConcurrentDictionary<(string Source, HealthKind Kind), long> _counts = new();

    public void Report(HealthEvent healthEvent)
    {
        _counts.AddOrUpdate((healthEvent.Source, healthEvent.Kind), healthEvent.Count, (_, n) => n + healthEvent.Count);
        _pending.Enqueue(healthEvent);
    }

    public bool TryTake(out HealthEvent healthEvent) => _pending.TryDequeue(out healthEvent!);

    public long Count(string source, HealthKind kind) => _counts.GetValueOrDefault((source, kind));

    /// <summary>Samples, frames or blocks lost, over all sources: what turns the exit code into 5.</summary>
    public long Lost => _counts.Where(c => c.Key.Kind is HealthKind.Gap or HealthKind.Drop).Sum(c => c.Value);

    public IReadOnlyList<(string Source, HealthKind Kind, long Count)> Totals() =>
        _counts.Select(c => (c.Key.Source, c.Key.Kind, c.Value)).OrderBy(c => c.Source, StringComparer.Ordinal).ThenBy(c => c.Kind).ToList();
}
