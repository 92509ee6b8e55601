using System.Diagnostics;

namespace AttentionEngine.Benchmarks;

/// <summary>Warm-up, then batches of equal size; times by the median, bytes by the least.</summary>
internal static class Meter
{
    private const int Batches = 9;
    private const double BatchSeconds = 0.1;

    public static Measurement Measure(Benchmark benchmark)
    {
        var (operation, resources) = benchmark.Create();
        using (resources)
        {
            long perBatch = Calibrate(operation);
            var nanoseconds = new double[Batches];
            double leastBytes = double.MaxValue;
            for (int b = 0; b < Batches; b++)
            {
                long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
                long start = Stopwatch.GetTimestamp();
                for (long i = 0; i < perBatch; i++) operation();
                long ticks = Stopwatch.GetTimestamp() - start;
                long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
                nanoseconds[b] = ticks * 1e9 / Stopwatch.Frequency / perBatch;
                leastBytes = Math.Min(leastBytes, (double)bytes / perBatch);
            }
            Array.Sort(nanoseconds);
            return new Measurement(benchmark.Name, benchmark.What, nanoseconds[Batches / 2], leastBytes, benchmark.BytesGate, perBatch * Batches);
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
