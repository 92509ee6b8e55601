using System.Net;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Which IP versions are spoken.</summary>
public enum IpVersions
{
    V4Only,
    Both,
    V6Only,
}

/// <summary>How far discovery reaches, each with what the ones before reach. Counts only where <see cref="LslOptions.BindAddress"/> is not loopback.</summary>
public enum ResolveScope
{
    Machine,
    Link,
    Site,
    Organization,
    Global,
}

/// <summary>How this process takes part in LSL. <see cref="LslConfigFile"/> fills it from <c>lsl_api.cfg</c>.</summary>
public sealed record LslOptions
{
    /// <summary>
    /// Where sockets listen. Loopback unless the rig says otherwise: then nothing that comes from another machine is answered, and nothing
    /// is sent to one. <see cref="IPAddress.Any"/> or an interface's address also uses broadcast and the LSL multicast groups.
    /// </summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    public IpVersions Ip { get; init; } = IpVersions.V4Only;

    /// <summary>Streams of other sessions are neither found nor offered.</summary>
    public string SessionId { get; init; } = "default";

    /// <summary>Hosts that are asked directly, for networks without multicast. Those that are not this machine count only when <see cref="BindAddress"/> is not loopback.</summary>
    public IReadOnlyList<IPAddress> KnownPeers { get; init; } = [];

    public ResolveScope Scope { get; init; } = ResolveScope.Site;

    /// <summary>Groups and broadcast addresses instead of those of <see cref="Scope"/>; empty: those of the scope.</summary>
    public IReadOnlyList<IPAddress> GroupsOverride { get; init; } = [];

    /// <summary>Groups and broadcast addresses of IPv4 that a scope adds, instead of the usual ones of that scope; null: the usual ones everywhere.</summary>
    public IReadOnlyDictionary<ResolveScope, IReadOnlyList<IPAddress>>? ScopeGroups { get; init; }

    /// <summary>Last 112 bits of the IPv6 groups, as text; their first 16 say the scope.</summary>
    public string V6Group { get; init; } = "113D:6FDD:2C17:A643:FFE2:1BD1:3CD2";

    /// <summary>Names or addresses of the only interfaces that are used for multicast and broadcast; null: all.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>The one address on which queries are received; null: every one that the bind address allows.</summary>
    public IPAddress? ListenAddress { get; init; }

    /// <summary>Hops that multicast may go; −1: the scope's.</summary>
    public int TimeToLive { get; init; } = -1;

    public int QueryPort { get; init; } = LslLimits.QueryPort;

    /// <summary>Ports BasePort … BasePort + PortRange − 1 are tried first.</summary>
    public int BasePort { get; init; } = LslLimits.BasePort;
    public int PortRange { get; init; } = LslLimits.PortRange;

    /// <summary>Whether other ports may be used when the range is full.</summary>
    public bool AllowRandomPorts { get; init; } = true;

    /// <summary>For simulators and tests: how far the clock of this program's outlets is ahead of the machine's, seconds, asked anew each time; null: not at all.</summary>
    public Func<double>? ClockAheadS { get; init; }

    internal bool IsLoopback => IPAddress.IsLoopback(BindAddress);
}
