using System.Net;
using System.Net.Sockets;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// Measures a source's clock against ours by an NTP-like exchange with its service port. Our own send time is kept by wave id rather than taken
/// from the echo, so that the time it takes to write the datagram does not bias the offset. Used by one thread.
/// </summary>
internal sealed class ClockProber : IDisposable
{
    private readonly LslNetwork network;
    private Socket? socket;
    private readonly byte[] buffer = new byte[512];
    private SocketAddress from = new(AddressFamily.InterNetwork);
    private readonly double[] sentS = new double[64];
    private int firstWave;
    private int nextWave = OutletIdentity.NewIdBase();

    public ClockProber(LslNetwork network) => this.network = network;

    /// <summary>Sends a burst and takes the answer with the smallest round trip.</summary>
    /// <param name="count">Probes, at most 64.</param>
    /// <param name="spacingS">Between probes, seconds.</param>
    /// <param name="waitS">For answers after the last probe, seconds.</param>
    /// <returns>Answers that came; 0: no measurement.</returns>
    public int Measure(IPEndPoint service, int count, double spacingS, double waitS, Func<bool> stop, out ClockProbe best)
    {
        best = new ClockProbe(0, 0, double.PositiveInfinity);
        if (service.Port == 0 || SocketFor(service.AddressFamily) is not { } socket) return 0;
        var address = service.Serialize();
        firstWave = nextWave;
        int answers = 0;
        for (int i = 0; i < count && !stop(); i++)
        {
            int wave = nextWave++;
            double t0S = LslClock.NowS;
            int n = TimeMessage.FormatProbe(buffer, wave, t0S);
            sentS[wave - firstWave] = LslClock.NowS;
            try
            {
                socket.SendTo(buffer.AsSpan(0, n), SocketFlags.None, address);
            }
            catch (SocketException)
            {
                return answers; // No route to the source now: the caller sees that no answer came.
            }
            double untilS = sentS[wave - firstWave] + (i == count - 1 ? waitS : spacingS);
            while (answers < count && TakeOne(socket, address, untilS, ref best)) answers++;
            if (i < count - 1 && untilS - LslClock.NowS > 0) Thread.Sleep(TimeSpan.FromSeconds(untilS - LslClock.NowS));
        }
        return answers;
    }

    /// <summary>Waits until the given time for one valid answer; returns after it, or false at the time.</summary>
    private bool TakeOne(Socket socket, SocketAddress expected, double untilS, ref ClockProbe best)
    {
        while (true)
        {
            double leftS = untilS - LslClock.NowS;
            if (leftS <= 0 || !socket.Poll(TimeSpan.FromSeconds(leftS), SelectMode.SelectRead)) return false;
            int n = socket.ReceiveFrom(buffer, SocketFlags.None, from);
            double t3S = LslClock.NowS;
            if (!from.Equals(expected) || !TimeMessage.TryParseReply(buffer.AsSpan(0, n), out int wave, out double t1S, out double t2S)) continue;
            int index = wave - firstWave;
            if (index < 0 || index >= nextWave - firstWave || double.IsNaN(sentS[index])) continue;
            double t0S = sentS[index];
            sentS[index] = double.NaN; // A second answer to the same probe counts for nothing.
            double roundTripS = t3S - t0S - (t2S - t1S);
            if (roundTripS < 0) continue;
            if (roundTripS < best.RoundTripS) best = new ClockProbe((t0S + t3S) / 2, -((t1S - t0S) + (t2S - t3S)) / 2, roundTripS);
            return true;
        }
    }

    /// <summary>A restarted source may have come back on the other IP version.</summary>
    private Socket? SocketFor(AddressFamily family)
    {
        if (socket?.AddressFamily == family) return socket;
        if (network.BindFor(family) is not { } bind) return null;
        socket?.Dispose();
        socket = Sockets.Datagram(bind);
        from = new SocketAddress(family);
        return socket;
    }

    public void Dispose() => socket?.Dispose();
}
