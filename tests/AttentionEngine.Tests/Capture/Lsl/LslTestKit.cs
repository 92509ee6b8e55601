using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Real sockets on loopback: these tests run one after another.</summary>
[CollectionDefinition("lsl", DisableParallelization = true)]
public sealed class LslTestGroup;

internal static class LslTestKit
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    public static readonly ChannelFormat[] NumericFormats =
        [ChannelFormat.Float32, ChannelFormat.Double64, ChannelFormat.Int32, ChannelFormat.Int16, ChannelFormat.Int8, ChannelFormat.Int64];

    private static int counter;

    /// <summary>A source id that no other test uses.</summary>
    public static string UniqueId(string what) => $"test-{what}-{Environment.ProcessId}-{Interlocked.Increment(ref counter)}";

    public static StreamInfo Info(string what, ChannelFormat format = ChannelFormat.Float32, int channels = 1, double rateHz = 500) => new()
    {
        Name = what,
        Type = "Test",
        ChannelCount = channels,
        NominalRateHz = rateHz,
        Format = format,
        SourceId = UniqueId(what),
    };

    public static StreamInfo Find(LslTransport transport, string sourceId) =>
        Assert.Single(transport.Resolve(new StreamQuery(SourceId: sourceId), Patience, 1, CancellationToken.None));

    public static IStreamInlet OpenInlet(LslTransport transport, string sourceId, InletOptions? options = null)
    {
        var inlet = transport.CreateInlet(Find(transport, sourceId), options ?? new InletOptions());
        inlet.Open(Patience, CancellationToken.None);
        return inlet;
    }

    /// <summary>Pulls until <paramref name="frames"/> frames are there, or the test's patience ends.</summary>
    public static (T[] Values, double[] StampsS) PullAll<T>(IStreamInlet inlet, int frames) where T : unmanaged
    {
        int channels = inlet.Info.ChannelCount;
        var values = new T[frames * channels];
        var stampsS = new double[frames];
        double deadlineS = LslClock.NowS + Patience.TotalSeconds;
        int got = 0;
        while (got < frames && LslClock.NowS < deadlineS)
            got += inlet.Pull(values.AsSpan(got * channels), stampsS.AsSpan(got), TimeSpan.FromSeconds(0.5));
        Assert.Equal(frames, got);
        return (values, stampsS);
    }

    public static void WaitUntil(Func<bool> condition, string what)
    {
        double deadlineS = LslClock.NowS + Patience.TotalSeconds;
        while (!condition())
        {
            Assert.True(LslClock.NowS < deadlineS, $"Waited in vain for: {what}");
            Thread.Sleep(10);
        }
    }
}
