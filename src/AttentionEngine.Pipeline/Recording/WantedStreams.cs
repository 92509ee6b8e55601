using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Live;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>A stream that is to be recorded.</summary>
/// <param name="Name">How it is called in messages: its role in the rig, or its own name.</param>
public sealed record WantedStream(string Name, StreamInfo Info, RigStream? Rig);

/// <summary>
/// Which streams a recording takes: the rig's, those that match a query, or all. One source for each source_id: a second one that answers
/// to the same id is refused and said, as is what the engine itself publishes.
/// </summary>
/// <param name="rig">Null to record without one.</param>
/// <param name="all">Every stream that can be found.</param>
/// <param name="also">Streams that match any of these.</param>
public sealed class WantedStreams(Rig? rig, bool all, IReadOnlyList<StreamQuery> also)
{
    private readonly Dictionary<string, string> _uidOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Whether there is anything to look for once the rig's streams are all there.</summary>
    public bool Open => all || also.Count > 0;

    /// <summary>The rig's streams that have not come yet.</summary>
    public IEnumerable<RigStream> Missing => rig?.Streams.Where(s => !_uidOf.ContainsKey(s.SourceId)) ?? [];

    /// <summary>What of <paramref name="seen"/> is wanted and new.</summary>
    public IReadOnlyList<WantedStream> Take(IReadOnlyList<StreamInfo> seen, StreamTime now, IHealthSink health)
    {
        var taken = new List<WantedStream>();
        foreach (var info in seen)
        {
            var role = rig?.Streams.FirstOrDefault(s => s.SourceId == info.SourceId);
            if (role?.Host is { } host && host != info.HostName) role = null;
            if (role is null && !(all || also.Any(q => Matches(q, info)))) continue;
            string key = info.SourceId.Length > 0 ? info.SourceId : info.Uid;
            if (_uidOf.TryGetValue(key, out string? known))
            {
                // The same source after a restart has a new uid and is found again by its inlet; two at a time is another thing.
                bool both = known != info.Uid && seen.Any(s => s.Uid == known);
                if (both && _refused.Add(info.Uid))
                    health.Report(new HealthEvent(now, HealthKind.DuplicateSource, role?.Role.ToString() ?? info.Name, 1, $"a second source answers to source_id `{info.SourceId}` (`{info.Name}` on {info.HostName}); it is not recorded"));
                continue;
            }
            _uidOf[key] = info.Uid;
            taken.Add(new WantedStream(Unique(role?.Role.ToString() ?? info.Name), info, role));
        }
        return taken;
    }

    /// <summary>A stream that could not be opened: it counts as not there.</summary>
    public void Return(WantedStream stream)
    {
        _uidOf.Remove(stream.Info.SourceId.Length > 0 ? stream.Info.SourceId : stream.Info.Uid);
        _names.Remove(stream.Name);
    }

    /// <summary>Waits for every required stream of the rig, then a little for the others.</summary>
    /// <exception cref="StreamMissingException">A required stream, or without a rig every stream, was not there in time.</exception>
    /// <exception cref="ConfigurationException">Two sources answer to one source_id of the rig.</exception>
    public IReadOnlyList<WantedStream> Find(IStreamTransport transport, TimeSpan wait, TimeSpan patience, IHealthSink health, CancellationToken cancellation)
    {
        if (rig is not null) StreamDirectory.Find(rig, transport, wait, patience, cancellation); // throws where a required one is missing or doubled
        double untilS = transport.LocalClockS + wait.TotalSeconds;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var seen = transport.Resolve(new StreamQuery(), TimeSpan.FromSeconds(1), 0, cancellation);
            var taken = Take(seen, StreamTime.FromSeconds(transport.LocalClockS), health);
            if (taken.Count > 0) return taken;
            if (transport.LocalClockS > untilS)
                throw new StreamMissingException($"no stream to record was found within {wait.TotalSeconds:0.#} s{(seen.Count > 0 ? "; there are: " + string.Join(", ", seen.Select(s => $"`{s.Name}` (type {s.Type}, source_id `{s.SourceId}`)")) : "")}. Start its program; `attend streams` lists what is there.");
        }
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int n = 2; !_names.Add(unique); n++) unique = $"{name}-{n}";
        return unique;
    }

    private static bool Matches(StreamQuery query, StreamInfo info) =>
        (query.SourceId is null || query.SourceId == info.SourceId) && (query.Name is null || query.Name == info.Name) && (query.Type is null || query.Type == info.Type);
}
