using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Finds streams: asks in waves by every way that the bind address allows, and collects the answers.</summary>
internal sealed class LslResolver(LslNetwork network, LslDiagnostics diagnostics)
{
    /// <summary>After enough streams have answered, this much longer, so that a second source of the same id shows itself.</summary>
    private const double SettleS = 0.04;

    // Whoever waits for streams asks often; a standing look, which a recorder has all the time, less so.
    private const double EagerWaveS = 0.1, CalmWaveS = 0.25, LateWaveS = 0.5;

    private int nextQueryId = OutletIdentity.NewIdBase();

    /// <returns>One entry for each uid, in order of name, source id and uid.</returns>
    public List<DiscoveredStream> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation)
    {
        string predicate = StreamPredicate.Format(query, network.Options.SessionId);
        string queryId = Interlocked.Increment(ref nextQueryId).ToString(CultureInfo.InvariantCulture);
        byte[] expectedId = Encoding.ASCII.GetBytes(queryId);
        var found = new Dictionary<string, DiscoveredStream>(StringComparer.Ordinal);
        var known = new KnownReplies();
        var askers = new List<Asker>();
        try
        {
            OpenAskers(askers, predicate, queryId);
            var buffer = new byte[LslLimits.MaxDatagramBytes];
            var ready = new List<Socket>(2);
            double startS = LslClock.NowS, deadlineS = startS + timeout.TotalSeconds, nextWaveS = startS;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                double nowS = LslClock.NowS;
                if (nowS >= deadlineS) break;
                if (nowS >= nextWaveS)
                {
                    var interfaces = network.Interfaces(); // again: one may have come up
                    foreach (var asker in askers) SendWave(asker, interfaces);
                    nextWaveS = nowS + (nowS - startS >= 2 ? LateWaveS : atLeast > 0 ? EagerWaveS : CalmWaveS);
                }
                double waitS = Math.Min(Math.Min(deadlineS, nextWaveS) - LslClock.NowS, 0.05);
                if (waitS <= 0) continue;
                ready.Clear();
                ready.AddRange(askers.Select(a => a.Socket));
                Socket.Select(ready, null, null, TimeSpan.FromSeconds(waitS));
                int before = found.Count;
                foreach (var socket in ready) Take(socket, buffer, expectedId, query, known, found);
                if (atLeast > 0 && found.Count >= atLeast && before < atLeast) deadlineS = Math.Min(deadlineS, LslClock.NowS + SettleS);
            }
        }
        finally
        {
            foreach (var asker in askers) asker.Socket.Dispose();
        }
        return [.. found.Values.OrderBy(s => s.Info.Name, StringComparer.Ordinal).ThenBy(s => s.Info.SourceId, StringComparer.Ordinal).ThenBy(s => s.Info.Uid, StringComparer.Ordinal)];
    }

    /// <summary>A socket for each IP version with the message that names its port.</summary>
    private void OpenAskers(List<Asker> askers, string predicate, string queryId)
    {
        foreach (var address in network.BindAddresses)
        {
            try
            {
                var socket = Sockets.Datagram(address);
                askers.Add(new Asker(socket, QueryMessage.Format(predicate, ((IPEndPoint)socket.LocalEndPoint!).Port, queryId)));
                if (address.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
                socket.ReceiveBufferSize = 2 << 20;
            }
            catch (SocketException) when (askers.Count > 0)
            {
                diagnostics.CountUnavailableSocket(); // IPv6 is switched off in this system; IPv4 works.
            }
        }
    }

    private void Take(Socket socket, byte[] buffer, byte[] expectedId, StreamQuery query, KnownReplies known, Dictionary<string, DiscoveredStream> found)
    {
        EndPoint from = Sockets.AnyEndPoint(socket.AddressFamily);
        int n;
        try
        {
            n = socket.ReceiveFrom(buffer, ref from);
        }
        catch (SocketException)
        {
            diagnostics.CountUnreachable(); // A refusal that came back for one of our own questions.
            return;
        }
        if (!QueryMessage.TryParseReply(buffer.AsSpan(0, n), out var id, out var xml))
        {
            diagnostics.CountMalformed();
            return;
        }
        if (!id.SequenceEqual(expectedId)) return; // A late answer to another query.
        var sender = ((IPEndPoint)from).Address;
        if (!known.IsNew(xml, sender)) return; // The same answer to an earlier wave, or by another way.
        if (StreamInfoXml.TryRead(xml, sender) is not { } stream)
        {
            diagnostics.CountMalformed();
            return;
        }
        if (found.Count >= LslLimits.MaxDiscovered || !StreamPredicate.Matches(query, network.Options.SessionId, stream.Info)) return;
        if (!found.TryGetValue(stream.Info.Uid, out var other) || Rank(stream) > Rank(other)) found[stream.Info.Uid] = stream;
    }

    /// <summary>One stream answers by several ways: this machine's own is the surest, then IPv4.</summary>
    private static int Rank(DiscoveredStream stream) =>
        (IPAddress.IsLoopback(stream.Data.Address) ? 2 : 0) + (stream.Data.AddressFamily == AddressFamily.InterNetwork ? 1 : 0);

    private void SendWave(Asker asker, IReadOnlyList<LslInterface> interfaces)
    {
        var family = asker.Socket.AddressFamily;
        int queryPort = network.Options.QueryPort;
        if (family == AddressFamily.InterNetwork) SendTo(asker, Sockets.LoopbackBroadcast, queryPort);
        foreach (var peer in network.Peers(family))
        {
            // The query port reaches one program of a host, the service ports the others.
            SendTo(asker, peer, queryPort);
            for (int port = network.Options.BasePort; port < network.Options.BasePort + network.Options.PortRange; port++) SendTo(asker, peer, port);
        }
        foreach (var nic in interfaces.Where(i => i.Family == family))
        {
            try
            {
                Sockets.SendThrough(asker.Socket, nic, network.Hops);
            }
            catch (SocketException)
            {
                diagnostics.CountUnreachable(); // The interface has gone; the others go on.
                continue;
            }
            if (nic.Broadcast is { } directed) SendTo(asker, directed, queryPort);
            foreach (var group in network.Groups.Where(g => g.AddressFamily == family && LslNetwork.IsMulticast(g)))
                SendTo(asker, family == AddressFamily.InterNetwork ? group : new IPAddress(group.GetAddressBytes(), nic.Index), queryPort);
        }
        foreach (var broadcast in network.Groups.Where(g => g.AddressFamily == family && !LslNetwork.IsMulticast(g))) SendTo(asker, broadcast, queryPort);
    }

    private void SendTo(Asker asker, IPAddress host, int port)
    {
        try
        {
            asker.Socket.SendTo(asker.Message, new IPEndPoint(host, port));
        }
        catch (SocketException)
        {
            diagnostics.CountUnreachable(); // One of several ways (no route for a group, for example); the others go on.
        }
    }

    private sealed record Asker(Socket Socket, byte[] Message);
}
