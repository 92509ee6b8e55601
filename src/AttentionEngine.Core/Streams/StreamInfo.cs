using System.Xml.Linq;

namespace AttentionEngine.Core.Streams;

/// <summary>What a stream is: LSL's stream info, immutable.</summary>
public sealed record StreamInfo
{
    public required string Name { get; init; }

    /// <summary>Content type in XDF vocabulary: EEG, Audio, Gaze, MoCap, Markers, Position, VideoFrames …</summary>
    public required string Type { get; init; }
    public required int ChannelCount { get; init; }

    /// <summary>Hz; 0 means irregular.</summary>
    public required double NominalRateHz { get; init; }
    public required ChannelFormat Format { get; init; }

    /// <summary>Unique and stable across restarts: what rigs pin. Empty when the source gives none.</summary>
    public string SourceId { get; init; } = "";
    public string Uid { get; init; } = "";
    public string HostName { get; init; } = "";
    public string SessionId { get; init; } = "default";
    public double CreatedAtS { get; init; }

    /// <summary>The <c>desc</c> element of LSL/XDF metadata (channels, manufacturer, coordinate systems). Never mutated after creation.</summary>
    public XElement Desc { get; init; } = new("desc");

    /// <summary>Labels of the channels from <see cref="Desc"/>, or null where it has none.</summary>
    public IReadOnlyList<string>? ChannelLabels =>
        Desc.Element("channels")?.Elements("channel").Select(c => c.Element("label")?.Value ?? "").ToList() is { Count: > 0 } labels ? labels : null;

    /// <summary>A <c>desc</c> with the standard channel list.</summary>
    public static XElement DescOf(IEnumerable<(string Label, string Type, string Unit)> channels, params object[] more) =>
        new("desc",
            new XElement("channels", channels.Select(c =>
                new XElement("channel", new XElement("label", c.Label), new XElement("type", c.Type), new XElement("unit", c.Unit)))),
            more);
}
