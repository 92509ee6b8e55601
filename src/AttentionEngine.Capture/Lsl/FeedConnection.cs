using System.Net;
using System.Net.Sockets;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The consumer's end of one TCP connection to an outlet.</summary>
internal sealed class FeedConnection : IDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromSeconds(1);
    private readonly Socket socket;
    private readonly ReceiveBuffer buffer = new();
    private readonly FeedDecoder decoder;

    private FeedConnection(Socket socket, ReceiveBuffer buffer, DiscoveredStream source, FeedDecoder decoder)
    {
        this.socket = socket;
        this.buffer = buffer;
        this.decoder = decoder;
        Source = source;
    }

    public DiscoveredStream Source { get; }

    /// <summary>Connects, subscribes, and reads the answer and the test patterns.</summary>
    /// <param name="ring">Samples that come close behind the patterns go here.</param>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">It does not answer in time.</exception>
    /// <exception cref="LslProtocolException">It refuses, or breaks the protocol.</exception>
    public static FeedConnection Open(DiscoveredStream source, int maxBufferSamples, SampleRing ring, double deadlineS, CancellationToken cancellation)
    {
        var socket = Connect(source.Data, deadlineS, cancellation);
        try
        {
            SendAll(socket, FeedHandshake.Request(source.Info, maxBufferSamples, Environment.MachineName));
            var buffer = new ReceiveBuffer();
            string header;
            while (!buffer.TryTakeUntil("\r\n\r\n"u8, out header)) Fill(socket, buffer, LslLimits.MaxHeaderBytes, deadlineS, cancellation);
            bool swap = FeedHandshake.ReadAnswer(header, source.Info.Uid) && source.Info.Format.ByteSize() != 1;
            var decoder = new FeedDecoder(source.Info, swap);
            while (decoder.Decode(buffer, ring) == 0 && !decoder.PatternsChecked) Fill(socket, buffer, decoder.MaxMessageBytes, deadlineS, cancellation);
            return new FeedConnection(socket, buffer, source, decoder);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The stream's full info with its desc, over a connection of its own.</summary>
    /// <returns>Null where the answer is not valid.</returns>
    public static StreamInfo? FetchFullInfo(DiscoveredStream source, double deadlineS, CancellationToken cancellation)
    {
        using var socket = Connect(source.Data, deadlineS, cancellation);
        SendAll(socket, "LSL:fullinfo\r\n"u8);
        var buffer = new ReceiveBuffer(32 << 10);
        while (TryFill(socket, buffer, LslLimits.MaxInfoBytes, deadlineS, cancellation)) { }
        var full = StreamInfoXml.TryRead(buffer.Unread, source.Data.Address)?.Info;
        return full is not null && full.Uid == source.Info.Uid && full.Format == source.Info.Format && full.ChannelCount == source.Info.ChannelCount ? full : null;
    }

    /// <summary>Waits for bytes and takes the samples in them.</summary>
    /// <returns>Samples taken, or −1 when the outlet has closed.</returns>
    public int Receive(SampleRing ring)
    {
        // A socket that was connected asynchronously stays non-blocking underneath, and the framework allocates when it waits inside
        // Receive for such a one. Waiting in Poll does not. (`attend bench lsl-push-pull` is the gate.)
        while (!socket.Poll(PollTime, SelectMode.SelectRead)) { }
        return buffer.Fill(socket, decoder.MaxMessageBytes) ? decoder.Decode(buffer, ring) : -1;
    }

    private static Socket Connect(IPEndPoint endPoint, double deadlineS, CancellationToken cancellation)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Max(0.001, deadlineS - LslClock.NowS)));
        try
        {
            socket.ConnectAsync(endPoint, limit.Token).AsTask().GetAwaiter().GetResult();
            KeepAlive(socket);
            return socket;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"{endPoint} does not accept the connection in time.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A host that is gone for good is noticed by the kernel after 75 s; a link that is down for less keeps its connection and loses nothing. That the source is silent is noticed long before, by <see cref="SourceMonitor"/>.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 12);
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
    }

    private static void Fill(Socket socket, ReceiveBuffer buffer, int maxBytes, double deadlineS, CancellationToken cancellation)
    {
        if (!TryFill(socket, buffer, maxBytes, deadlineS, cancellation)) throw new LslProtocolException("the outlet closes the connection before its answer is complete");
    }

    private static bool TryFill(Socket socket, ReceiveBuffer buffer, int maxBytes, double deadlineS, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            double leftS = deadlineS - LslClock.NowS;
            if (leftS <= 0) throw new TimeoutException($"{socket.RemoteEndPoint} does not answer in time.");
            if (socket.Poll(TimeSpan.FromSeconds(Math.Min(leftS, 0.05)), SelectMode.SelectRead)) return buffer.Fill(socket, maxBytes);
        }
    }

    public void Dispose() => socket.Dispose();
}
