using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Accepts the TCP connections of one outlet and keeps them.</summary>
internal sealed class OutletServer : IDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(500);

    private readonly LslOutlet outlet;
    private readonly IReadOnlyList<Socket> listeners;
    private readonly SampleRing ring;
    private readonly int chunkSamples;
    private readonly LslDiagnostics diagnostics;
    private readonly Lock gate = new();
    private readonly HashSet<ConsumerConnection> connections = [];
    private readonly object subscription = new();
    private readonly Task accepting;
    private long droppedBefore;
    private volatile bool closing;
    private volatile int consumerCount;

    public OutletServer(LslOutlet outlet, IReadOnlyList<Socket> listeners, SampleRing ring, int chunkSamples, LslDiagnostics diagnostics)
    {
        this.outlet = outlet;
        this.listeners = listeners;
        this.ring = ring;
        this.chunkSamples = chunkSamples > 0 ? chunkSamples : int.MaxValue;
        this.diagnostics = diagnostics;
        accepting = Task.WhenAll(listeners.Select(AcceptAsync));
    }

    public int ConsumerCount => consumerCount;

    public long Dropped
    {
        get
        {
            lock (gate)
            {
                long total = droppedBefore;
                foreach (var connection in connections) total += connection.Dropped;
                return total;
            }
        }
    }

    public bool WaitForConsumers(int count, TimeSpan timeout, CancellationToken cancellation)
    {
        double deadlineS = LslClock.NowS + timeout.TotalSeconds;
        while (consumerCount < count)
        {
            double leftS = deadlineS - LslClock.NowS;
            if (leftS <= 0 || closing) return false;
            cancellation.ThrowIfCancellationRequested();
            lock (subscription)
                if (consumerCount < count) Monitor.Wait(subscription, TimeSpan.FromSeconds(Math.Min(leftS, 0.05)));
        }
        return true;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!closing)
        {
            try
            {
                var socket = await listener.AcceptAsync().ConfigureAwait(false);
                Take(socket);
            }
            catch (Exception e) when (closing && e is SocketException or ObjectDisposedException)
            {
                return; // Dispose closed the listener.
            }
            catch (SocketException)
            {
                diagnostics.CountAcceptError();
                await Task.Delay(50).ConfigureAwait(false); // Out of descriptors, most likely: others may close some.
            }
        }
    }

    private void Take(Socket socket)
    {
        lock (gate)
        {
            if (closing || connections.Count >= LslLimits.MaxConnectionsPerOutlet)
            {
                diagnostics.CountRefusedConnection();
                socket.Dispose();
                return;
            }
            var connection = new ConsumerConnection(this, outlet, socket, ring, chunkSamples, diagnostics);
            connections.Add(connection);
            connection.Start();
        }
    }

    public void OnSubscribed()
    {
        Interlocked.Increment(ref consumerCount);
        lock (subscription) Monitor.PulseAll(subscription);
    }

    public void OnClosed(ConsumerConnection connection)
    {
        if (connection.Subscribed) Interlocked.Decrement(ref consumerCount);
        lock (gate)
        {
            droppedBefore += connection.Dropped;
            connections.Remove(connection);
        }
    }

    public void Dispose()
    {
        closing = true;
        foreach (var listener in listeners) listener.Dispose();
        accepting.Wait();
        ConsumerConnection[] open;
        lock (gate) open = [.. connections];
        foreach (var connection in open) connection.BeginClose();
        double deadlineS = LslClock.NowS + DrainTime.TotalSeconds;
        foreach (var connection in open) connection.EndClose(deadlineS);
    }
}
