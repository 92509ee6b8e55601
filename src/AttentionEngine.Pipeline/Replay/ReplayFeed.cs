using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>Feeds a recorded stream, changing the clock model at exactly the samples where the live run changed it.</summary>
public sealed class ReplayFeed(StreamFeed feed, IReadOnlyList<ClockModelUpdate>? clocks)
{
    private const int MaxFrames = 1024;
    private int _nextClock;

    public StreamFeed Feed { get; } = feed;

    /// <summary>Where a stamp lies on the capture host's clock with the model in force now, sensor latency removed.</summary>
    public double TimeOf(double stampS) => Feed.Clock.ToHost(stampS) - Feed.Rig.LatencyMs * 1e-3;

    /// <param name="values">[frames × channels].</param>
    public void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS)
    {
        int channels = Feed.Info.ChannelCount;
        while (stampsS.Length > 0)
        {
            while (clocks is not null && _nextClock < clocks.Count && clocks[_nextClock].FromSample <= Feed.Accepted) Feed.SetClock(clocks[_nextClock++]);
            int frames = Math.Min(stampsS.Length, MaxFrames);
            if (clocks is not null && _nextClock < clocks.Count) frames = (int)Math.Min(frames, clocks[_nextClock].FromSample - Feed.Accepted);
            // Virtual time: a frame arrives when it was captured, late by nothing.
            double receiveTimeS = Feed.Clock.ToHost(stampsS[frames - 1]);
            Feed.Accept(values[..(frames * channels)], stampsS[..frames], receiveTimeS);
            values = values[(frames * channels)..];
            stampsS = stampsS[frames..];
        }
    }
}
