using System.Collections.Concurrent;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// The Lab Streaming Layer protocol, version 1.10, in managed code (facts: LSL wire format as liblsl 1.10 to 1.17 speak it).
/// Thread-safe. Dispose the outlets and inlets before it.
/// </summary>
public sealed class LslTransport : IStreamTransport, IDisposable
{
    private readonly ConcurrentDictionary<string, DiscoveredStream> known = new(StringComparer.Ordinal);
    private readonly LslResolver resolver;
    private readonly Lock gate = new();
    private HostServices? services;
    private bool disposed;

    public LslTransport(LslOptions? options = null)
    {
        Options = options ?? new LslOptions();
        Network = new LslNetwork(Options);
        resolver = new LslResolver(Network, Diagnostics);
    }

    public LslOptions Options { get; }
    internal LslNetwork Network { get; }
    public LslDiagnostics Diagnostics { get; } = new();
    public double LocalClockS => LslClock.NowS + (Options.ClockAheadS?.Invoke() ?? 0);

    /// <inheritdoc/>
    /// <remarks>Two programs that offer the same source_id give two entries with different uids, so that the caller can refuse them.</remarks>
    public IReadOnlyList<StreamInfo> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation)
    {
        var found = resolver.Resolve(query, timeout, atLeast, cancellation);
        foreach (var stream in found) Remember(stream);
        return [.. found.Select(s => s.Info)];
    }

    /// <inheritdoc/>
    public IStreamOutlet CreateOutlet(StreamInfo info, OutletOptions options)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            services ??= new HostServices(Network, Diagnostics);
            return new LslOutlet(info, options, Network, services, Diagnostics);
        }
    }

    /// <inheritdoc/>
    public IStreamInlet CreateInlet(StreamInfo info, InletOptions options) => new LslInlet(this, info, options);

    internal DiscoveredStream? Known(string uid) => known.GetValueOrDefault(uid);

    private void Remember(DiscoveredStream stream)
    {
        if (known.Count >= LslLimits.MaxDiscovered) known.Clear(); // Only a shortcut: an inlet looks again for what is not here.
        known[stream.Info.Uid] = stream;
    }

    /// <summary>Looks for a source that was seen before: the same uid, or else the only one with its source_id, name, type, format and channel count.</summary>
    /// <param name="problem">Why none is returned.</param>
    internal DiscoveredStream? FindAgain(StreamInfo info, TimeSpan timeout, CancellationToken cancellation, out string? problem)
    {
        var found = resolver.Resolve(new StreamQuery(info.SourceId, info.Name, info.Type), timeout, 1, cancellation);
        var same = found.Where(s => s.Info.Format == info.Format && s.Info.ChannelCount == info.ChannelCount).ToList();
        problem = null;
        if (same.Find(s => s.Info.Uid == info.Uid) is { } itself) return itself;
        if (info.SourceId.Length == 0) same.Clear();
        if (same.Count == 1) return same[0];
        problem = same.Count == 0
            ? "not found"
            : $"{same.Count} sources offer source_id '{info.SourceId}' (hosts {string.Join(", ", same.Select(s => s.Info.HostName))}); refused until only one does";
        return null;
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            services?.Dispose();
        }
    }
}
