using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

[Collection("lsl")]
public class LslConfigFileTests
{
    private const string Full = """
        ; comment
        [ports]
        MulticastPort = 21571
        BasePort = 21572
        PortRange = 16
        AllowRandomPorts = 0
        IPv6 = allow
        [multicast]
        ResolveScope = link
        ListenAddress = 127.0.0.1
        TTLOverride = 3
        [lab]
        KnownPeers = {10.0.0.5, ::1}
        SessionID = lab 2
        [tuning]
        TimeProbeCount = 8
        """;

    [Fact]
    public void Every_setting_is_read_and_what_has_no_effect_is_said()
    {
        var config = LslConfigFile.Parse(Full, "lsl_api.cfg", IPAddress.Loopback);
        var o = config.Options;
        Assert.Equal((21571, 21572, 16, false, IpVersions.Both, ResolveScope.Link, 3, "lab 2"), (o.QueryPort, o.BasePort, o.PortRange, o.AllowRandomPorts, o.Ip, o.Scope, o.TimeToLive, o.SessionId));
        Assert.Equal(IPAddress.Loopback, o.ListenAddress);
        Assert.Equal([IPAddress.Parse("10.0.0.5"), IPAddress.IPv6Loopback], o.KnownPeers);
        Assert.Contains("line 16: `tuning.TimeProbeCount`", Assert.Single(config.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_each_scope_and_interfaces_are_honoured()
    {
        var o = LslConfigFile.Parse("[multicast]\nResolveScope = organization\nLinkAddresses = {224.0.0.99}\nOrganizationAddresses = {239.192.1.1}\nIPv6MulticastGroup = 1:2:3:4:5:6:7\nInterfaces = {eth7}", "x.cfg", IPAddress.Any).Options;
        var network = new LslNetwork(o);
        Assert.Equal(["224.0.0.99", "ff02:1:2:3:4:5:6:7", "239.255.172.215", "ff05:1:2:3:4:5:6:7", "239.192.1.1", "ff08:1:2:3:4:5:6:7"], network.Groups.Select(g => g.ToString()));
        Assert.Equal(32, network.Hops);
        Assert.Empty(network.Interfaces()); // there is no such interface
        var again = LslConfigFile.Parse(LslConfigFile.Format(o), "again.cfg", IPAddress.Any).Options;
        Assert.Equal(network.Groups, new LslNetwork(again).Groups);
        Assert.Equal(["eth7"], again.Interfaces);
    }

    [Theory]
    [InlineData("[multicast]\nIPv6MulticastGroup = FF02::1", "seven groups of hexadecimal digits")]
    [InlineData("[multicast]\nLinkAddresses = 224.0.0.1", "in braces")]
    [InlineData("[ports]\nIPv6 = maybe", "line 2: ports.IPv6 is `maybe`; expected one of disable")]
    [InlineData("[ports]\nBasePort = 70000", "expected a whole number from 1 to 65535")]
    [InlineData("[ports]\nBasePort = 65530", "beyond port 65535")]
    [InlineData("[lab]\nKnownPeers = 10.0.0.5", "in braces")]
    [InlineData("[multicast]\nResolveScope = planet", "machine, link, site, organization, global")]
    [InlineData("[multicast]\nListenAddress = here", "an IP address")]
    [InlineData("nonsense", "neither")]
    public void A_bad_value_is_a_configuration_error_that_names_the_line(string text, string says)
    {
        var error = Assert.Throws<ConfigurationException>(() => LslConfigFile.Parse(text, "x.cfg", IPAddress.Loopback));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("x.cfg", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_named_file_comes_first_and_must_be_there()
    {
        using var folder = new TempFolder();
        string a = Path.Combine(folder.Path, "a.cfg"), b = Path.Combine(folder.Path, "b.cfg");
        File.WriteAllText(a, "[lab]\nSessionID = a");
        File.WriteAllText(b, "[lab]\nSessionID = b");
        Assert.Equal("a", LslConfigFile.Load(IPAddress.Loopback, a, [b]).Options.SessionId);
        Assert.Equal("b", LslConfigFile.Load(IPAddress.Loopback, "", [Path.Combine(folder.Path, "none"), b, a]).Options.SessionId);
        Assert.Equal(new LslConfig(new LslOptions(), null, []).Options, LslConfigFile.Load(IPAddress.Loopback, null, []).Options with { KnownPeers = new LslOptions().KnownPeers, GroupsOverride = new LslOptions().GroupsOverride });
        Assert.Throws<ConfigurationException>(() => LslConfigFile.Load(IPAddress.Loopback, Path.Combine(folder.Path, "none"), [a]));
    }

    /// <summary>Ports, session and IP version at work: two such programs meet each other and not the rest.</summary>
    [Theory]
    [InlineData("allow"), InlineData("disable"), InlineData("force")]
    public void Programs_of_one_configuration_meet_and_others_do_not(string ip)
    {
        if (ip != "disable" && !System.Net.Sockets.Socket.OSSupportsIPv6) Assert.Skip("SKIPPED: this system has no IPv6.");
        var options = LslConfigFile.Parse($"[ports]\nMulticastPort = 21571\nBasePort = 21572\nPortRange = 8\nIPv6 = {ip}\n[lab]\nSessionID = s", "x", IPAddress.Loopback).Options;
        using var here = new LslTransport(options);
        using var there = new LslTransport(options);
        using var outside = new LslTransport();
        using var outlet = here.CreateOutlet(Info("config"), new OutletOptions());
        using var inlet = OpenInlet(there, outlet.Info.SourceId);
        outlet.Push<float>([3], [1]);
        Assert.Equal([3f], PullAll<float>(inlet, 1).Values);
        WaitUntil(() => inlet.CopyClockProbes(new ClockProbe[1]) == 1, "a clock probe");
        var source = there.Known(outlet.Info.Uid)!;
        Assert.Equal(ip == "force" ? IPAddress.IPv6Loopback : IPAddress.Loopback, source.Data.Address);
        Assert.InRange(source.Data.Port, 21572, 21579);
        Assert.Empty(outside.Resolve(new StreamQuery(SourceId: outlet.Info.SourceId), TimeSpan.FromSeconds(0.3), 0, CancellationToken.None));
    }

    [Fact]
    public void A_bind_address_of_a_version_that_is_switched_off_is_an_error() =>
        Assert.Throws<ConfigurationException>(() => new LslTransport(new LslOptions { BindAddress = IPAddress.Parse("10.1.2.3"), Ip = IpVersions.V6Only }));
}
