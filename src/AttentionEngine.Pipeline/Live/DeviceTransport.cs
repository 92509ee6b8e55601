using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Pipeline.Live;

/// <summary>The bus, with the microphones of an audio device of this machine among its streams.</summary>
/// <param name="bus">Where all other streams are.</param>
/// <param name="device">Opened; belongs to the caller.</param>
/// <param name="played">Gets what the device played, [frames × outputs], on the thread that receives the microphones; or null.</param>
public sealed class DeviceTransport(IStreamTransport bus, AudioDevice device, StreamInfo microphones, Action<ReadOnlySpan<float>>? played = null) : IStreamTransport
{
    public double LocalClockS => bus.LocalClockS;

    public IReadOnlyList<StreamInfo> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        bool asked = (query.SourceId is null || query.SourceId == microphones.SourceId) && (query.Name is null || query.Name == microphones.Name) && (query.Type is null || query.Type == microphones.Type);
        if (!asked) return bus.Resolve(query, timeout, atLeast, cancellation);
        return atLeast == 1 ? [microphones] : [microphones, .. bus.Resolve(query, timeout, Math.Max(0, atLeast - 1), cancellation)];
    }

    public IStreamOutlet CreateOutlet(StreamInfo info, OutletOptions options) => bus.CreateOutlet(info, options);

    public IStreamInlet CreateInlet(StreamInfo info, InletOptions options) =>
        info.SourceId == microphones.SourceId && info.Uid == microphones.Uid ? new DeviceInlet(device, microphones, played) : bus.CreateInlet(info, options);
}
