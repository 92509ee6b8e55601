using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Opening sockets the way LSL places them.</summary>
internal static class Sockets
{
    /// <summary>The address to which a datagram reaches every LSL program of this host: all sockets on the query port get a copy, which unicast does not give.</summary>
    public static readonly IPAddress LoopbackBroadcast = IPAddress.Parse("127.255.255.255");

    public static readonly IPAddress[] MulticastGroups =
        [IPAddress.Parse("224.0.0.1"), IPAddress.Parse("224.0.0.183"), IPAddress.Parse("239.255.172.215")];

    /// <summary>Binds in the LSL port range, or to an ephemeral port when the range is full.</summary>
    public static Socket BindInRange(SocketType type, IPAddress address)
    {
        for (int port = LslLimits.BasePort; port < LslLimits.BasePort + LslLimits.PortRange; port++)
            if (TryBind(type, new IPEndPoint(address, port)) is { } socket) return socket;
        return TryBind(type, new IPEndPoint(address, 0))
            ?? throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    private static Socket? TryBind(SocketType type, IPEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
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
    public static Socket? TryBindQueryPort(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            ShareAddress(socket);
            socket.EnableBroadcast = true;
            socket.ReceiveBufferSize = 1 << 20;
            socket.Bind(new IPEndPoint(address, LslLimits.QueryPort));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null; // The caller counts it.
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
