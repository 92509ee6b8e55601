using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// The UDP side of this process: one service port for each IP version (time probes and queries), and sockets on the shared query port, answering for all outlets of a transport.
/// On Linux a unicast to the query port reaches only one of the processes that share it, so a query that comes from this host that way is
/// repeated once to the loopback broadcast address, where all of them listen: every outlet is found without multicast. IPv6 has no
/// broadcast: by IPv6 alone, and without multicast, a host's programs are found on their service ports (as many as the port range).
/// </summary>
internal sealed class HostServices : IDisposable
{
    private readonly LslNetwork network;
    private readonly LslDiagnostics diagnostics;
    private readonly ConcurrentDictionary<string, LslOutlet> outlets = new(StringComparer.Ordinal);
    private readonly List<Socket> services = [];
    private readonly List<UdpListener> listeners = [];
    private readonly RecentQueries recent = new(), probeRate = new();
    private readonly GroupMemberships memberships;

    public HostServices(LslNetwork network, LslDiagnostics diagnostics)
    {
        this.network = network;
        this.diagnostics = diagnostics;
        foreach (var address in network.BindAddresses) AddService(address);
        memberships = new GroupMemberships(network, diagnostics);
        foreach (var address in QueryAddresses.Of(network)) Listen(address);
        memberships.Start();
    }

    /// <summary>UDP ports for time probes; 0 where the version is not spoken.</summary>
    public int ServicePortV4 => PortOf(AddressFamily.InterNetwork);
    public int ServicePortV6 => PortOf(AddressFamily.InterNetworkV6);

    public void Add(LslOutlet outlet) => outlets[outlet.Info.Uid] = outlet;

    public void Remove(LslOutlet outlet) => outlets.TryRemove(outlet.Info.Uid, out _);

    private int PortOf(AddressFamily family) => ServiceOf(family) is { } socket ? ((IPEndPoint)socket.LocalEndPoint!).Port : 0;

    private Socket? ServiceOf(AddressFamily family) => services.Find(s => s.AddressFamily == family);

    private void AddService(IPAddress address)
    {
        Socket service;
        try
        {
            service = Sockets.BindInRange(SocketType.Dgram, address, network.Options);
        }
        catch (SocketException) when (services.Count > 0)
        {
            diagnostics.CountUnavailableSocket(); // IPv6 is switched off in this system; IPv4 works.
            return;
        }
        if (address.AddressFamily == AddressFamily.InterNetwork) service.EnableBroadcast = true;
        service.ReceiveBufferSize = 1 << 20;
        services.Add(service);
        listeners.Add(new UdpListener("lsl-service", service, (datagram, from, arrivalS) => OnService(service, datagram, from, arrivalS), diagnostics));
    }

    private void Listen(IPAddress address)
    {
        var service = ServiceOf(address.AddressFamily);
        if (service is null || Sockets.TryBindQueryPort(address, network.Options.QueryPort) is not { } socket)
        {
            diagnostics.CountUnavailableSocket();
            return;
        }
        memberships.Add(socket);
        UdpListener.Handler handler = address.Equals(IPAddress.Loopback)
            ? (datagram, from, arrivalS) => OnUnicastQuery(service, datagram, from, arrivalS)
            : (datagram, from, arrivalS) => OnSharedQuery(service, datagram, from, arrivalS);
        listeners.Add(new UdpListener("lsl-query", socket, handler, diagnostics));
    }

    private void OnService(Socket service, ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        if (!TimeMessage.IsProbe(datagram))
        {
            OnSharedQuery(service, datagram, from, arrivalS);
            return;
        }
        if (!TimeMessage.TryParseProbe(datagram, out int waveId, out double t0S))
        {
            diagnostics.CountMalformed();
            return;
        }
        if (!probeRate.Allow(arrivalS))
        {
            diagnostics.CountRateLimited();
            return;
        }
        double aheadS = network.Options.ClockAheadS?.Invoke() ?? 0;
        Span<byte> reply = stackalloc byte[TimeMessage.MaxBytes];
        int n = TimeMessage.FormatReply(reply, waveId, t0S, arrivalS + aheadS, LslClock.NowS + aheadS);
        service.SendTo(reply[..n], SocketFlags.None, from);
    }

    private void OnUnicastQuery(Socket service, ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        OnSharedQuery(service, datagram, from, arrivalS);
        if (QueryMessage.TryParse(datagram, out var message) && recent.IsFirst("relay", message, arrivalS))
            service.SendTo(datagram, new IPEndPoint(Sockets.LoopbackBroadcast, network.Options.QueryPort));
    }

    private void OnSharedQuery(Socket service, ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        if (!QueryMessage.TryParse(datagram, out var message))
        {
            diagnostics.CountMalformed();
            return;
        }
        var asker = ((IPEndPoint)Sockets.AnyEndPoint(from.Family).Create(from)).Address;
        if (!recent.Allow(arrivalS))
        {
            diagnostics.CountRateLimited();
            return;
        }
        if (!recent.IsFirst(asker.ToString(), message, arrivalS)) return; // The same query by another way, moments ago: answered.
        if (StreamPredicate.TryParse(message.Predicate) is not { } predicate)
        {
            diagnostics.CountUnsupportedQuery();
            return;
        }
        byte[] head = Encoding.ASCII.GetBytes(message.QueryId + "\r\n");
        var destination = new IPEndPoint(asker, message.ReturnPort);
        foreach (var outlet in outlets.Values)
            if (predicate.Matches(outlet.Info)) service.SendTo([.. head, .. outlet.ShortInfo], destination);
    }

    public void Dispose()
    {
        memberships.Dispose();
        // The service sockets, the first, go last: the others answer through them.
        for (int i = listeners.Count - 1; i >= 0; i--) listeners[i].Dispose();
    }
}
