namespace AttentionEngine.Pipeline.Graph;

/// <summary>Values from one thread to another: one producer, one consumer, no locks, no allocation. Edge policy: refuse and count when full.</summary>
public sealed class SpscRing<T>(int capacity) where T : struct
{
    private readonly T[] _items = new T[capacity];
    private long _written, _read, _refused;

    public long Refused => Volatile.Read(ref _refused);

    public bool TryAdd(in T item)
    {
        if (_written - Volatile.Read(ref _read) >= _items.Length) { Interlocked.Increment(ref _refused); return false; }
        _items[_written % _items.Length] = item;
        Volatile.Write(ref _written, _written + 1);
        return true;
    }

    public bool TryTake(out T item)
    {
        if (_read >= Volatile.Read(ref _written)) { item = default; return false; }
        item = _items[_read % _items.Length];
        Volatile.Write(ref _read, _read + 1);
        return true;
    }
}
