using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Capture.LslVerbs;

/// <summary>What an inlet does to time stamps.</summary>
[Flags]
public enum ProcessingOptions
{
    None = 0,

    /// <summary>Stamps come on this machine's clock.</summary>
    ClockSync = 1,

    /// <summary>Stamps are fitted to the stream's rate; losses do not shift them.</summary>
    Dejitter = 2,

    /// <summary>Stamps never go back.</summary>
    Monotonize = 4,
    All = ClockSync | Dejitter | Monotonize,
}

/// <summary>An inlet by its familiar verbs. Not thread-safe, but <see cref="Dispose"/> may end a pull on another thread.</summary>
public sealed class StreamInlet : IDisposable
{
    private readonly IStreamTransport transport;
    private readonly IStreamInlet inlet;
    private readonly ProcessingOptions processing;
    private readonly ClockOffsetEstimator clock = new();
    private readonly SampleClockFitter? fitter;
    private readonly ClockProbe[] probes = new ClockProbe[64];
    private readonly double[] one = new double[1];
    private double newestProbeS = double.NegativeInfinity, lastStampS = double.NegativeInfinity;
    private int jumpsTold;
    private bool open;

    internal StreamInlet(IStreamTransport transport, StreamInfo info, InletOptions options, ProcessingOptions processing)
    {
        this.transport = transport;
        this.processing = processing;
        inlet = transport.CreateInlet(info, options);
        if (processing.HasFlag(ProcessingOptions.Dejitter) && info.NominalRateHz > 0) fitter = new SampleClockFitter(info.NominalRateHz);
    }

    /// <summary>With the full description once the stream is open.</summary>
    public StreamInfo Info => inlet.Info;
    public bool IsLost => open && !inlet.Counters.Connected;

    /// <summary>Samples dropped because nobody pulled.</summary>
    public long Dropped => inlet.Counters.Dropped;
    public long SamplesAvailable => (inlet as Lsl.RingInlet)?.Available ?? 0;

    /// <summary>Whether the source's clock has jumped since this was last asked.</summary>
    public bool WasClockReset
    {
        get
        {
            FollowClock();
            int jumps = clock.Jumps + (fitter?.Resets ?? 0);
            bool reset = jumps > jumpsTold;
            jumpsTold = jumps;
            return reset;
        }
    }

    /// <exception cref="TimeoutException">The source does not answer.</exception>
    public void OpenStream(double timeoutS = 1e6)
    {
        inlet.Open(TimeSpan.FromSeconds(Math.Min(timeoutS, 1e6)), CancellationToken.None);
        open = true;
    }

    /// <param name="values">[channels].</param>
    /// <returns>The sample's time; 0 when none came.</returns>
    public double PullSample<T>(Span<T> values, double timeoutS = 1e6) where T : unmanaged
    {
        if (values.Length != Info.ChannelCount) throw new ArgumentException($"stream {Info.Name} has {Info.ChannelCount} channels, there is room for {values.Length}.", nameof(values));
        Ready();
        return inlet.Pull(values, one, TimeSpan.FromSeconds(Math.Min(timeoutS, 1e6))) == 0 ? 0 : Processed(one)[0];
    }

    /// <inheritdoc cref="PullSample{T}(Span{T}, double)"/>
    public double PullSample<T>(T[] values, double timeoutS = 1e6) where T : unmanaged => PullSample(values.AsSpan(), timeoutS);

    /// <param name="values">[channels] texts.</param>
    /// <returns>The sample's time; 0 when none came.</returns>
    public double PullSample(string[] values, double timeoutS = 1e6)
    {
        Ready();
        if (!inlet.PullText(values, out one[0], TimeSpan.FromSeconds(Math.Min(timeoutS, 1e6)))) return 0;
        return Processed(one)[0];
    }

    /// <param name="values">[frames, channels].</param>
    /// <param name="timestampsS">[frames].</param>
    /// <returns>Frames that came: those that are there, after waiting for the first at most <paramref name="timeoutS"/>.</returns>
    public int PullChunk<T>(T[,] values, double[] timestampsS, double timeoutS = 0) where T : unmanaged
    {
        if (values.GetLength(1) != Info.ChannelCount) throw new ArgumentException($"stream {Info.Name} has {Info.ChannelCount} channels, the chunk has {values.GetLength(1)}.", nameof(values));
        Ready();
        int frames = inlet.Pull(Flat.Of(values), timestampsS.AsSpan(), TimeSpan.FromSeconds(timeoutS));
        Processed(timestampsS.AsSpan(0, frames));
        return frames;
    }

    /// <summary>Seconds to add to a stamp of the source to get this machine's time, now.</summary>
    /// <exception cref="TimeoutException">The source's clock could not be measured in time.</exception>
    public double TimeCorrection(double timeoutS = 1e6) => TimeCorrection(out _, timeoutS);

    /// <param name="uncertaintyS">Half-width that covers the truth with at least 99 %.</param>
    public double TimeCorrection(out double uncertaintyS, double timeoutS = 1e6)
    {
        Ready();
        double endS = transport.LocalClockS + timeoutS;
        for (FollowClock(); !clock.HasEstimate; FollowClock())
        {
            if (transport.LocalClockS > endS) throw new TimeoutException($"the clock of stream {Info.Name} could not be measured within {timeoutS} s.");
            Thread.Sleep(5);
        }
        double now = transport.LocalClockS;
        uncertaintyS = clock.UncertaintyAt(now);
        return clock.OffsetAt(now);
    }

    private void Ready()
    {
        if (!open) OpenStream();
    }

    private void FollowClock()
    {
        foreach (var probe in probes.AsSpan(0, inlet.CopyClockProbes(probes)))
        {
            if (probe.LocalTimeS <= newestProbeS) continue;
            newestProbeS = probe.LocalTimeS;
            clock.Add(probe);
        }
    }

    private Span<double> Processed(Span<double> stampsS)
    {
        if (processing == ProcessingOptions.None || stampsS.IsEmpty) return stampsS;
        fitter?.Add(stampsS, stampsS);
        if (processing.HasFlag(ProcessingOptions.ClockSync))
        {
            if (clock.HasEstimate) FollowClock();
            else TimeCorrection(2);
            for (int i = 0; i < stampsS.Length; i++) stampsS[i] = clock.ToLocal(stampsS[i]);
        }
        if (processing.HasFlag(ProcessingOptions.Monotonize))
            for (int i = 0; i < stampsS.Length; i++) stampsS[i] = lastStampS = Math.Max(lastStampS, stampsS[i]);
        return stampsS;
    }

    public void Dispose() => inlet.Dispose();
}
