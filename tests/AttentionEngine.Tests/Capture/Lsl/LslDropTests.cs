using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Nothing is lost without a count, and what is left keeps its own time stamps.</summary>
[Collection("lsl")]
public class LslDropTests
{
    private const double RateHz = 1000;
    private const double StartS = 500;

    [Fact]
    public void A_slow_consumer_loses_its_oldest_samples_counted_and_never_stops_the_pusher()
    {
        const int channels = 256, chunk = 100, chunks = 1200;
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("slow", channels: channels, rateHz: RateHz), new OutletOptions(MaxBufferedS: 1));
        var source = transport.Known(Find(transport, outlet.Info.SourceId).Uid)!;
        var ring = new SampleRing(channels * sizeof(float), chunk * chunks);
        var reader = ring.Join(ring.Capacity);
        using var lazy = FeedConnection.Open(source, chunk * chunks, ring, LslClock.NowS + 20, CancellationToken.None);

        // 120 MB, more than the kernel's socket buffers hold, while the consumer reads nothing.
        var values = new float[chunk * channels];
        for (int c = 0; c < chunks; c++)
        {
            for (int i = 0; i < chunk; i++) values.AsSpan(i * channels, channels).Fill(c * chunk + i);
            outlet.Push<float>(values, [StartS + (c * chunk + chunk - 1) / RateHz]);
        }
        Assert.Equal(chunk * chunks, outlet.Pushed);
        Assert.True(outlet.Dropped > 0);

        while (ring.Head + outlet.Dropped < chunk * chunks) Assert.True(lazy.Receive(ring) > 0);
        Assert.Equal(chunk * chunks, ring.Head + outlet.Dropped);
        long gaps = 0, last = -1;
        var row = new float[channels];
        lock (ring.Gate)
        {
            while (ring.Peek(reader, 1, out var bytes, out var stampsS) == 1)
            {
                SampleConverter.Convert(ChannelFormat.Float32, bytes, row);
                long index = (long)row[0];
                Assert.True(index > last);
                gaps += index - last - 1;
                last = index;
                Assert.Equal(StartS + index / RateHz, stampsS[0], 1e-9);
                SampleRing.Advance(reader, 1);
            }
        }
        Assert.Equal(chunk * chunks - 1, last);
        Assert.Equal(outlet.Dropped, gaps);
    }

    [Fact]
    public void An_inlet_that_nobody_pulls_keeps_the_newest_and_counts_the_rest()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("lazy", rateHz: RateHz), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId, new InletOptions(MaxBufferedS: 0.5));
        for (int i = 0; i < 3000; i++) outlet.Push<float>([i], [StartS + i / RateHz]);
        WaitUntil(() => inlet.Counters.Received == 3000, "all samples received");
        Assert.Equal(0, outlet.Dropped);
        Assert.Equal(2500, inlet.Counters.Dropped);
        var (values, stampsS) = PullAll<float>(inlet, 500);
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(2500 + i, values[i]);
            Assert.Equal(StartS + (2500 + i) / RateHz, stampsS[i], 1e-9);
        }
    }

    [Fact]
    public void A_text_consumer_is_bounded_too()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("texts", ChannelFormat.Text, 1, 0), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId, new InletOptions(MaxBufferedS: 0.1));
        for (int i = 0; i < 1000; i++) outlet.PushText([$"event {i}"], i);
        WaitUntil(() => inlet.Counters.Received == 1000, "all texts received");
        Assert.Equal(990, inlet.Counters.Dropped);
        var text = new string[1];
        for (int i = 990; i < 1000; i++)
        {
            Assert.True(inlet.PullText(text, out double stampS, Patience));
            Assert.Equal($"event {i}", text[0]);
            Assert.Equal(i, stampS);
        }
    }
}
