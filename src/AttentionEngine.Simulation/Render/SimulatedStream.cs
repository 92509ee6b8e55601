using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Simulation.Render;

/// <summary>One stream of a rendered session, cut into the chunks in which its device sends it. Times are seconds since the start of the scene.</summary>
/// <param name="arrivalS">[chunks] when each chunk reaches the network; never decreasing.</param>
public abstract class SimulatedStream(StreamInfo info, double[] arrivalS)
{
    public StreamInfo Info { get; } = info;
    public IReadOnlyList<double> ArrivalS { get; } = arrivalS;

    /// <summary>Writes one chunk.</summary>
    /// <param name="stream">The stream's number in the sink.</param>
    /// <param name="startS">Start of the scene on the source's clock.</param>
    public abstract void Write(IRecordingSink sink, int stream, int chunk, double startS);
}

/// <summary>How late a device sends: some time after the last sample of a chunk.</summary>
/// <param name="LatencyS">The fixed part.</param>
/// <param name="MeanWaitS">Mean of the part that differs from chunk to chunk (exponential).</param>
public readonly record struct SendDelay(double LatencyS, double MeanWaitS)
{
    /// <summary>Arrivals of chunks whose last samples lie at the given times; in order, as on one connection.</summary>
    public double[] Draw(IReadOnlyList<double> lastSampleS, SeededRandom random)
    {
        var arrivals = new double[lastSampleS.Count];
        double previous = 0;
        for (int c = 0; c < arrivals.Length; c++) arrivals[c] = previous = Math.Max(previous, lastSampleS[c] + LatencyS + random.Exponential(MeanWaitS));
        return arrivals;
    }
}

/// <summary>Samples at a fixed rate; sample i at i / rate.</summary>
/// <typeparam name="T">The stream's format.</typeparam>
public sealed class SampledStream<T> : SimulatedStream where T : unmanaged
{
    private readonly T[] _values;
    private readonly double[] _times;
    private readonly int _samples;
    private readonly double _stampDelayS;

    /// <param name="values">[samples × channels], frame-major.</param>
    /// <param name="samplesPerChunk">Samples that the device sends together.</param>
    /// <param name="stampDelayS">How much later than the capture the device stamps: the lag that the rig declares.</param>
    public SampledStream(StreamInfo info, T[] values, int samplesPerChunk, SendDelay delay, double stampDelayS, SeededRandom random)
        : base(info, delay.Draw(LastSamplesS(values.Length / info.ChannelCount, samplesPerChunk, info.NominalRateHz), random))
    {
        (_values, _stampDelayS) = (values, stampDelayS);
        _samples = values.Length / info.ChannelCount;
        _times = new double[samplesPerChunk];
    }

    public override void Write(IRecordingSink sink, int stream, int chunk, double startS)
    {
        int first = chunk * _times.Length, count = Math.Min(_times.Length, _samples - first), channels = Info.ChannelCount;
        for (int i = 0; i < count; i++) _times[i] = startS + _stampDelayS + (first + i) / Info.NominalRateHz;
        sink.Write<T>(stream, _values.AsSpan(first * channels, count * channels), _times.AsSpan(0, count));
    }

    private static double[] LastSamplesS(int samples, int perChunk, double rateHz) =>
        [.. Enumerable.Range(1, (samples + perChunk - 1) / perChunk).Select(c => (Math.Min(samples, c * perChunk) - 1) / rateHz)];
}

/// <summary>Events of the experiment. They say nothing about whom the listener attends to.</summary>
public sealed class MarkerStream(StreamInfo info, IReadOnlyList<(double TimeS, string Text)> markers, SendDelay delay, SeededRandom random)
    : SimulatedStream(info, delay.Draw([.. markers.Select(m => m.TimeS)], random))
{
    public override void Write(IRecordingSink sink, int stream, int chunk, double startS) => sink.WriteText(stream, [markers[chunk].Text], startS + markers[chunk].TimeS);
}
