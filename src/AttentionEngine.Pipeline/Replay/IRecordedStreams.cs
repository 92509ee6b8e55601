using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>A recorded session's streams in the order in which they were written.</summary>
public interface IRecordedStreams : IDisposable
{
    /// <summary>All streams of the recording.</summary>
    IReadOnlyList<StreamInfo> Streams { get; }

    /// <summary>What the whole recording says about a stream's clock and rate.</summary>
    ScannedStream Scanned(int stream) => new(Streams[stream], [], Streams[stream].NominalRateHz, double.NaN, 0);

    /// <summary>Hands the next piece to <paramref name="visitor"/>.</summary>
    /// <returns>False at the end.</returns>
    bool Next(IRecordedVisitor visitor);
}

public interface IRecordedVisitor
{
    /// <param name="stream">Index into <see cref="IRecordedStreams.Streams"/>.</param>
    /// <param name="values">[frames × channels].</param>
    /// <param name="stampsS">[frames] as sent by the source.</param>
    void Samples(int stream, ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS);
}
