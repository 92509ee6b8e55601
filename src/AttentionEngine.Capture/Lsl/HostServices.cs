using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// The UDP side of this process: one service port (time probes and queries), and sockets on the shared query port, answering for all outlets of a transport.
/// On Linux a unicast to the query port reaches only one of the processes that share it, so a query that comes from this host that way is
/// repeated once to the loopback broadcast address, where all of them listen: every outlet is found without multicast.
/// </summary>
internal sealed class HostServices : IDisposable
{
    private readonly LslOptions options;
    private readonly LslDiagnostics diagnostics;
    private readonly ConcurrentDictionary<string, LslOutlet> outlets = new(StringComparer.Ordinal);
    private readonly Socket service;
    private readonly List<UdpListener> listeners = [];
    private readonly RecentQueries recent = new();

    public HostServices(LslOptions options, LslDiagnostics diagnostics)
    {
        this.options = options;
        this.diagnostics = diagnostics;
        service = Sockets.BindInRange(SocketType.Dgram, options.BindAddress);
        service.EnableBroadcast = true;
        service.ReceiveBufferSize = 1 << 20;
        ServicePort = ((IPEndPoint)service.LocalEndPoint!).Port;
        listeners.Add(new UdpListener("lsl-service", service, OnService, diagnostics));
        Listen("lsl-query", IPAddress.Loopback, OnUnicastQuery);
        Listen("lsl-broadcast", Sockets.LoopbackBroadcast, OnSharedQuery);
        if (!options.IsLoopback) Listen("lsl-multicast", IPAddress.Any, OnSharedQuery);
    }

    public int ServicePort { get; }

    public void Add(LslOutlet outlet) => outlets[outlet.Info.Uid] = outlet;

    public void Remove(LslOutlet outlet) => outlets.TryRemove(outlet.Info.Uid, out _);

    private void Listen(string name, IPAddress address, UdpListener.Handler handler)
    {
        if (Sockets.TryBindQueryPort(address) is not { } socket)
        {
            diagnostics.CountUnavailableSocket();
            return;
        }
        if (Equals(address, IPAddress.Any)) JoinGroups(socket);
        listeners.Add(new UdpListener(name, socket, handler, diagnostics));
    }

    private void JoinGroups(Socket socket)
    {
        foreach (var group in Sockets.MulticastGroups)
        {
            try
            {
                var membership = Equals(options.BindAddress, IPAddress.Any) ? new MulticastOption(group) : new MulticastOption(group, options.BindAddress);
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, membership);
            }
            catch (SocketException)
            {
                diagnostics.CountUnavailableSocket(); // No multicast here; broadcast and known peers remain.
            }
        }
    }

    private void OnService(ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        if (!TimeMessage.IsProbe(datagram))
        {
            OnSharedQuery(datagram, from, arrivalS);
            return;
        }
        if (!TimeMessage.TryParseProbe(datagram, out int waveId, out double t0S))
        {
            diagnostics.CountMalformed();
            return;
        }
        Span<byte> reply = stackalloc byte[TimeMessage.MaxBytes];
        int n = TimeMessage.FormatReply(reply, waveId, t0S, arrivalS, LslClock.NowS);
        service.SendTo(reply[..n], SocketFlags.None, from);
    }

    private void OnUnicastQuery(ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        OnSharedQuery(datagram, from, arrivalS);
        if (QueryMessage.TryParse(datagram, out var message) && recent.IsFirst("relay", message, arrivalS))
            service.SendTo(datagram, new IPEndPoint(Sockets.LoopbackBroadcast, LslLimits.QueryPort));
    }

    private void OnSharedQuery(ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS)
    {
        if (!QueryMessage.TryParse(datagram, out var message))
        {
            diagnostics.CountMalformed();
            return;
        }
        var asker = ((IPEndPoint)new IPEndPoint(IPAddress.Any, 0).Create(from)).Address;
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
        // The service socket, the first, goes last: the others answer through it.
        for (int i = listeners.Count - 1; i >= 0; i--) listeners[i].Dispose();
    }
}
