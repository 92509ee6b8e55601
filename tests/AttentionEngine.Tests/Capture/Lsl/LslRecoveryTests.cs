using System.Diagnostics;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Sources that die, come back, fall silent, or are doubled.</summary>
[Collection("lsl")]
public class LslRecoveryTests
{
    [Fact]
    public void A_restarted_source_is_found_again()
    {
        using var transport = new LslTransport();
        var info = Info("restart", channels: 2);
        var first = transport.CreateOutlet(info, new OutletOptions());
        using var inlet = OpenInlet(transport, info.SourceId);
        first.Push<float>([1, 2], [1]);
        PullAll<float>(inlet, 1);
        first.Dispose();
        WaitUntil(() => !inlet.Counters.Connected, "the break noticed");
        Assert.Equal(0, inlet.Pull(new float[2], new double[1], TimeSpan.FromMilliseconds(10)));

        using var second = transport.CreateOutlet(info, new OutletOptions());
        double backS = LslClock.NowS;
        Assert.True(second.WaitForConsumers(1, Patience, CancellationToken.None));
        TestContext.Current.TestOutputHelper?.WriteLine($"subscribed again {LslClock.NowS - backS:0.000} s after the restart");
        second.Push<float>([3, 4], [2]);
        Assert.Equal([3f, 4f], PullAll<float>(inlet, 1).Values);
        WaitUntil(() => inlet.Counters.Connected, "connected again");
        Assert.Equal(1, inlet.Counters.Reconnects);
        Assert.Equal(second.Info.Uid, inlet.Info.Uid);
        Assert.NotEqual(first.Info.Uid, second.Info.Uid);
    }

    [Fact]
    public void Without_recovery_an_inlet_stays_disconnected()
    {
        using var transport = new LslTransport();
        var info = Info("norecovery");
        var first = transport.CreateOutlet(info, new OutletOptions());
        using var inlet = OpenInlet(transport, info.SourceId, new InletOptions(Recover: false));
        first.Dispose();
        WaitUntil(() => !inlet.Counters.Connected, "the break noticed");
        using var second = transport.CreateOutlet(info, new OutletOptions());
        Assert.False(second.WaitForConsumers(1, TimeSpan.FromSeconds(0.6), CancellationToken.None));
        Assert.Equal(0, inlet.Counters.Reconnects);
    }

    [Fact]
    public void A_source_that_hangs_is_noticed_and_resumes_without_loss()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        string source = UniqueId("hang");
        using var peer = new ForeignPeer("outlet", "float32", "1", "100", source, "50", "0");
        Assert.Equal("ready", peer.ReadLine());
        using var inlet = OpenInlet(transport, source);
        WaitUntil(() => inlet.CopyClockProbes(new ClockProbe[1]) > 0, "the source's clock");
        Signal("STOP", peer.ProcessId);
        double stoppedS = LslClock.NowS;
        WaitUntil(() => !inlet.Counters.Connected, "the silence noticed");
        TestContext.Current.TestOutputHelper?.WriteLine($"silence noticed after {LslClock.NowS - stoppedS:0.00} s");
        Signal("CONT", peer.ProcessId);
        WaitUntil(() => inlet.Counters.Connected, "the source alive again");
        peer.Go();
        PullAll<float>(inlet, 50);
        Assert.Equal(0, inlet.Counters.Reconnects);
    }

    [Fact]
    public void A_source_that_hangs_gives_way_to_its_successor()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        string source = UniqueId("successor");
        using var peer = new ForeignPeer("outlet", "float32", "1", "100", source, "50", "0");
        Assert.Equal("ready", peer.ReadLine());
        using var inlet = OpenInlet(transport, source);
        WaitUntil(() => inlet.CopyClockProbes(new ClockProbe[1]) > 0, "the source's clock");
        Signal("STOP", peer.ProcessId); // Its TCP connection stays up.
        using var successor = transport.CreateOutlet(Info("foreign", rateHz: 100) with { SourceId = source }, new OutletOptions());
        Assert.True(successor.WaitForConsumers(1, Patience, CancellationToken.None));
        successor.Push<float>([9], [1]);
        Assert.Equal([9f], PullAll<float>(inlet, 1).Values);
        WaitUntil(() => inlet.Counters.Reconnects == 1, "the reconnect counted"); // samples may be there a moment before
        Signal("CONT", peer.ProcessId);
    }

    [Fact]
    public void Two_sources_of_one_id_are_both_shown_and_recovery_takes_neither()
    {
        using var transport = new LslTransport();
        var info = Info("double");
        var first = transport.CreateOutlet(info, new OutletOptions());
        using var inlet = OpenInlet(transport, info.SourceId);
        var second = transport.CreateOutlet(info, new OutletOptions());
        using var third = transport.CreateOutlet(info, new OutletOptions());
        var found = transport.Resolve(new StreamQuery(SourceId: info.SourceId), Patience, 1, CancellationToken.None);
        Assert.Equal(3, found.Select(f => f.Uid).Distinct().Count());
        Assert.True(inlet.Counters.Connected); // The one it has stays its own.

        first.Dispose();
        WaitUntil(() => ((LslInlet)inlet).Problem?.Contains("2 sources", StringComparison.Ordinal) == true, "the doubled source refused");
        Assert.False(inlet.Counters.Connected);
        second.Dispose();
        Assert.True(third.WaitForConsumers(1, Patience, CancellationToken.None));
    }

    [Fact]
    public void Opening_a_source_that_is_gone_says_so()
    {
        using var transport = new LslTransport();
        var outlet = transport.CreateOutlet(Info("gone"), new OutletOptions());
        var found = Find(transport, outlet.Info.SourceId);
        outlet.Dispose();
        using var inlet = transport.CreateInlet(found, new InletOptions());
        var error = Assert.Throws<TimeoutException>(() => inlet.Open(TimeSpan.FromSeconds(0.5), CancellationToken.None));
        Assert.Contains(found.SourceId, error.Message, StringComparison.Ordinal);
        Assert.False(inlet.Counters.Connected);
    }

    private static void Signal(string name, int processId)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
