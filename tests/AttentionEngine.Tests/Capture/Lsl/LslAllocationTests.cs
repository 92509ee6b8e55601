using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

[Collection("lsl")]
public class LslAllocationTests
{
    [Fact]
    public void Pushing_and_pulling_numbers_allocates_nothing_once_warm()
    {
        const int channels = 64, frames = 10_000;
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("alloc", channels: channels), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        long pullBytes = -1;
        int pulled = 0;
        using var warm = new ManualResetEventSlim();
        var puller = new Thread(() =>
        {
            var values = new float[32 * channels];
            var wide = new double[32 * channels];
            var stampsS = new double[32];
            int n = 0;
            while (n < 1000) n += inlet.Pull<float>(values, stampsS, Patience);
            n += inlet.Pull<double>(wide, stampsS, TimeSpan.Zero); // The converting way too.
            warm.Set();
            long before = GC.GetAllocatedBytesForCurrentThread();
            while (n < frames + 1000)
            {
                int got = n % 2 == 0 ? inlet.Pull<float>(values, stampsS, Patience) : inlet.Pull<double>(wide, stampsS, Patience);
                if (got == 0) break;
                n += got;
            }
            pullBytes = GC.GetAllocatedBytesForCurrentThread() - before;
            pulled = n;
        });
        puller.Start();
        var sample = new float[channels];
        var stampS = new double[1];
        long pushBytes = 0;
        for (int i = 0; i < frames + 1000; i++)
        {
            if (i == 1000)
            {
                Assert.True(warm.Wait(Patience));
                pushBytes = -GC.GetAllocatedBytesForCurrentThread();
            }
            stampS[0] = i * 0.002;
            outlet.Push<float>(sample, stampS);
            // Paced by what has been received, so that this measures the steady state and not the growth of a backlog.
            while (i - inlet.Counters.Received > 64) Thread.Yield();
        }
        pushBytes += GC.GetAllocatedBytesForCurrentThread();
        Assert.True(puller.Join(Patience));
        Assert.Equal(frames + 1000, pulled);
        Assert.Equal(0, pushBytes);
        Assert.Equal(0, pullBytes);
    }
}
