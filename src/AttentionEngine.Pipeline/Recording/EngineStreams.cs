using System.Xml.Linq;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>What the engine itself publishes and records: posterior, decision, health.</summary>
public static class EngineStreams
{
    private static readonly string[] Prefixes = ["attend-posterior-", "attend-decision-", "attend-health-", "attend-steering-", "attend-recorder-", RecordedGap.SourceId];

    /// <summary>Whether an engine or a recorder of ours made this stream itself: what a replay makes anew.</summary>
    public static bool IsOurs(StreamInfo info) => Prefixes.Any(p => info.SourceId.StartsWith(p, StringComparison.Ordinal));

    public static StreamInfo Posterior(string rig, IReadOnlyList<string> talkerIds, double tickMs) => new()
    {
        Name = "AttentionPosterior", Type = "Attention", ChannelCount = talkerIds.Count + 1, NominalRateHz = 1000 / tickMs, Format = ChannelFormat.Float32,
        SourceId = $"attend-posterior-{rig}",
        Desc = StreamInfo.DescOf(talkerIds.Append("none").Select(id => (id, "Probability", "1"))),
    };

    public static StreamInfo Decision(string rig, IReadOnlyList<string> talkerIds) => new()
    {
        Name = "AttentionDecision", Type = "Markers", ChannelCount = 1, NominalRateHz = 0, Format = ChannelFormat.Text,
        SourceId = $"attend-decision-{rig}",
        Desc = StreamInfo.DescOf([("AttendedTalker", "Markers", "id")], new XElement("talkers", talkerIds.Select(id => new XElement("talker", id)))),
    };

    public static StreamInfo Health(string rig) => new()
    {
        Name = "AttentionHealth", Type = "Markers", ChannelCount = 1, NominalRateHz = 0, Format = ChannelFormat.Text,
        SourceId = $"attend-health-{rig}",
        Desc = StreamInfo.DescOf([("HealthEvent", "Markers", "text")]),
    };

    /// <summary>What the recorder saw go wrong (gaps, drops, reconnects), in the file beside the streams: any reader loads it as markers.</summary>
    public static StreamInfo RecorderEvents() => new()
    {
        Name = "RecorderEvents", Type = "Markers", ChannelCount = 1, NominalRateHz = 0, Format = ChannelFormat.Text,
        SourceId = "attend-recorder-events",
        Desc = StreamInfo.DescOf([("HealthEvent", "Markers", "text")]),
    };
}
