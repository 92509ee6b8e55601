using System.Net.Sockets;
using System.Text;

namespace AttentionEngine.Capture.Lsl;

/// <summary>One TCP connection to an outlet, on its own thread: an info request, or a consumer of samples.</summary>
internal sealed class ConsumerConnection
{
    private const int PollMs = 200;

    private readonly OutletServer server;
    private readonly LslOutlet outlet;
    private readonly Socket socket;
    private readonly SampleRing ring;
    private readonly int chunkSamples;
    private readonly LslDiagnostics diagnostics;
    private readonly Thread thread;
    private SampleRing.Reader? reader;
    private volatile bool closing;
    private bool closed;

    public ConsumerConnection(OutletServer server, LslOutlet outlet, Socket socket, SampleRing ring, int chunkSamples, LslDiagnostics diagnostics)
    {
        this.server = server;
        this.outlet = outlet;
        this.socket = socket;
        this.ring = ring;
        this.chunkSamples = chunkSamples;
        this.diagnostics = diagnostics;
        thread = new Thread(Run) { Name = "lsl-out", IsBackground = true };
    }

    public bool Subscribed { get; private set; }

    /// <summary>Samples that this consumer will never get.</summary>
    public long Dropped
    {
        get
        {
            lock (ring.Gate) return reader?.Dropped ?? 0;
        }
    }

    public void Start() => thread.Start();

    private void Run()
    {
        try
        {
            socket.NoDelay = true;
            Sockets.ResendSoon(socket);
            Serve();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (LslProtocolException)
        {
            diagnostics.CountProtocolError();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The consumer went away, or EndClose closed the socket. What it did not get is counted below.
        }
        finally
        {
            Finish();
        }
    }

    private void Serve()
    {
        var buffer = new ReceiveBuffer(4096);
        double deadlineS = LslClock.NowS + LslLimits.HandshakeTimeout.TotalSeconds;
        string request = TakeUntil(buffer, "\r\n"u8, deadlineS);
        if (request == "LSL:fullinfo")
        {
            Send(outlet.FullInfo);
        }
        else if (request == "LSL:shortinfo")
        {
            if (StreamPredicate.TryParse(TakeUntil(buffer, "\r\n"u8, deadlineS)) is not { } predicate) diagnostics.CountUnsupportedQuery();
            else if (predicate.Matches(outlet.Info)) Send(outlet.ShortInfo);
        }
        else if (request.StartsWith(FeedHandshake.StreamFeed, StringComparison.Ordinal))
        {
            Feed(buffer, request, deadlineS);
        }
        else
        {
            throw new LslProtocolException("an unknown request");
        }
    }

    private void Feed(ReceiveBuffer buffer, string firstLine, double deadlineS)
    {
        string headers = TakeHeaders(buffer, deadlineS);
        if (!FeedHandshake.TryParseRequest(firstLine, headers, out var request) || request.Version < 110 || request.Version >= 200 || request.DataVersion < 110)
        {
            diagnostics.CountRefusedConnection();
            Send(FeedHandshake.VersionNotSupported);
            return;
        }
        if (request.Uid.Length > 0 && request.Uid != outlet.Info.Uid)
        {
            diagnostics.CountRefusedConnection();
            Send(FeedHandshake.NotFound);
            return;
        }
        if (request.MaxBufferSamples > 0)
        {
            // Subscribed before the answer goes out: whatever is pushed after the consumer has read it arrives.
            reader = ring.Join(request.MaxBufferSamples);
            Subscribed = true;
            server.OnSubscribed();
        }
        Send([.. FeedHandshake.Accept(outlet.Info), .. FeedEncoder.TestPatterns(outlet.Info)]);
        if (reader is not null) Stream(reader, Math.Min(chunkSamples, request.MaxChunkSamples > 0 ? request.MaxChunkSamples : int.MaxValue));
    }

    private void Stream(SampleRing.Reader reader, int maxSamples)
    {
        var encoder = new FeedEncoder(outlet.Info);
        double nextPollS = 0;
        while (true)
        {
            int bytes;
            lock (ring.Gate)
            {
                bytes = encoder.Fill(ring, reader, maxSamples);
                if (bytes == 0)
                {
                    if (closing) return;
                    Monitor.Wait(ring.Gate, PollMs);
                    bytes = encoder.Fill(ring, reader, maxSamples);
                }
            }
            if (bytes > 0) Send(encoder.Buffer.AsSpan(0, bytes));
            if (LslClock.NowS < nextPollS) continue;
            nextPollS = LslClock.NowS + PollMs * 1e-3;
            if (socket.Poll(0, SelectMode.SelectRead))
            {
                // A consumer never speaks after its request, so this is its farewell or a breach.
                if (socket.Available == 0) return;
                throw new LslProtocolException("bytes from a consumer after its request");
            }
        }
    }

    /// <summary>The header lines up to the blank one, each with its line end.</summary>
    private string TakeHeaders(ReceiveBuffer buffer, double deadlineS)
    {
        var headers = new StringBuilder();
        while (TakeUntil(buffer, "\r\n"u8, deadlineS) is { Length: > 0 } line)
        {
            headers.Append(line).Append("\r\n");
            if (headers.Length > LslLimits.MaxHeaderBytes) throw new LslProtocolException("a request that is too long");
        }
        return headers.ToString();
    }

    private string TakeUntil(ReceiveBuffer buffer, ReadOnlySpan<byte> terminator, double deadlineS)
    {
        while (true)
        {
            if (buffer.TryTakeUntil(terminator, out string text)) return text;
            double leftS = deadlineS - LslClock.NowS;
            if (leftS <= 0 || !socket.Poll(TimeSpan.FromSeconds(leftS), SelectMode.SelectRead)) throw new LslProtocolException("a request that does not end");
            if (!buffer.Fill(socket, LslLimits.MaxHeaderBytes)) throw new LslProtocolException("a request that ends too early");
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
    }

    private void Finish()
    {
        lock (ring.Gate)
        {
            if (closing) reader?.DropTo(ring.Head); // The outlet closes before this consumer has taken everything.
            closed = true;
        }
        server.OnClosed(this);
        if (reader is not null) ring.Leave(reader);
        socket.Dispose();
    }

    /// <summary>Asks the thread to send what is left and end.</summary>
    public void BeginClose()
    {
        lock (ring.Gate)
        {
            closing = true;
            Monitor.PulseAll(ring.Gate);
        }
    }

    /// <summary>Waits until the given time for the rest to be sent, then cuts.</summary>
    public void EndClose(double deadlineS)
    {
        double leftS = Math.Max(0, deadlineS - LslClock.NowS);
        if (thread.Join(TimeSpan.FromSeconds(leftS))) return;
        if (!closed) socket.Dispose();
        thread.Join();
    }
}
