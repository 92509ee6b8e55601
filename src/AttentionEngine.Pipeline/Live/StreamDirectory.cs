using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Live;

/// <summary>Finds the rig's streams on the bus by <c>source_id</c> (and host, where pinned).</summary>
public static class StreamDirectory
{
    /// <summary>Waits for all required streams, and for the optional ones as long as <paramref name="patience"/> lasts for them.</summary>
    /// <param name="wait">How long to wait for required streams.</param>
    /// <param name="patience">How long to wait for optional streams once the required ones are there.</param>
    /// <exception cref="StreamMissingException">A required stream did not appear in time; the message lists what did.</exception>
    /// <exception cref="ConfigurationException">Two sources answer to one source_id.</exception>
    public static Dictionary<StreamRole, StreamInfo> Find(Rig rig, IStreamTransport transport, TimeSpan wait, TimeSpan patience, CancellationToken cancellation)
    {
        double start = transport.LocalClockS;
        double requiredThereAt = double.NaN;
        var found = new Dictionary<StreamRole, StreamInfo>();
        IReadOnlyList<StreamInfo> seen = [];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            seen = transport.Resolve(new StreamQuery(), TimeSpan.FromSeconds(1), rig.Streams.Count, cancellation);
            foreach (var stream in rig.Streams)
                if (Pick(stream, seen) is { } info) found[stream.Role] = info;
            double now = transport.LocalClockS;
            if (found.Count == rig.Streams.Count) return found;
            var missing = rig.Streams.Where(s => s.Required && !found.ContainsKey(s.Role)).ToList();
            if (missing.Count == 0)
            {
                if (double.IsNaN(requiredThereAt)) requiredThereAt = now;
                if (now - requiredThereAt >= patience.TotalSeconds) return found;
            }
            else if (now - start >= wait.TotalSeconds) throw Missing(rig, missing, seen, wait);
        }
    }

    /// <summary>The one source of a rig stream among what answered, or null.</summary>
    /// <exception cref="ConfigurationException">More than one source answers: which one is right cannot be guessed.</exception>
    public static StreamInfo? Pick(RigStream stream, IReadOnlyList<StreamInfo> seen)
    {
        var candidates = seen.Where(i => i.SourceId == stream.SourceId && (stream.Host is null || i.HostName == stream.Host)).DistinctBy(i => i.Uid).ToList();
        if (candidates.Count > 1)
            throw new ConfigurationException($"{candidates.Count} sources answer to source_id `{stream.SourceId}` ({string.Join(", ", candidates.Select(c => $"`{c.Name}` on {c.HostName}"))}). Stop the others, or pin `host` for stream `{stream.Role}` in the rig.");
        return candidates.Count == 1 ? candidates[0] : null;
    }

    private static StreamMissingException Missing(Rig rig, List<RigStream> missing, IReadOnlyList<StreamInfo> seen, TimeSpan wait)
    {
        string wanted = string.Join(", ", missing.Select(s => $"{s.Role} (source_id `{s.SourceId}`{(s.Host is null ? "" : $" on host {s.Host}")})"));
        string there = seen.Count == 0 ? "no LSL stream at all was found" : "found: " + string.Join(", ", seen.Select(i => $"{i.Name} (source_id `{i.SourceId}` on {i.HostName})"));
        return new StreamMissingException($"required stream{(missing.Count > 1 ? "s" : "")} did not appear within {wait.TotalSeconds:0.#} s: {wanted}; {there}. Start the device's LSL program, or correct `streams` in {rig.FilePath}. `attend streams` lists what is there.");
    }
}
