using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A stream that this process receives. A thread reads the connection into a ring; another watches the source and its clock.</summary>
internal sealed class LslInlet : IStreamInlet
{
    private readonly LslTransport transport;
    private readonly InletOptions options;
    private readonly SampleRing ring;
    private readonly SampleRing.Reader reader;
    private readonly int sampleBytes;
    private readonly Lock openGate = new();
    private volatile StreamInfo info;
    private volatile InletReceiver? receiver;
    private volatile bool disposed;

    public LslInlet(LslTransport transport, StreamInfo info, InletOptions options)
    {
        this.transport = transport;
        this.info = info;
        this.options = options;
        sampleBytes = info.ChannelCount * info.Format.ByteSize();
        ring = new SampleRing(sampleBytes, LslLimits.RingSamples(options.MaxBufferedS, info.NominalRateHz, sampleBytes));
        reader = ring.Join(ring.Capacity);
    }

    public StreamInfo Info => info;

    public InletCounters Counters
    {
        get
        {
            long dropped;
            lock (ring.Gate) dropped = reader.Dropped;
            return new InletCounters(ring.Head, dropped, receiver?.Reconnects ?? 0, receiver?.Connected ?? false);
        }
    }

    /// <summary>Why the connection is down, or null.</summary>
    public string? Problem => receiver?.Problem;

    public void Open(TimeSpan timeout, CancellationToken cancellation)
    {
        lock (openGate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (receiver is not null) return;
            var connection = InletReceiver.Connect(transport, info, ring, timeout, cancellation, out var full);
            info = full;
            receiver = new InletReceiver(transport, connection, ring, options.Recover, found => info = found);
        }
    }

    public int Pull<T>(Span<T> interleaved, Span<double> timestampsS, TimeSpan timeout) where T : unmanaged
    {
        var format = info.Format;
        int channels = info.ChannelCount;
        if (format == ChannelFormat.Text) throw new InvalidOperationException($"Stream {info.Name} carries text; use PullText.");
        int room = Math.Min(timestampsS.Length, interleaved.Length / channels);
        if (room == 0) throw new ArgumentException($"The buffers hold no whole frame of stream {info.Name} ({channels} channels).", nameof(interleaved));
        int total = 0;
        lock (ring.Gate)
        {
            if (!WaitForSample(timeout)) return 0;
            while (total < room)
            {
                int n = ring.Peek(reader, room - total, out var samples, out var stampsS);
                if (n == 0) break;
                SampleConverter.Convert(format, samples, interleaved.Slice(total * channels, n * channels));
                stampsS.CopyTo(timestampsS[total..]);
                SampleRing.Advance(reader, n);
                total += n;
            }
        }
        return total;
    }

    public bool PullText(Span<string> values, out double timestampS, TimeSpan timeout)
    {
        timestampS = 0;
        if (info.Format != ChannelFormat.Text) throw new InvalidOperationException($"Stream {info.Name} carries {info.Format.XdfName()}; use Pull.");
        if (values.Length < info.ChannelCount) throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels; there is room for {values.Length} texts.", nameof(values));
        byte[] payload;
        lock (ring.Gate)
        {
            if (!WaitForSample(timeout)) return false;
            ring.PeekText(reader, 1, out var payloads, out var stampsS);
            payload = payloads[0];
            timestampS = stampsS[0];
            SampleRing.Advance(reader, 1);
        }
        TextCodec.Decode(payload, values[..info.ChannelCount]);
        return true;
    }

    /// <summary>Waits under the ring's Gate. False at the time, or when the inlet is disposed meanwhile.</summary>
    private bool WaitForSample(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (ring.Head > reader.Cursor) return true;
        double deadlineS = LslClock.NowS + timeout.TotalSeconds;
        while (ring.Head == reader.Cursor)
        {
            double leftS = deadlineS - LslClock.NowS;
            if (leftS <= 0 || disposed) return false;
            Monitor.Wait(ring.Gate, TimeSpan.FromSeconds(Math.Min(leftS, 1)));
        }
        return !disposed;
    }

    public int CopyClockProbes(Span<ClockProbe> destination) => receiver?.CopyClockProbes(destination) ?? 0;

    /// <summary>Ends a pull that waits elsewhere (it returns nothing) and closes the connection.</summary>
    public void Dispose()
    {
        lock (openGate)
        {
            if (disposed) return;
            lock (ring.Gate)
            {
                disposed = true;
                Monitor.PulseAll(ring.Gate);
            }
            receiver?.Dispose();
        }
    }
}
