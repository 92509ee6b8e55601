using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>Where a stream's mapped frames go: a buffer, the audio stage, or the frame reader.</summary>
public interface IFeedTarget
{
    /// <summary>Frames that can be taken now without loss; replay waits on this, live does not.</summary>
    int Free { get; }

    /// <summary>Frames that the graph may consume by now (each tick consumes up to a count).</summary>
    long Available { get; }

    /// <param name="values">[frames × channels].</param>
    /// <param name="stampsS">[frames] on the source's clock.</param>
    /// <param name="timesS">[frames] on the capture host's clock, sensor latency removed.</param>
    void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS, ReadOnlySpan<double> timesS, double receiveTimeS);

    /// <summary>The stamps that come next do not go on from the ones before, although nothing was lost.</summary>
    void ClockJumped() { }
}

/// <summary>
/// One stream's way into the graph, the same live and in replay: maps stamps to the capture host's clock with the clock model in
/// force, removes the declared sensor latency, and hands the frames on.
/// </summary>
public sealed class StreamFeed(RigStream rig, StreamInfo info, IFeedTarget target)
{
    private const int MaxFrames = 4096;
    private const double StartUpS = 1;
    private readonly double[] _times = new double[MaxFrames];
    private readonly double _latencyS = rig.LatencyMs * 1e-3;

    public RigStream Rig { get; } = rig;
    public StreamInfo Info { get; } = info;
    public IFeedTarget Target { get; } = target;
    public ClockModel Clock { get; private set; } = ClockModel.Identity;

    /// <summary>Frames accepted since the start.</summary>
    public long Accepted { get; private set; }
    public double FirstTimeS { get; private set; } = double.NaN;
    public double NewestTimeS { get; private set; } = double.NaN;

    /// <summary>Sum of receive time minus capture time over <see cref="Chunks"/>, for the mean transport delay; the first second, when what waited comes in a burst, is left out.</summary>
    public double TransportSumS { get; private set; }
    public long Chunks { get; private set; }

    /// <summary>From the next frame on.</summary>
    public void SetClock(in ClockModelUpdate update)
    {
        Clock = update.Model;
        if (update.Jumped) Target.ClockJumped();
    }

    /// <param name="values">[frames × channels]; at most 4096 frames.</param>
    public void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS, double receiveTimeS)
    {
        int frames = stampsS.Length;
        if (frames == 0) return;
        var times = _times.AsSpan(0, frames);
        for (int i = 0; i < frames; i++) times[i] = Clock.ToHost(stampsS[i]) - _latencyS;
        Target.Accept(values, stampsS, times, receiveTimeS);
        if (Accepted == 0) FirstTimeS = times[0];
        NewestTimeS = times[^1];
        if (times[^1] - FirstTimeS > StartUpS)
        {
            TransportSumS += receiveTimeS - times[^1];
            Chunks++;
        }
        Accepted += frames;
    }
}

/// <summary>Numeric frames for the tick.</summary>
public sealed class BufferTarget(StreamBuffer buffer) : IFeedTarget
{
    public StreamBuffer Buffer { get; } = buffer;
    public int Free => Buffer.Free;
    public long Available => Buffer.Written;

    public void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS, ReadOnlySpan<double> timesS, double receiveTimeS) =>
        Buffer.Append(values, timesS, receiveTimeS);
}
