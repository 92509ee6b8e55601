namespace AttentionEngine.Core.Streams;

/// <summary>Publishes what is written to it: one outlet per stream. Clock offsets are not published (each receiver measures its own).</summary>
public sealed class OutletSink(IStreamTransport transport, OutletOptions? options = null) : IRecordingSink
{
    private readonly List<IStreamOutlet> _outlets = [];

    public IReadOnlyList<IStreamOutlet> Outlets => _outlets;

    public int AddStream(StreamInfo info)
    {
        _outlets.Add(transport.CreateOutlet(info, options ?? new OutletOptions()));
        return _outlets.Count - 1;
    }

    public void Write<T>(int stream, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged =>
        _outlets[stream].Push(interleaved, timestampsS);

    public void WriteText(int stream, ReadOnlySpan<string> values, double timestampS) => _outlets[stream].PushText(values, timestampS);

    public void WriteClockOffset(int stream, ClockProbe probe) { }

    public void Dispose()
    {
        foreach (var outlet in _outlets) outlet.Dispose();
    }
}
