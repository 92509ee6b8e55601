using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.LslVerbs;

/// <summary>The verbs that liblsl-CSharp users know (README.md maps them one to one), over any backend.</summary>
public sealed class LslSession(IStreamTransport transport)
{
    /// <summary>Seconds on the LSL clock of this machine.</summary>
    public double LocalClock() => transport.LocalClockS;

    /// <summary>Every stream that answers in the given time.</summary>
    public IReadOnlyList<StreamInfo> ResolveStreams(double waitS = 1) => transport.Resolve(new StreamQuery(), TimeSpan.FromSeconds(waitS), 0, CancellationToken.None);

    /// <param name="property"><c>name</c>, <c>type</c> or <c>source_id</c>.</param>
    /// <param name="minimum">Returns once so many are found.</param>
    public IReadOnlyList<StreamInfo> ResolveStream(string property, string value, int minimum = 1, double timeoutS = 1e6) =>
        transport.Resolve(Query(property, value), TimeSpan.FromSeconds(Math.Min(timeoutS, 1e6)), minimum, CancellationToken.None);

    /// <summary>Looks all the time; <see cref="LslVerbs.ContinuousResolver.Results"/> gives what is there now.</summary>
    public ContinuousResolver ContinuousResolver(string? property = null, string? value = null, double forgetAfterS = 5) =>
        new(transport, property is null ? new StreamQuery() : Query(property, value ?? ""), forgetAfterS);

    /// <param name="rateHz">0: irregular.</param>
    public static StreamInfo StreamInfo(string name, string type, int channels = 1, double rateHz = 0, ChannelFormat format = ChannelFormat.Float32, string sourceId = "") =>
        new() { Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = sourceId };

    public StreamOutlet StreamOutlet(StreamInfo info, int chunkSize = 0, double maxBufferedS = 360) => new(transport, info, chunkSize, maxBufferedS);

    public StreamInlet StreamInlet(StreamInfo info, double maxBufferedS = 360, bool recover = true, ProcessingOptions processing = ProcessingOptions.None) =>
        new(transport, info, new InletOptions(maxBufferedS, recover), processing);

    private static StreamQuery Query(string property, string value) => property switch
    {
        "name" => new StreamQuery(Name: value),
        "type" => new StreamQuery(Type: value),
        "source_id" => new StreamQuery(SourceId: value),
        _ => throw new ConfigurationException($"streams cannot be resolved by `{property}`; expected name, type or source_id."),
    };
}

/// <summary>Looks for streams on a thread of its own.</summary>
public sealed class ContinuousResolver : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);
    private readonly Dictionary<string, (StreamInfo Info, double SeenS)> seen = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;

    internal ContinuousResolver(IStreamTransport transport, StreamQuery query, double forgetAfterS)
    {
        thread = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Note(transport.Resolve(query, Look, 0, stop.Token), transport.LocalClockS, forgetAfterS);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }) { IsBackground = true, Name = "lsl-resolver" };
        thread.Start();
    }

    /// <summary>Streams seen within the time after which they are forgotten.</summary>
    public IReadOnlyList<StreamInfo> Results()
    {
        lock (seen) return [.. seen.Values.Select(s => s.Info)];
    }

    private void Note(IReadOnlyList<StreamInfo> found, double nowS, double forgetAfterS)
    {
        lock (seen)
        {
            foreach (var info in found) seen[info.Uid] = (info, nowS);
            foreach (string uid in seen.Where(s => nowS - s.Value.SeenS > forgetAfterS).Select(s => s.Key).ToList()) seen.Remove(uid);
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        thread.Join();
        stop.Dispose();
    }
}
