using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Where queries are received, so that the bind address is kept: only a process bound to every interface has a socket on "any".</summary>
internal static class QueryAddresses
{
    /// <returns>Addresses to bind on the query port.</returns>
    public static IEnumerable<IPAddress> Of(LslNetwork network)
    {
        if (network.Options.ListenAddress is { } only && network.BindFor(only.AddressFamily) is not null && (!network.Options.IsLoopback || IPAddress.IsLoopback(only)))
        {
            yield return only;
            yield break;
        }
        if (network.V4 is not null)
        {
            yield return IPAddress.Loopback;
            yield return Sockets.LoopbackBroadcast;
        }
        if (network.V6 is not null) yield return IPAddress.IPv6Loopback;
        if (network.Options.IsLoopback) yield break;
        foreach (var bind in network.BindAddresses)
        {
            // Binding a group's own address, so that only its datagrams come in, is Linux's way; elsewhere it is refused.
            if (bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any) || !OperatingSystem.IsLinux())
            {
                yield return Sockets.AnyEndPoint(bind.AddressFamily).Address;
                continue;
            }
            yield return bind;
            foreach (var nic in network.Interfaces().Where(i => i.Family == bind.AddressFamily))
            {
                if (nic.Broadcast is { } directed) yield return directed;
                foreach (var group in network.Groups.Where(g => g.AddressFamily == bind.AddressFamily))
                    yield return nic.Family == AddressFamily.InterNetworkV6 ? new IPAddress(group.GetAddressBytes(), nic.Index) : group;
            }
        }
    }
}
