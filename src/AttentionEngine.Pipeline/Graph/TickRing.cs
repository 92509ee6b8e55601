namespace AttentionEngine.Pipeline.Graph;

/// <summary>Preallocated tick records from the tick thread to the host thread. When full the record is not kept and that is counted.</summary>
public sealed class TickRing
{
    private readonly TickRecord[] _records;
    private readonly TickRecord _spill;
    private long _written, _read, _refused;

    public TickRing(int capacity, int talkers, int featureCount)
    {
        _records = Enumerable.Range(0, capacity).Select(_ => new TickRecord(talkers, featureCount)).ToArray();
        _spill = new TickRecord(talkers, featureCount);
    }

    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Producer: the record to fill next.</summary>
    public TickRecord Next() => _written - Volatile.Read(ref _read) < _records.Length ? _records[_written % _records.Length] : _spill;

    /// <summary>Producer: publishes what <see cref="Next"/> gave.</summary>
    public void Publish(TickRecord record)
    {
        if (ReferenceEquals(record, _spill)) Interlocked.Increment(ref _refused);
        else Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Consumer: the oldest record, valid until <see cref="Release"/>; null when there is none.</summary>
    public TickRecord? Peek() => _read < Volatile.Read(ref _written) ? _records[_read % _records.Length] : null;

    public void Release() => Volatile.Write(ref _read, _read + 1);
}
