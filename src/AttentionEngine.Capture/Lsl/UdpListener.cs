using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A thread that receives datagrams from one socket and hands each over with its arrival time.</summary>
internal sealed class UdpListener : IDisposable
{
    public delegate void Handler(ReadOnlySpan<byte> datagram, SocketAddress from, double arrivalS);

    private readonly Socket socket;
    private readonly Handler handler;
    private readonly LslDiagnostics diagnostics;
    private readonly Thread thread;
    private volatile bool closing;

    public UdpListener(string name, Socket socket, Handler handler, LslDiagnostics diagnostics)
    {
        this.socket = socket;
        this.handler = handler;
        this.diagnostics = diagnostics;
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    private void Run()
    {
        var buffer = new byte[LslLimits.MaxDatagramBytes];
        var from = new SocketAddress(socket.AddressFamily);
        while (!closing)
        {
            try
            {
                int n = socket.ReceiveFrom(buffer, SocketFlags.None, from);
                handler(buffer.AsSpan(0, n), from, LslClock.NowS);
            }
            catch (SocketException) when (!closing)
            {
                diagnostics.CountMalformed(); // A datagram that could not be taken or answered; the next may be good.
                Thread.Sleep(5); // A network that is down answers at once, again and again.
            }
            catch (Exception e) when (closing && e is SocketException or ObjectDisposedException)
            {
                return; // Dispose closed the socket under the blocking receive.
            }
        }
    }

    public void Dispose()
    {
        closing = true;
        socket.Dispose();
        thread.Join();
    }
}
