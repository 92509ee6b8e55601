using AttentionEngine.Core.Streams;

namespace AttentionEngine.Simulation.Render;

/// <summary>One outlet for each stream, which may die and come back as a new one of the same source_id, as a restarted program's does.</summary>
/// <param name="transportOf">Where a stream is offered: a source with a clock of its own has a transport of its own.</param>
internal sealed class MortalOutlets(Func<StreamInfo, IStreamTransport> transportOf) : IRecordingSink
{
    private readonly List<(StreamInfo Info, IStreamOutlet? Outlet)> _streams = [];

    public IEnumerable<IStreamOutlet> Outlets => _streams.Select(s => s.Outlet).OfType<IStreamOutlet>();

    public int AddStream(StreamInfo info)
    {
        _streams.Add((info, Create(info)));
        return _streams.Count - 1;
    }

    public void Die(int stream)
    {
        _streams[stream].Outlet?.Dispose();
        _streams[stream] = _streams[stream] with { Outlet = null };
    }

    public void Return(int stream)
    {
        Die(stream);
        _streams[stream] = _streams[stream] with { Outlet = Create(_streams[stream].Info) };
    }

    public void Write<T>(int stream, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged => _streams[stream].Outlet?.Push(interleaved, timestampsS);

    public void WriteText(int stream, ReadOnlySpan<string> values, double timestampS) => _streams[stream].Outlet?.PushText(values, timestampS);

    public void WriteClockOffset(int stream, ClockProbe probe) { }

    public void Dispose()
    {
        foreach (var (_, outlet) in _streams) outlet?.Dispose();
    }

    private IStreamOutlet Create(StreamInfo info) => transportOf(info).CreateOutlet(info, new OutletOptions());
}
