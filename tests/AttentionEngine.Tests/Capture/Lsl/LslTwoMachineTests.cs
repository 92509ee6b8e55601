using System.Globalization;
using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Two machines joined by a cable: every way of discovery by itself, bind addresses, a cable that is pulled.</summary>
[Collection("lsl"), Trait("tier", "system")]
public class LslTwoMachineTests
{
    private static readonly LslOptions Open = new() { BindAddress = IPAddress.Any };

    [Theory]
    [InlineData("239.255.172.215", IpVersions.V4Only), InlineData("224.0.0.183", IpVersions.V4Only), InlineData("224.0.0.1", IpVersions.V4Only), InlineData("255.255.255.255", IpVersions.V4Only)]
    [InlineData("FF02:113D:6FDD:2C17:A643:FFE2:1BD1:3CD2", IpVersions.V6Only), InlineData("FF05:113D:6FDD:2C17:A643:FFE2:1BD1:3CD2", IpVersions.V6Only)]
    public void Each_group_alone_finds_a_stream_on_the_other_machine(string group, IpVersions ip)
    {
        var options = Open with { GroupsOverride = [IPAddress.Parse(group)], Ip = ip };
        Connect(options, options);
    }

    [Theory]
    [InlineData(NetworkNamespace.A4, IpVersions.V4Only), InlineData(NetworkNamespace.A6, IpVersions.V6Only)]
    public void A_known_peer_is_asked_without_multicast(string peer, IpVersions ip) =>
        Connect(Open with { Scope = ResolveScope.Machine, Ip = ip }, Open with { Scope = ResolveScope.Machine, Ip = ip, KnownPeers = [IPAddress.Parse(peer)] });

    [Fact]
    public void Bound_to_one_interface_it_is_found_there_and_nothing_listens_elsewhere() =>
        Connect(new LslOptions { BindAddress = IPAddress.Parse(NetworkNamespace.A4) }, new LslOptions { BindAddress = IPAddress.Parse(NetworkNamespace.B4) }, checkBound: true);

    [Fact]
    public void Bound_to_loopback_it_is_invisible_from_the_other_machine()
    {
        using var pair = NetworkNamespace.CreateOrSkip();
        LslTransport? near = null;
        IStreamOutlet? outlet = null;
        pair.In('a', () => outlet = (near = new LslTransport()).CreateOutlet(Info("hidden"), new OutletOptions()));
        pair.In('b', () =>
        {
            using var far = new LslTransport(Open with { Ip = IpVersions.Both, KnownPeers = [IPAddress.Parse(NetworkNamespace.A4)] });
            Assert.Empty(far.Resolve(new StreamQuery(SourceId: outlet!.Info.SourceId), TimeSpan.FromSeconds(1), 0, CancellationToken.None));
        });
        outlet!.Dispose();
        near!.Dispose();
    }

    [Fact]
    public void A_machine_that_gets_its_network_later_is_found_then()
    {
        using var pair = NetworkNamespace.CreateOrSkip();
        var groups = Open with { GroupsOverride = [IPAddress.Parse("239.255.172.215")] };
        pair.In('a', () => pair.Address('a', there: false));
        LslTransport? near = null, far = null;
        IStreamOutlet? outlet = null;
        pair.In('a', () => outlet = (near = new LslTransport(groups)).CreateOutlet(Info("later"), new OutletOptions()));
        pair.In('b', () => Assert.Empty((far = new LslTransport(groups)).Resolve(new StreamQuery(SourceId: outlet!.Info.SourceId), TimeSpan.FromSeconds(0.3), 0, CancellationToken.None)));
        pair.Address('a', there: true);
        pair.In('b', () => Find(far!, outlet!.Info.SourceId));
        outlet!.Dispose();
        far!.Dispose();
        near!.Dispose();
    }

    [Fact]
    public void A_cable_out_for_8_seconds_loses_nothing() => PullCable(8);

    [Fact, Trait("tier", "long")]
    public void A_cable_out_for_60_seconds_loses_nothing() => PullCable(60);

    private static void PullCable(int seconds)
    {
        using var pair = NetworkNamespace.CreateOrSkip();
        LslTransport? near = null, far = null;
        IStreamOutlet? outlet = null;
        IStreamInlet? inlet = null;
        pair.In('a', () => outlet = (near = new LslTransport(Open)).CreateOutlet(Info("cable", rateHz: 100), new OutletOptions()));
        pair.In('b', () => inlet = OpenInlet(far = new LslTransport(Open), outlet!.Info.SourceId));
        WaitUntil(() => inlet!.CopyClockProbes(new ClockProbe[1]) > 0, "the source's clock");
        int pushed = 0;
        void Push() => outlet!.Push<float>([pushed++], [LslClock.NowS]);
        for (int i = 0; i < 100; i++) Push();
        pair.Link(false);
        double downS = LslClock.NowS, noticedS = double.NaN;
        while (LslClock.NowS - downS < seconds)
        {
            Push();
            Thread.Sleep(10);
            if (double.IsNaN(noticedS) && !inlet!.Counters.Connected) noticedS = LslClock.NowS - downS;
        }
        pair.Link(true);
        double upS = LslClock.NowS;
        // The first half second after the link is back, resent data may wait for TCP's timer.
        var (values, _) = PullAll<float>(inlet!, pushed);
        for (int i = 0; i < pushed; i++) Assert.Equal(i, values[i]);
        WaitUntil(() => inlet!.Counters.Connected, "connected again");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"link down {seconds} s: silence noticed after {noticedS:0.00} s, {pushed} samples, 0 lost, all there {LslClock.NowS - upS:0.00} s after link up, {inlet!.Counters.Reconnects} reconnects"));
        Assert.False(double.IsNaN(noticedS));
        inlet!.Dispose();
        outlet!.Dispose();
        far!.Dispose();
        near!.Dispose();
    }

    /// <summary>Outlet on machine A, inlet on machine B: found, opened, read, and its clock measured.</summary>
    private static void Connect(LslOptions outletSide, LslOptions inletSide, bool checkBound = false)
    {
        using var pair = NetworkNamespace.CreateOrSkip();
        LslTransport? near = null, far = null;
        IStreamOutlet? outlet = null;
        IStreamInlet? inlet = null;
        pair.In('a', () =>
        {
            outlet = (near = new LslTransport(outletSide)).CreateOutlet(Info("cable"), new OutletOptions());
            if (checkBound) Assert.DoesNotContain(BoundHere(), a => a.All(c => c == '0'));
        });
        pair.In('b', () => inlet = OpenInlet(far = new LslTransport(inletSide), outlet!.Info.SourceId));
        outlet!.Push<float>([5], [1]);
        Assert.Equal([5f], PullAll<float>(inlet!, 1).Values);
        WaitUntil(() => inlet!.CopyClockProbes(new ClockProbe[1]) == 1, "a clock probe");
        inlet!.Dispose();
        outlet.Dispose();
        far!.Dispose();
        near!.Dispose();
    }

    /// <summary>Local addresses, as the kernel's hex, of all listening TCP and all UDP sockets of this thread's network.</summary>
    private static List<string> BoundHere() =>
        [.. from table in new[] { "tcp", "udp", "tcp6", "udp6" }
            where File.Exists($"/proc/thread-self/net/{table}")
            from line in File.ReadLines($"/proc/thread-self/net/{table}").Skip(1)
            let f = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where table.StartsWith("udp", StringComparison.Ordinal) || int.Parse(f[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == 10
            select f[1].Split(':')[0]];
}
