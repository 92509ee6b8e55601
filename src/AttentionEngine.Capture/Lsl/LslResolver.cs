using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Finds streams: asks in waves by every way that the bind address allows, and collects the answers.</summary>
internal sealed class LslResolver(LslOptions options, LslDiagnostics diagnostics)
{
    /// <summary>After enough streams have answered, this much longer, so that a second source of the same id shows itself.</summary>
    private const double SettleS = 0.04;

    private int nextQueryId = OutletIdentity.NewIdBase();

    /// <returns>One entry for each uid, in order of name, source id and uid.</returns>
    public List<DiscoveredStream> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation)
    {
        string predicate = StreamPredicate.Format(query, options.SessionId);
        string queryId = Interlocked.Increment(ref nextQueryId).ToString(CultureInfo.InvariantCulture);
        byte[] expectedId = Encoding.ASCII.GetBytes(queryId);
        var found = new Dictionary<string, DiscoveredStream>(StringComparer.Ordinal);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.EnableBroadcast = true;
        socket.ReceiveBufferSize = 2 << 20;
        socket.Bind(new IPEndPoint(options.IsLoopback ? IPAddress.Loopback : options.BindAddress, 0));
        byte[] message = QueryMessage.Format(predicate, ((IPEndPoint)socket.LocalEndPoint!).Port, queryId);

        var buffer = new byte[LslLimits.MaxDatagramBytes];
        double startS = LslClock.NowS, deadlineS = startS + timeout.TotalSeconds, nextWaveS = startS;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            double nowS = LslClock.NowS;
            if (nowS >= deadlineS) break;
            if (nowS >= nextWaveS)
            {
                SendWave(socket, message);
                nextWaveS = nowS + (nowS - startS < 2 ? 0.1 : 0.5);
            }
            double waitS = Math.Min(Math.Min(deadlineS, nextWaveS) - LslClock.NowS, 0.05);
            if (waitS <= 0 || !socket.Poll(TimeSpan.FromSeconds(waitS), SelectMode.SelectRead)) continue;
            int before = found.Count;
            Take(socket, buffer, expectedId, query, found);
            if (atLeast > 0 && found.Count >= atLeast && before < atLeast) deadlineS = Math.Min(deadlineS, LslClock.NowS + SettleS);
        }
        return [.. found.Values.OrderBy(s => s.Info.Name, StringComparer.Ordinal).ThenBy(s => s.Info.SourceId, StringComparer.Ordinal).ThenBy(s => s.Info.Uid, StringComparer.Ordinal)];
    }

    private void Take(Socket socket, byte[] buffer, byte[] expectedId, StreamQuery query, Dictionary<string, DiscoveredStream> found)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int n = socket.ReceiveFrom(buffer, ref from);
        if (!QueryMessage.TryParseReply(buffer.AsSpan(0, n), out var id, out var xml))
        {
            diagnostics.CountMalformed();
            return;
        }
        if (!id.SequenceEqual(expectedId)) return; // A late answer to another query.
        if (StreamInfoXml.TryRead(xml, ((IPEndPoint)from).Address) is not { } stream)
        {
            diagnostics.CountMalformed();
            return;
        }
        if (found.Count < LslLimits.MaxDiscovered && StreamPredicate.Matches(query, options.SessionId, stream.Info)) found[stream.Info.Uid] = stream;
    }

    private void SendWave(Socket socket, byte[] message)
    {
        SendTo(socket, message, Sockets.LoopbackBroadcast, LslLimits.QueryPort);
        SendToHost(socket, message, IPAddress.Loopback);
        if (options.IsLoopback) return;
        SendTo(socket, message, IPAddress.Broadcast, LslLimits.QueryPort);
        foreach (var group in Sockets.MulticastGroups) SendTo(socket, message, group, LslLimits.QueryPort);
        foreach (var peer in options.KnownPeers) SendToHost(socket, message, peer);
    }

    /// <summary>The query port reaches one program of a host, the service ports the others.</summary>
    private void SendToHost(Socket socket, byte[] message, IPAddress host)
    {
        SendTo(socket, message, host, LslLimits.QueryPort);
        for (int port = LslLimits.BasePort; port < LslLimits.BasePort + LslLimits.PortRange; port++) SendTo(socket, message, host, port);
    }

    private void SendTo(Socket socket, byte[] message, IPAddress host, int port)
    {
        try
        {
            socket.SendTo(message, new IPEndPoint(host, port));
        }
        catch (SocketException)
        {
            diagnostics.CountUnreachable(); // One of several ways (no route for a group, for example); the others go on.
        }
    }
}
