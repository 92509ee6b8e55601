using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Prints figures of this machine (run with <c>--output Detailed --show-live-output on</c>); asserts on counts only.</summary>
[Collection("lsl"), Trait("tier", "long")]
public class LslMeasurementTests
{
    private const int Channels = 64;

    [Fact]
    public void Latency_at_500_Hz()
    {
        const int frames = 5000;
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("latency", channels: Channels), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var latenciesS = new double[frames];
        var puller = new Thread(() =>
        {
            var values = new float[Channels];
            var stampS = new double[1];
            for (int i = 0; i < frames; i++)
                if (inlet.Pull<float>(values, stampS, Patience) == 1) latenciesS[i] = LslClock.NowS - stampS[0];
        });
        puller.Start();
        var sample = new float[Channels];
        for (int i = 0; i < frames; i++)
        {
            outlet.Push<float>(sample, [LslClock.NowS]);
            Thread.Sleep(2);
        }
        Assert.True(puller.Join(Patience));
        Assert.Equal(new InletCounters(frames, 0, 0, true), inlet.Counters);
        Array.Sort(latenciesS);
        Say($"latency push to pull, {Channels} ch at 500 Hz: p50 {latenciesS[frames / 2] * 1e6:0} us, p90 {latenciesS[frames * 9 / 10] * 1e6:0} us, p99 {latenciesS[frames * 99 / 100] * 1e6:0} us");
    }

    [Fact]
    public void Throughput_in_chunks_of_32()
    {
        const int chunk = 32, chunks = 40_000;
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("throughput", channels: Channels), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        long pulled = 0;
        var puller = new Thread(() =>
        {
            var values = new float[1024 * Channels];
            var stampsS = new double[1024];
            for (int n; pulled < chunk * chunks && (n = inlet.Pull<float>(values, stampsS, Patience)) > 0;) pulled += n;
        });
        double startS = LslClock.NowS;
        puller.Start();
        var samples = new float[chunk * Channels];
        for (int i = 0; i < chunks; i++)
        {
            outlet.Push<float>(samples, [i * 0.064]);
            while (outlet.Pushed - inlet.Counters.Received > 100_000) Thread.Sleep(1);
        }
        Assert.True(puller.Join(Patience));
        double seconds = LslClock.NowS - startS;
        Assert.Equal(chunk * chunks, pulled);
        Assert.Equal(0, outlet.Dropped + inlet.Counters.Dropped);
        Say($"throughput, {Channels} ch float32, chunks of {chunk}: {chunk * chunks / seconds / 1e3:0} kS/s = {chunk * chunks / seconds * Channels * 4 / 1e6:0} MB/s, 0 lost");
    }

    [Fact]
    public void Restart_and_clock()
    {
        using var transport = new LslTransport();
        var info = Info("again");
        var delaysS = new List<double>();
        var outlet = transport.CreateOutlet(info, new OutletOptions());
        using var inlet = OpenInlet(transport, info.SourceId);
        for (int i = 0; i < 30; i++)
        {
            outlet.Dispose();
            Thread.Sleep(300 + 37 * i);
            outlet = transport.CreateOutlet(info, new OutletOptions());
            double upS = LslClock.NowS;
            Assert.True(outlet.WaitForConsumers(1, Patience, CancellationToken.None));
            outlet.Push<float>([i], [upS]);
            Assert.Equal([i], PullAll<float>(inlet, 1).Values);
            delaysS.Add(LslClock.NowS - upS);
        }
        Assert.Equal(30, inlet.Counters.Reconnects);
        Thread.Sleep(10_000);
        var probes = new ClockProbe[512];
        int n = inlet.CopyClockProbes(probes);
        Assert.True(n > 10);
        delaysS.Sort();
        Say($"first sample after a restart: median {delaysS[15] * 1e3:0} ms, p95 {delaysS[28] * 1e3:0} ms");
        Say($"clock offset against the same clock, {n} probes: max {probes.Take(n).Max(p => Math.Abs(p.OffsetS)) * 1e6:0.0} us, mean {probes.Take(n).Average(p => p.OffsetS) * 1e6:0.0} us");
        outlet.Dispose();
    }

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(text));
}
