using System.Text.Json;
using System.Text.Json.Serialization;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Data that a recorder knows to be missing, as it stands in the file.</summary>
/// <param name="AfterStampS">Stamp of the last sample before the gap, on the source's clock, seconds.</param>
/// <param name="BeforeStampS">Stamp of the first sample after it.</param>
/// <param name="MissingSamples">How many are missing.</param>
/// <param name="IsExact">Whether a counter says so; else it is estimated from the stamps.</param>
public readonly record struct RecordedGap(double AfterStampS, double BeforeStampS, long MissingSamples, bool IsExact)
{
    /// <summary>Pinned by readers: the source id of the stream of gaps.</summary>
    public const string SourceId = "attention-engine-gaps";

    internal static StreamInfo StreamInfo => new()
    {
        Name = "RecordedGaps",
        Type = "Gaps",
        ChannelCount = 1,
        NominalRateHz = 0,
        Format = ChannelFormat.Text,
        SourceId = SourceId,
        Desc = new System.Xml.Linq.XElement("desc", new System.Xml.Linq.XElement("content", "JSON, one per gap: stream_id, source_id, after_s and before_s (stamps of the samples around it, source's clock), missing_samples, exact")),
    };

    internal string ToJson(uint streamId, StreamInfo info) =>
        JsonSerializer.Serialize(new Entry(streamId, info.SourceId, AfterStampS, BeforeStampS, MissingSamples, IsExact), RecordedGapJson.Default.Entry);

    /// <returns>Null when the text is something else.</returns>
    public static (uint StreamId, RecordedGap Gap)? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, RecordedGapJson.Default.Entry) is { } e ? (e.StreamId, new RecordedGap(e.AfterS, e.BeforeS, e.MissingSamples, e.Exact)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Entry(uint StreamId, string SourceId, double AfterS, double BeforeS, long MissingSamples, bool Exact);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RecordedGap.Entry))]
internal sealed partial class RecordedGapJson : JsonSerializerContext;
