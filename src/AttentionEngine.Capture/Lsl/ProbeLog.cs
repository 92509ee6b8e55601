using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The newest clock probes of one source.</summary>
internal sealed class ProbeLog(int capacity = 512)
{
    private readonly ClockProbe[] probes = new ClockProbe[capacity];
    private readonly Lock gate = new();
    private long count;

    public void Add(ClockProbe probe)
    {
        lock (gate) probes[count++ % probes.Length] = probe;
    }

    /// <summary>Copies the newest that fit, oldest first.</summary>
    public int Copy(Span<ClockProbe> destination)
    {
        lock (gate)
        {
            int n = (int)Math.Min(Math.Min(count, probes.Length), destination.Length);
            for (int i = 0; i < n; i++) destination[i] = probes[(count - n + i) % probes.Length];
            return n;
        }
    }
}
