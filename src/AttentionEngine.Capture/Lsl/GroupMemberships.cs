using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Joins the query sockets to the multicast groups on every interface, and looks now and then for interfaces that have come since (a cable plugged in, a WLAN that connected).</summary>
internal sealed class GroupMemberships(LslNetwork network, LslDiagnostics diagnostics) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    private readonly List<Socket> sockets = [];
    private readonly HashSet<(Socket, IPAddress, IPAddress)> tried = [];
    private readonly ManualResetEventSlim closing = new();
    private Thread? thread;

    /// <param name="socket">On the query port.</param>
    public void Add(Socket socket)
    {
        var bound = ((IPEndPoint)socket.LocalEndPoint!).Address;
        if (network.Groups.Exists(g => Takes(bound, g))) sockets.Add(socket);
    }

    /// <summary>Joins now; without groups (loopback) there is nothing more to do.</summary>
    public void Start()
    {
        if (sockets.Count == 0) return;
        Join();
        thread = new Thread(() =>
        {
            while (!closing.Wait(Look)) Join();
        }) { Name = "lsl-groups", IsBackground = true };
        thread.Start();
    }

    private void Join()
    {
        foreach (var nic in network.Interfaces())
        {
            foreach (var socket in sockets.Where(s => s.AddressFamily == nic.Family))
            {
                var bound = ((IPEndPoint)socket.LocalEndPoint!).Address;
                foreach (var group in network.Groups)
                    if (group.AddressFamily == nic.Family && Takes(bound, group) && tried.Add((socket, group, nic.Address)) && !Sockets.TryJoin(socket, group, nic))
                        diagnostics.CountUnavailableSocket();
            }
        }
    }

    /// <summary>A socket on "any" or on the group's own address receives its datagrams.</summary>
    private static bool Takes(IPAddress bound, IPAddress group) => bound.AddressFamily == group.AddressFamily && LslNetwork.IsMulticast(group)
        && (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any) || bound.GetAddressBytes().AsSpan().SequenceEqual(group.GetAddressBytes()));

    public void Dispose()
    {
        closing.Set();
        thread?.Join();
        closing.Dispose();
    }
}
