namespace AttentionEngine.Core.Streams;

/// <summary>The bus between programs and machines. One implementation speaks the LSL protocol in managed code.</summary>
public interface IStreamTransport
{
    /// <summary>The local LSL clock, seconds (monotonic).</summary>
    double LocalClockS { get; }

    /// <summary>Every stream that answers within <paramref name="timeout"/> and matches; returns early once <paramref name="atLeast"/> are found (0 = wait out the time).</summary>
    IReadOnlyList<StreamInfo> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation);

    /// <summary>A new outlet; it is discoverable before this returns.</summary>
    IStreamOutlet CreateOutlet(StreamInfo info, OutletOptions options);

    /// <summary>A new inlet on a resolved stream; nothing is received before <see cref="IStreamInlet.Open"/>.</summary>
    IStreamInlet CreateInlet(StreamInfo info, InletOptions options);
}

/// <summary>Which streams: every property that is not null must be equal.</summary>
public sealed record StreamQuery(string? SourceId = null, string? Name = null, string? Type = null);

/// <param name="MaxBufferedS">Ring of each consumer, in seconds at the nominal rate (samples × 100 where the rate is irregular). When it is full the oldest samples are dropped and counted.</param>
public sealed record OutletOptions(double MaxBufferedS = 360, int ChunkSamples = 0);

/// <param name="MaxBufferedS">Receive ring in seconds at the nominal rate. When it is full the oldest samples are dropped and counted.</param>
/// <param name="Recover">Look for the same source again after the connection breaks.</param>
public sealed record InletOptions(double MaxBufferedS = 360, bool Recover = true);

public interface IStreamOutlet : IDisposable
{
    StreamInfo Info { get; }
    bool HasConsumers { get; }
    bool WaitForConsumers(int count, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Pushes frames in the outlet's own format.</summary>
    /// <typeparam name="T">Must be the outlet's format: float, double, int, short, sbyte or long.</typeparam>
    /// <param name="interleaved">[frames × channels], frame-major.</param>
    /// <param name="timestampsS">[frames], LSL seconds; or one value, the time of the last frame, the others being deduced from the nominal rate.</param>
    void Push<T>(ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged;

    /// <param name="values">[channels] UTF-8 text of one sample.</param>
    void PushText(ReadOnlySpan<string> values, double timestampS);

    /// <summary>Samples pushed since creation.</summary>
    long Pushed { get; }

    /// <summary>Samples that were dropped because a consumer did not keep up, over all consumers.</summary>
    long Dropped { get; }
}

public interface IStreamInlet : IDisposable
{
    StreamInfo Info { get; }

    /// <summary>Connects and subscribes; a sample pushed after this returns arrives.</summary>
    /// <exception cref="TimeoutException">The source did not answer in time.</exception>
    void Open(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Takes what is there, at most what fits; waits up to <paramref name="timeout"/> for the first frame. Numeric streams of any format convert to <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">float, double, int, short, sbyte or long.</typeparam>
    /// <param name="interleaved">[frames × channels], frame-major.</param>
    /// <param name="timestampsS">[frames] as sent: the source's clock, seconds.</param>
    /// <returns>Frames written.</returns>
    int Pull<T>(Span<T> interleaved, Span<double> timestampsS, TimeSpan timeout) where T : unmanaged;

    /// <summary>One text sample, or false when none came in time.</summary>
    bool PullText(Span<string> values, out double timestampS, TimeSpan timeout);

    /// <summary>The newest offset probes of this source's clock against ours, oldest first; empty until the first has been made.</summary>
    /// <returns>Probes written to <paramref name="destination"/>.</returns>
    int CopyClockProbes(Span<ClockProbe> destination);

    InletCounters Counters { get; }
}

/// <summary>One measurement of a remote clock (NTP-like exchange, the one with the smallest round trip of a burst).</summary>
/// <param name="LocalTimeS">Local LSL time of the measurement, seconds.</param>
/// <param name="OffsetS">Add this to a source's time stamp to get local time, seconds.</param>
/// <param name="RoundTripS">Round trip of the exchange; half of it bounds the error.</param>
public readonly record struct ClockProbe(double LocalTimeS, double OffsetS, double RoundTripS);

/// <param name="Received">Samples received.</param>
/// <param name="Dropped">Samples dropped in the receive ring, because nobody pulled.</param>
/// <param name="Reconnects">Times the source came back after a break.</param>
/// <param name="Connected">Whether the data connection stands.</param>
public readonly record struct InletCounters(long Received, long Dropped, int Reconnects, bool Connected);
