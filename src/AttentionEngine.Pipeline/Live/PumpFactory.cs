using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Live;

/// <summary>The pump for a stream's format.</summary>
public static class PumpFactory
{
    /// <param name="feed">The stream's way into the graph; null to record it only.</param>
    /// <param name="keepMarkers">Whether the caller takes a text stream's markers for a journal.</param>
    public static StreamPump Create(IStreamInlet inlet, IStreamTransport transport, IHealthSink health, string name, StreamFeed? feed, bool keepMarkers) => inlet.Info.Format switch
    {
        ChannelFormat.Float32 => new NumericPump<float>(inlet, transport, health, name, feed, v => v),
        ChannelFormat.Double64 => new NumericPump<double>(inlet, transport, health, name, feed, v => (float)v),
        ChannelFormat.Int32 => new NumericPump<int>(inlet, transport, health, name, feed, v => v),
        ChannelFormat.Int16 => new NumericPump<short>(inlet, transport, health, name, feed, v => v),
        ChannelFormat.Int8 => new NumericPump<sbyte>(inlet, transport, health, name, feed, v => v),
        ChannelFormat.Int64 => new NumericPump<long>(inlet, transport, health, name, feed, v => v),
        ChannelFormat.Text when feed is null => new TextPump(inlet, transport, health, name, keepMarkers),
        var format => throw new InputDataException($"stream `{inlet.Info.Name}` has format {format.XdfName()}, which {name} cannot use; expected a numeric format."),
    };
}
