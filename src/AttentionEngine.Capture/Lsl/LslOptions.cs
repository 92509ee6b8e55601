using System.Net;

namespace AttentionEngine.Capture.Lsl;

/// <summary>How this process takes part in LSL.</summary>
public sealed record LslOptions
{
    /// <summary>Where sockets listen. Loopback unless the rig says otherwise; <see cref="IPAddress.Any"/> or an interface's address also joins the LSL multicast groups. IPv4.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Streams of other sessions are neither found nor offered.</summary>
    public string SessionId { get; init; } = "default";

    /// <summary>Hosts that are asked directly, for networks without multicast. Used only when <see cref="BindAddress"/> is not loopback.</summary>
    public IReadOnlyList<IPAddress> KnownPeers { get; init; } = [];

    internal bool IsLoopback => IPAddress.IsLoopback(BindAddress);
}
