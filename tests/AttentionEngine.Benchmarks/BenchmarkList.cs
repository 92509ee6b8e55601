namespace AttentionEngine.Benchmarks;

/// <summary>Every benchmark, in the order of the signal path.</summary>
internal static class BenchmarkList
{
    public static readonly IReadOnlyList<Benchmark> All = [.. LslBenchmarks.All, .. DspBenchmarks.All, .. AudioPathBenchmarks.All, .. AttentionBenchmarks.All, .. GraphBenchmarks.All];
}
