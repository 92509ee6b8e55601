namespace AttentionEngine.Core.Streams;

/// <summary>Where streams are written in the order they arrive: an XDF file, or LSL outlets.</summary>
public interface IRecordingSink : IDisposable
{
    /// <returns>The stream's number in this sink.</returns>
    int AddStream(StreamInfo info);

    /// <typeparam name="T">The stream's own format: float, double, int, short, sbyte or long.</typeparam>
    /// <param name="interleaved">[frames × channels], frame-major.</param>
    /// <param name="timestampsS">[frames] on the source's clock, seconds.</param>
    void Write<T>(int stream, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged;

    void WriteText(int stream, ReadOnlySpan<string> values, double timestampS);

    void WriteClockOffset(int stream, ClockProbe probe);
}
