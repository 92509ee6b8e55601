using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.LslVerbs;

/// <summary>An outlet by its familiar verbs. A time of 0 means "now".</summary>
public sealed class StreamOutlet : IDisposable
{
    private readonly IStreamTransport transport;
    private readonly IStreamOutlet outlet;

    internal StreamOutlet(IStreamTransport transport, StreamInfo info, int chunkSize, double maxBufferedS)
    {
        this.transport = transport;
        outlet = transport.CreateOutlet(info, new OutletOptions(maxBufferedS, chunkSize));
    }

    public StreamInfo Info => outlet.Info;
    public bool HaveConsumers => outlet.HasConsumers;

    /// <summary>Samples that consumers did not get, because they were too slow.</summary>
    public long Dropped => outlet.Dropped;

    public bool WaitForConsumers(double timeoutS) => outlet.WaitForConsumers(1, TimeSpan.FromSeconds(timeoutS), CancellationToken.None);

    /// <param name="values">[channels].</param>
    /// <exception cref="ArgumentException">Another number of values, or another format, than the stream has.</exception>
    public void PushSample<T>(ReadOnlySpan<T> values, double timestampS = 0) where T : unmanaged
    {
        if (values.Length != Info.ChannelCount) throw new ArgumentException($"stream {Info.Name} has {Info.ChannelCount} channels, {values.Length} values were pushed.", nameof(values));
        outlet.Push(values, [Or(timestampS)]);
    }

    /// <inheritdoc cref="PushSample{T}(ReadOnlySpan{T}, double)"/>
    public void PushSample<T>(T[] values, double timestampS = 0) where T : unmanaged => PushSample<T>(values.AsSpan(), timestampS);

    /// <param name="values">[channels] texts.</param>
    public void PushSample(string[] values, double timestampS = 0) => outlet.PushText(values, Or(timestampS));

    /// <param name="values">[frames, channels].</param>
    /// <param name="timestampS">Of the last frame; the others at the nominal rate before it.</param>
    public void PushChunk<T>(T[,] values, double timestampS = 0) where T : unmanaged => PushChunk(values, [Or(timestampS)]);

    /// <param name="values">[frames, channels].</param>
    /// <param name="timestampsS">[frames].</param>
    public void PushChunk<T>(T[,] values, double[] timestampsS) where T : unmanaged
    {
        if (values.GetLength(1) != Info.ChannelCount) throw new ArgumentException($"stream {Info.Name} has {Info.ChannelCount} channels, the chunk has {values.GetLength(1)}.", nameof(values));
        outlet.Push(Flat.Of(values), timestampsS);
    }

    private double Or(double timestampS) => timestampS == 0 ? transport.LocalClockS : timestampS;

    public void Dispose() => outlet.Dispose();
}

internal static class Flat
{
    /// <returns>The elements of a rectangular array, row by row, without a copy.</returns>
    public static Span<T> Of<T>(T[,] values) where T : unmanaged => values.Length == 0 ? [] : System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref values[0, 0], values.Length);
}
