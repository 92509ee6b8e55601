using System.Net.Sockets;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The thread that reads an inlet's connection, and finds the source again after a break.</summary>
internal sealed class InletReceiver : IDisposable
{
    private const double OutletBufferS = 360;
    private static readonly TimeSpan SearchTime = TimeSpan.FromMilliseconds(250);

    private readonly LslTransport transport;
    private readonly SampleRing ring;
    private readonly bool recover;
    private readonly Action<StreamInfo> sourceChanged;
    private readonly SourceMonitor monitor;
    private readonly CancellationTokenSource closing = new();
    private readonly Thread thread;
    private readonly Lock gate = new();
    private FeedConnection connection;
    private volatile DiscoveredStream source;
    private volatile bool standing = true;
    private volatile int reconnects;
    private volatile string? problem;

    public InletReceiver(LslTransport transport, FeedConnection connection, SampleRing ring, bool recover, Action<StreamInfo> sourceChanged)
    {
        this.transport = transport;
        this.connection = connection;
        this.ring = ring;
        this.sourceChanged = sourceChanged;
        source = connection.Source;
        this.recover = recover && source.Info.SourceId.Length > 0; // Without an id nobody can say that it is the same source.
        monitor = new SourceMonitor(transport.Network, () => source, OnSilent);
        thread = new Thread(Run) { Name = "lsl-in", IsBackground = true };
        thread.Start();
    }

    public bool Connected => standing && monitor.Alive;
    public int Reconnects => reconnects;
    public string? Problem => Connected ? null : problem ?? "the source is silent";

    public int CopyClockProbes(Span<ClockProbe> destination) => monitor.Probes.Copy(destination);

    /// <summary>The first connection: finds the source if need be, fetches its full info, subscribes.</summary>
    public static FeedConnection Connect(LslTransport transport, StreamInfo info, SampleRing ring, TimeSpan timeout, CancellationToken cancellation, out StreamInfo full)
    {
        double deadlineS = LslClock.NowS + timeout.TotalSeconds;
        string? problem = null;
        var source = transport.Known(info.Uid);
        if (source is not null && (source.Info.Format != info.Format || source.Info.ChannelCount != info.ChannelCount)) source = null;
        while (LslClock.NowS < deadlineS)
        {
            source ??= transport.FindAgain(info, SearchTime, cancellation, out problem);
            if (source is null) continue;
            try
            {
                full = FeedConnection.FetchFullInfo(source, deadlineS, cancellation) ?? source.Info;
                return FeedConnection.Open(source with { Info = full }, RequestSamples(full, ring), ring, deadlineS, cancellation);
            }
            catch (Exception e) when (e is SocketException or LslProtocolException or TimeoutException)
            {
                if (e is LslProtocolException) transport.Diagnostics.CountProtocolError();
                problem = e.Message;
                source = null; // Gone or restarted since it was found: look again.
                cancellation.WaitHandle.WaitOne(20);
            }
        }
        throw new TimeoutException($"Stream {info.Name} (source_id '{info.SourceId}', host {info.HostName}) did not answer within {timeout.TotalSeconds:0.###} s: {problem ?? "not found"}. Is its program still running?");
    }

    /// <summary>How far behind the outlet should let us fall: long, whatever our own ring holds, because what we drop ourselves is counted and what a foreign outlet drops is not.</summary>
    private static int RequestSamples(StreamInfo info, SampleRing ring)
    {
        int sampleBytes = info.ChannelCount * info.Format.ByteSize();
        return (int)Math.Max(ring.Capacity, LslLimits.RingSamples(OutletBufferS, info.NominalRateHz, sampleBytes));
    }

    private void Run()
    {
        while (!closing.IsCancellationRequested)
        {
            ReadUntilBroken();
            standing = false;
            if (!recover || closing.IsCancellationRequested) return;
            if (!Reconnect()) return;
            reconnects++;
            monitor.NoteSign();
            standing = true;
        }
    }

    private void ReadUntilBroken()
    {
        try
        {
            while (true)
            {
                int n = connection.Receive(ring);
                if (n < 0)
                {
                    problem = "the source has closed the connection";
                    return;
                }
                monitor.NoteSign();
            }
        }
        catch (LslProtocolException e)
        {
            transport.Diagnostics.CountProtocolError();
            problem = e.Message;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            problem = e.Message;
        }
        finally
        {
            connection.Dispose();
        }
    }

    private bool Reconnect()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                if (transport.FindAgain(source.Info, SearchTime, closing.Token, out string? reason) is not { } found)
                {
                    problem = reason;
                    continue;
                }
                double deadlineS = LslClock.NowS + 2;
                var full = FeedConnection.FetchFullInfo(found, deadlineS, closing.Token) ?? found.Info;
                found = found with { Info = full };
                var fresh = FeedConnection.Open(found, RequestSamples(full, ring), ring, deadlineS, closing.Token);
                lock (gate)
                {
                    connection = fresh;
                    source = found;
                    if (closing.IsCancellationRequested) fresh.Dispose();
                }
                sourceChanged(full);
                return true;
            }
            catch (Exception e) when (e is SocketException or LslProtocolException or TimeoutException)
            {
                if (e is LslProtocolException) transport.Diagnostics.CountProtocolError();
                problem = e.Message;
                closing.Token.WaitHandle.WaitOne(50);
            }
            catch (OperationCanceledException)
            {
                return false; // Disposed.
            }
        }
        return false;
    }

    /// <summary>The connection stands but the source is silent: if it has restarted under a new uid, cut the old connection, which makes the reader look for the new one.</summary>
    private void OnSilent()
    {
        if (!recover || !standing) return;
        try
        {
            if (transport.FindAgain(source.Info, SearchTime, closing.Token, out _) is { } found && found.Info.Uid != source.Info.Uid)
                lock (gate) connection.Dispose();
        }
        catch (OperationCanceledException)
        {
            // Disposed meanwhile.
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closing.Cancel();
            connection.Dispose();
        }
        thread.Join();
        monitor.Dispose();
        closing.Dispose();
    }
}
