using System.Diagnostics;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// Warm-up, then batches of equal size; times by the median, bytes by the least. Now and then another thread of the process allocates
/// (an outlet answers somebody's discovery), so a gate that is missed gets more batches: what an operation itself allocates is in each.
/// </summary>
internal static class Meter
{
    private const int Batches = 9, MostBatches = 60;
    private const double BatchSeconds = 0.1;

    public static Measurement Measure(Benchmark benchmark)
    {
        var (operation, resources) = benchmark.Create();
        using (resources)
        {
            long perBatch = Calibrate(operation);
            var nanoseconds = new List<double>();
            double leastBytes = double.MaxValue;
            for (int b = 0; b < Batches || (b < MostBatches && leastBytes > benchmark.BytesGate); b++)
            {
                long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
                long start = Stopwatch.GetTimestamp();
                for (long i = 0; i < perBatch; i++) operation();
                long ticks = Stopwatch.GetTimestamp() - start;
                long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
                nanoseconds.Add(ticks * 1e9 / Stopwatch.Frequency / perBatch);
                leastBytes = Math.Min(leastBytes, (double)bytes / perBatch);
            }
            nanoseconds.Sort();
            return new Measurement(benchmark.Name, benchmark.What, nanoseconds[nanoseconds.Count / 2], leastBytes, benchmark.BytesGate, perBatch * nanoseconds.Count);
        }
    }

    /// <summary>Doubles the count until a batch lasts; this is the warm-up too.</summary>
    private static long Calibrate(Action operation)
    {
        for (long count = 1; ; count *= 2)
        {
            long start = Stopwatch.GetTimestamp();
            for (long i = 0; i < count; i++) operation();
            if (Stopwatch.GetElapsedTime(start).TotalSeconds >= BatchSeconds) return count;
        }
    }
}
