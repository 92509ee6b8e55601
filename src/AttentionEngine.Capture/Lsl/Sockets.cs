using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Opening sockets the way LSL places them.</summary>
internal static class Sockets
{
    /// <summary>The address to which a datagram reaches every LSL program of this host: all sockets on the query port get a copy, which unicast does not give.</summary>
    public static readonly IPAddress LoopbackBroadcast = IPAddress.Parse("127.255.255.255");

    /// <summary>Binds in the options' port range, or to an ephemeral port when the range is full and that is allowed.</summary>
    public static Socket BindInRange(SocketType type, IPAddress address, LslOptions options)
    {
        for (int port = options.BasePort; port < options.BasePort + options.PortRange; port++)
            if (TryBind(type, new IPEndPoint(address, port)) is { } socket) return socket;
        return (options.AllowRandomPorts ? TryBind(type, new IPEndPoint(address, 0)) : null)
            ?? throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    /// <summary>A UDP socket on any free port.</summary>
    public static Socket Datagram(IPAddress address)
    {
        var socket = New(SocketType.Dgram, address.AddressFamily);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static IPEndPoint AnyEndPoint(AddressFamily family) => new(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);

    private static Socket New(SocketType type, AddressFamily family)
    {
        var socket = new Socket(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        if (family == AddressFamily.InterNetworkV6) socket.DualMode = false; // IPv4 has its own socket.
        return socket;
    }

    private static Socket? TryBind(SocketType type, IPEndPoint endPoint)
    {
        var socket = New(type, endPoint.AddressFamily);
        try
        {
            socket.Bind(endPoint);
            if (type == SocketType.Stream) socket.Listen(LslLimits.MaxConnectionsPerOutlet);
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            socket.Dispose();
            return null; // Taken: the next port is tried.
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket on the shared query port.</summary>
    /// <returns>Null where this system does not allow it.</returns>
    public static Socket? TryBindQueryPort(IPAddress address, int port)
    {
        var socket = New(SocketType.Dgram, address.AddressFamily);
        try
        {
            ShareAddress(socket);
            if (address.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
            socket.ReceiveBufferSize = 1 << 20;
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null; // The caller counts it.
        }
    }

    /// <summary>Joins a multicast group on an interface.</summary>
    /// <returns>False where that cannot be done.</returns>
    public static bool TryJoin(Socket socket, IPAddress group, LslInterface nic)
    {
        try
        {
            if (group.AddressFamily == AddressFamily.InterNetwork) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, nic.Address));
            else socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, nic.Index));
            return true;
        }
        catch (SocketException)
        {
            return false; // No multicast here; broadcast and known peers remain. The caller counts it.
        }
    }

    /// <summary>Multicast from this socket leaves by <paramref name="nic"/> and goes <paramref name="hops"/> far.</summary>
    public static void SendThrough(Socket socket, LslInterface nic, int hops)
    {
        if (nic.Family == AddressFamily.InterNetwork)
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, nic.Address.GetAddressBytes());
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, hops);
        }
        else
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, nic.Index);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, hops);
        }
    }

    /// <summary>
    /// After a link was down, what is unacknowledged is sent again within 10 s of its return, where TCP would wait up to two minutes (Linux 6.15
    /// and later). Not sooner: the kernel gives a connection up after 15 attempts, which are then 100 s of outage; at 1 s they were 13 s.
    /// </summary>
    public static void ResendSoon(Socket socket)
    {
        const int tcp = 6, rtoMaxMs = 44;
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            socket.SetRawSocketOption(tcp, rtoMaxMs, BitConverter.GetBytes(10_000));
        }
        catch (SocketException)
        {
            return; // An older kernel: it resends later, and loses nothing either way.
        }
    }

    /// <summary>SO_REUSEADDR alone: the framework's ReuseAddress also sets SO_REUSEPORT on Linux, which other LSL programs do not set and which would split datagrams between processes.</summary>
    private static void ShareAddress(Socket socket)
    {
        const int solSocket = 1, soReuseAddress = 2;
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(solSocket, soReuseAddress, BitConverter.GetBytes(1));
        else socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
    }
}
