namespace AttentionEngine.Benchmarks;

/// <summary>One thing to measure.</summary>
/// <param name="Name">Selects it on the command line, and names it in results that are compared over time.</param>
/// <param name="What">One operation, in words with its sizes.</param>
/// <param name="BytesGate">Most managed bytes that one operation may allocate, over all threads of the process; null where nothing is required.</param>
/// <param name="Create">Builds the real objects; returns one operation and what to dispose.</param>
internal sealed record Benchmark(string Name, string What, double? BytesGate, Func<(Action Operation, IDisposable? Resources)> Create);

/// <param name="NsPerOperation">Median over the batches, wall clock.</param>
/// <param name="BytesPerOperation">Least over the batches: what every batch allocates. Other threads of the process count.</param>
internal sealed record Measurement(string Name, string What, double NsPerOperation, double BytesPerOperation, double? BytesGate, long Operations)
{
    public bool Fails => BytesPerOperation > BytesGate;
}
