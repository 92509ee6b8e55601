namespace AttentionEngine.Cli.Runs;

/// <summary>
/// Keeps the memory that was announced: the garbage collector lets garbage grow to a multiple of what lives, which with the data of many participants
/// is gigabytes. Looked at wherever decoding reports its progress.
/// </summary>
/// <param name="mostBytes">What may be in use, garbage included, before it is collected.</param>
internal sealed class MemoryKeeper(IProgress<double> inner, double mostBytes) : IProgress<double>
{
    /// <summary>When what lives comes near the limit: collect no more often than after this growth.</summary>
    private const double LeastGrowth = 1.1;

    private double _next;

    public void Report(double value)
    {
        inner.Report(value);
        Look();
    }

    /// <summary>Collects when the limit is passed.</summary>
    public void Look()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) < Math.Max(_next, mostBytes)) return;
        Collect();
        _next = LeastGrowth * GC.GetTotalMemory(forceFullCollection: false);
    }

    /// <summary>Frees garbage for use by this process, without moving what lives.</summary>
    public static void Sweep() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);

    /// <summary>Gives garbage back to the system.</summary>
    public static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
