using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Lsl;

/// <summary>What the options mean on this machine: addresses to bind, groups to join, and ways to ask.</summary>
internal sealed class LslNetwork
{
    private const double FreshS = 0.5;
    private Seen? interfaces;

    private sealed record Seen(List<LslInterface> List, double AtS);

    private static readonly (ResolveScope Scope, int Hops, string[] V4Groups, string V6Scope)[] Scopes =
    [
        (ResolveScope.Link, 1, ["255.255.255.255", "224.0.0.1", "224.0.0.183"], "FF02:"),
        (ResolveScope.Site, 24, ["239.255.172.215"], "FF05:"),
        (ResolveScope.Organization, 32, [], "FF08:"),
        (ResolveScope.Global, 255, [], "FF0E:"),
    ];

    public LslNetwork(LslOptions options)
    {
        Options = options;
        bool any = options.BindAddress.Equals(IPAddress.Any) || options.BindAddress.Equals(IPAddress.IPv6Any);
        bool both = any || options.IsLoopback;
        bool v4 = options.Ip != IpVersions.V6Only, v6 = options.Ip != IpVersions.V4Only && Socket.OSSupportsIPv6;
        if (both)
        {
            V4 = !v4 ? null : any ? IPAddress.Any : options.BindAddress.AddressFamily == AddressFamily.InterNetwork ? options.BindAddress : IPAddress.Loopback;
            V6 = !v6 ? null : any ? IPAddress.IPv6Any : IPAddress.IPv6Loopback;
        }
        else if (options.BindAddress.AddressFamily == AddressFamily.InterNetwork) V4 = v4 ? options.BindAddress : null;
        else V6 = v6 ? options.BindAddress : null;
        if (V4 is null && V6 is null)
            throw new ConfigurationException($"LSL is bound to {options.BindAddress}, but IPv{(v4 ? 6 : 4)} is switched off{(v6 || !v4 ? "" : " or not there")}. Set `IPv6` in the [ports] section of lsl_api.cfg to `allow`, or bind another address.");
        if (options.IsLoopback || options.Scope == ResolveScope.Machine) return;
        foreach (var (scope, hops, usual, v6Scope) in Scopes)
        {
            if (scope > options.Scope) break;
            Hops = hops;
            Groups.AddRange(options.ScopeGroups is { } own && own.TryGetValue(scope, out var groups) ? groups : usual.Select(IPAddress.Parse));
            Groups.Add(IPAddress.Parse(v6Scope + options.V6Group));
        }
        if (options.TimeToLive >= 0) Hops = options.TimeToLive;
        if (options.GroupsOverride.Count > 0)
        {
            Groups.Clear();
            Groups.AddRange(options.GroupsOverride);
        }
    }

    public LslOptions Options { get; }

    /// <summary>Addresses to bind by IP version; null: that version is not spoken.</summary>
    public IPAddress? V4 { get; }
    public IPAddress? V6 { get; }
    public IEnumerable<IPAddress> BindAddresses => new[] { V4, V6 }.OfType<IPAddress>();

    /// <summary>Multicast groups and broadcast addresses; empty on loopback.</summary>
    public List<IPAddress> Groups { get; } = [];
    public int Hops { get; }

    /// <summary>The bind address of the same version as <paramref name="family"/>.</summary>
    public IPAddress? BindFor(AddressFamily family) => family == AddressFamily.InterNetwork ? V4 : V6;

    /// <summary>Hosts asked one by one: this machine, and the known peers where the options allow to reach them.</summary>
    public IEnumerable<IPAddress> Peers(AddressFamily family)
    {
        yield return family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        foreach (var peer in Options.KnownPeers)
            if (peer.AddressFamily == family && !IPAddress.IsLoopback(peer) && !Options.IsLoopback) yield return peer;
    }

    public static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : (address.GetAddressBytes()[0] & 0xF0) == 0xE0;

    /// <summary>
    /// Interfaces for multicast and broadcast, as far as the bind address allows them; also those that are down now, which may come up.
    /// At most half a second old: making the list costs far more than asking.
    /// </summary>
    public IReadOnlyList<LslInterface> Interfaces()
    {
        if (Groups.Count == 0) return [];
        var seen = Volatile.Read(ref interfaces);
        double nowS = LslClock.NowS;
        if (seen is null || nowS - seen.AtS > FreshS) Volatile.Write(ref interfaces, seen = new(ListInterfaces(), nowS));
        return seen.List;
    }

    private List<LslInterface> ListInterfaces()
    {
        var result = new List<LslInterface>();
        foreach (var nic in NetworkInterface.GetAllNetworkInterfaces())
        {
            var properties = nic.GetIPProperties();
            if (Options.Interfaces is { } only && !only.Contains(nic.Name) && !properties.UnicastAddresses.Any(u => only.Contains(u.Address.ToString()))) continue;
            foreach (var unicast in properties.UnicastAddresses)
            {
                var address = unicast.Address;
                if (IPAddress.IsLoopback(address) || BindFor(address.AddressFamily) is not { } bind) continue;
                bool bound = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any) || bind.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes());
                if (!bound || result.Exists(i => i.Family == address.AddressFamily && (i.Address.Equals(address) || (i.Family == AddressFamily.InterNetworkV6 && i.Index == IndexOf(properties))))) continue;
                result.Add(new LslInterface(address, IndexOf(properties), Groups.Contains(IPAddress.Broadcast) ? DirectedBroadcast(unicast) : null));
            }
        }
        return result;
    }

    private static int IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            return properties.GetIPv6Properties().Index;
        }
        catch (NetworkInformationException)
        {
            return properties.GetIPv4Properties().Index; // An interface without IPv6.
        }
    }

    private static IPAddress? DirectedBroadcast(UnicastIPAddressInformation unicast)
    {
        if (unicast.Address.AddressFamily != AddressFamily.InterNetwork || unicast.PrefixLength is 0 or > 30) return null;
        byte[] bytes = unicast.Address.GetAddressBytes();
        for (int bit = unicast.PrefixLength; bit < 32; bit++) bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}

/// <param name="Index">The system's number of the interface.</param>
/// <param name="Broadcast">Of its subnet; null for IPv6, for point-to-point links, and where broadcast is not wanted.</param>
internal sealed record LslInterface(IPAddress Address, int Index, IPAddress? Broadcast)
{
    public AddressFamily Family => Address.AddressFamily;
}
