using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A stream that this process receives. A thread reads the connection into a ring; another watches the source and its clock.</summary>
internal sealed class LslInlet(LslTransport transport, StreamInfo info, InletOptions options) : RingInlet(info, options)
{
    private readonly Lock openGate = new();
    private volatile InletReceiver? receiver;

    public override InletCounters Counters => new(Ring.Head, Dropped, receiver?.Reconnects ?? 0, !IsDisposed && (receiver?.Connected ?? false));

    /// <summary>Why the connection is down, or null.</summary>
    public string? Problem => receiver?.Problem;

    public override void Open(TimeSpan timeout, CancellationToken cancellation)
    {
        lock (openGate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (receiver is not null) return;
            var connection = InletReceiver.Connect(transport, Info, Ring, timeout, cancellation, out var full);
            Info = full;
            receiver = new InletReceiver(transport, connection, Ring, Options.Recover, found => Info = found);
        }
    }

    public override int CopyClockProbes(Span<ClockProbe> destination) => receiver?.CopyClockProbes(destination) ?? 0;

    /// <summary>Ends a pull that waits elsewhere (it returns nothing) and closes the connection.</summary>
    public override void Dispose()
    {
        lock (openGate)
        {
            if (IsDisposed) return;
            EndPulls();
            receiver?.Dispose();
        }
    }
}
