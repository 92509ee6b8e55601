using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

[Collection("lsl")]
public class LslLifetimeTests
{
    [Fact]
    public void Disposing_ends_a_pull_that_waits()
    {
        for (int i = 0; i < 20; i++)
        {
            using var transport = new LslTransport();
            using var outlet = transport.CreateOutlet(Info("dispose"), new OutletOptions());
            var inlet = OpenInlet(transport, outlet.Info.SourceId);
            int pulled = -1;
            var puller = new Thread(() => pulled = inlet.Pull(new float[8], new double[8], TimeSpan.FromMinutes(5)));
            puller.Start();
            WaitUntil(() => (puller.ThreadState & ThreadState.WaitSleepJoin) != 0, "the pull waits");
            inlet.Dispose();
            inlet.Dispose();
            Assert.True(puller.Join(Patience));
            Assert.Equal(0, pulled);
            Assert.Throws<ObjectDisposedException>(() => inlet.Pull(new float[8], new double[8], TimeSpan.Zero));
            Assert.False(inlet.Counters.Connected);
        }
    }

    [Fact]
    public void Two_hundred_lives_leak_no_sockets_and_no_threads() => LiveAndDie(200);

    [Fact, Trait("tier", "long")]
    public void Ten_thousand_lives_leak_no_sockets_and_no_threads() => LiveAndDie(10_000);

    private static void LiveAndDie(int cycles)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("SKIPPED: counts descriptors and threads in /proc, which only Linux has.");
        LiveOnce(0);
        int sockets = OpenSockets(), threads = LslThreads();
        for (int i = 0; i < cycles; i++) LiveOnce(i);
        WaitUntil(() => OpenSockets() <= sockets, $"sockets back to {sockets}");
        WaitUntil(() => LslThreads() <= threads, $"LSL threads back to {threads}");
        Assert.Equal(0, threads);
    }

    /// <summary>One life in the order that i says: who goes first, and whether somebody is pulling.</summary>
    private static void LiveOnce(int i)
    {
        var transport = new LslTransport();
        var outlet = transport.CreateOutlet(Info("life"), new OutletOptions());
        var inlet = OpenInlet(transport, outlet.Info.SourceId);
        outlet.Push<float>([i], [1]);
        Assert.Equal([i], PullAll<float>(inlet, 1).Values);
        var puller = i % 4 == 3 ? Task.Run(() => PullOnce(inlet)) : null;
        if (i % 2 == 0) outlet.Dispose();
        inlet.Dispose();
        puller?.Wait();
        outlet.Dispose();
        transport.Dispose();
    }

    private static void PullOnce(IStreamInlet inlet)
    {
        try
        {
            inlet.Pull(new float[8], new double[8], Patience);
        }
        catch (ObjectDisposedException)
        {
            // It was disposed before this pull began: the other right answer.
        }
    }

    private static int OpenSockets() => Directory.GetFiles("/proc/self/fd")
        .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static int LslThreads() => Directory.GetDirectories("/proc/self/task").Count(IsLsl);

    private static bool IsLsl(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("lsl-", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // The thread ended between the listing and the reading.
        }
    }
}
