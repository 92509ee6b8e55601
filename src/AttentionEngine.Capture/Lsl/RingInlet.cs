using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The pulling half of an inlet: samples that a receiver's thread has put into a ring are handed to whoever pulls.</summary>
internal abstract class RingInlet : IStreamInlet
{
    private readonly SampleRing.Reader reader;
    private volatile StreamInfo info;
    private volatile bool disposed;

    protected RingInlet(StreamInfo info, InletOptions options)
    {
        this.info = info;
        Options = options;
        int sampleBytes = info.ChannelCount * info.Format.ByteSize();
        Ring = new SampleRing(sampleBytes, LslLimits.RingSamples(options.MaxBufferedS, info.NominalRateHz, sampleBytes));
        reader = Ring.Join(Ring.Capacity);
    }

    public StreamInfo Info
    {
        get => info;
        protected set => info = value;
    }

    protected InletOptions Options { get; }
    protected SampleRing Ring { get; }
    protected bool IsDisposed => disposed;

    /// <summary>Samples dropped because nobody pulled.</summary>
    protected long Dropped
    {
        get
        {
            lock (Ring.Gate) return reader.Dropped;
        }
    }

    public abstract InletCounters Counters { get; }
    public abstract void Open(TimeSpan timeout, CancellationToken cancellation);
    public abstract int CopyClockProbes(Span<ClockProbe> destination);
    public abstract void Dispose();

    /// <inheritdoc/>
    public int Pull<T>(Span<T> interleaved, Span<double> timestampsS, TimeSpan timeout) where T : unmanaged
    {
        var format = info.Format;
        int channels = info.ChannelCount;
        if (format == ChannelFormat.Text) throw new InvalidOperationException($"Stream {info.Name} carries text; use PullText.");
        int room = Math.Min(timestampsS.Length, interleaved.Length / channels);
        if (room == 0) throw new ArgumentException($"The buffers hold no whole frame of stream {info.Name} ({channels} channels).", nameof(interleaved));
        int total = 0;
        lock (Ring.Gate)
        {
            if (!WaitForSample(timeout)) return 0;
            while (total < room)
            {
                int n = Ring.Peek(reader, room - total, out var samples, out var stampsS);
                if (n == 0) break;
                SampleConverter.Convert(format, samples, interleaved.Slice(total * channels, n * channels));
                stampsS.CopyTo(timestampsS[total..]);
                SampleRing.Advance(reader, n);
                total += n;
            }
        }
        return total;
    }

    /// <inheritdoc/>
    public bool PullText(Span<string> values, out double timestampS, TimeSpan timeout)
    {
        timestampS = 0;
        if (info.Format != ChannelFormat.Text) throw new InvalidOperationException($"Stream {info.Name} carries {info.Format.XdfName()}; use Pull.");
        if (values.Length < info.ChannelCount) throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels; there is room for {values.Length} texts.", nameof(values));
        byte[] payload;
        lock (Ring.Gate)
        {
            if (!WaitForSample(timeout)) return false;
            Ring.PeekText(reader, 1, out var payloads, out var stampsS);
            payload = payloads[0];
            timestampS = stampsS[0];
            SampleRing.Advance(reader, 1);
        }
        TextCodec.Decode(payload, values[..info.ChannelCount]);
        return true;
    }

    /// <summary>Samples that can be pulled now.</summary>
    public long Available
    {
        get
        {
            lock (Ring.Gate) return Ring.Head - reader.Cursor;
        }
    }

    /// <summary>Waits under the ring's Gate. False at the time, or when the inlet is disposed meanwhile.</summary>
    private bool WaitForSample(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Ring.Head > reader.Cursor) return true;
        double deadlineS = LslClock.NowS + timeout.TotalSeconds;
        while (Ring.Head == reader.Cursor)
        {
            double leftS = deadlineS - LslClock.NowS;
            if (leftS <= 0 || disposed) return false;
            Monitor.Wait(Ring.Gate, TimeSpan.FromSeconds(Math.Min(leftS, 1)));
        }
        return !disposed;
    }

    /// <summary>Ends a pull that waits elsewhere: it returns nothing.</summary>
    protected void EndPulls()
    {
        lock (Ring.Gate)
        {
            disposed = true;
            Monitor.PulseAll(Ring.Gate);
        }
    }
}
