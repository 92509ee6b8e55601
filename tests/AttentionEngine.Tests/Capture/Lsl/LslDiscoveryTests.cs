using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

[Collection("lsl")]
public class LslDiscoveryTests
{
    [Theory]
    [InlineData(1), InlineData(16)]
    public void All_of_64_outlets_are_found_without_multicast(int programs)
    {
        var transports = Enumerable.Range(0, programs).Select(_ => new LslTransport()).ToList();
        var outlets = Enumerable.Range(0, 64).Select(i => transports[i % programs].CreateOutlet(Info("many") with { Name = "many-" + programs }, new OutletOptions())).ToList();
        try
        {
            using var seeker = new LslTransport();
            double startS = LslClock.NowS;
            var found = seeker.Resolve(new StreamQuery(Name: "many-" + programs), Patience, 64, CancellationToken.None);
            TestContext.Current.TestOutputHelper?.WriteLine($"64 of 64 after {LslClock.NowS - startS:0.000} s");
            Assert.Equal(outlets.Select(o => o.Info.Uid).Order(), found.Select(f => f.Uid).Order());
        }
        finally
        {
            foreach (var o in outlets) o.Dispose();
            foreach (var t in transports) t.Dispose();
        }
    }

    [Fact]
    public void A_foreign_program_finds_ours_and_still_finds_its_own_kind()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        var outlets = Enumerable.Range(0, 40).Select(_ => transport.CreateOutlet(Info("mixed"), new OutletOptions())).ToList();
        string foreign = UniqueId("mixed-foreign");
        using var peer = new ForeignPeer("outlet", "float32", "1", "100", foreign, "1", "0");
        Assert.Equal("ready", peer.ReadLine());
        using var list = new ForeignPeer("list", "2.5");
        var found = list.ReadUntil("listed", out _);
        foreach (var o in outlets) o.Dispose();
        Assert.Contains(foreign, found);
        Assert.Empty(outlets.Select(o => o.Info.SourceId).Except(found));
    }

    [Fact]
    public void Queries_select_by_property_and_session()
    {
        using var transport = new LslTransport();
        using var other = new LslTransport(new LslOptions { SessionId = "other" });
        var a = Info("select") with { Type = "A'quoted'" };
        var b = Info("select") with { Type = "B" };
        using var outletA = transport.CreateOutlet(a, new OutletOptions());
        using var outletB = transport.CreateOutlet(b, new OutletOptions());
        using var outletC = other.CreateOutlet(b with { SourceId = a.SourceId }, new OutletOptions());
        Assert.Equal(outletA.Info.Uid, Assert.Single(transport.Resolve(new StreamQuery(Type: a.Type), Patience, 1, CancellationToken.None)).Uid);
        Assert.Equal(outletB.Info.Uid, Assert.Single(transport.Resolve(new StreamQuery(b.SourceId, "select", "B"), Patience, 1, CancellationToken.None)).Uid);
        Assert.Equal(outletC.Info.Uid, Assert.Single(other.Resolve(new StreamQuery(a.SourceId), Patience, 1, CancellationToken.None)).Uid);
        Assert.Empty(transport.Resolve(new StreamQuery(Name: "nobody"), TimeSpan.FromSeconds(0.2), 0, CancellationToken.None));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("session_id='default'", true)]
    [InlineData(" session_id='default'  and name=\"s\" ", true)]
    [InlineData("channel_count='3' and name='s' and type='T' and source_id='x' and channel_format='float32'", true)]
    [InlineData("nominal_srate='500.0000'", true)]
    [InlineData("name='t'", false)]
    [InlineData("name='s' and session_id='x'", false)]
    public void Predicates_of_the_subset_select(string text, bool matches)
    {
        var info = new StreamInfo { Name = "s", Type = "T", ChannelCount = 3, NominalRateHz = 500, Format = ChannelFormat.Float32, SourceId = "x" };
        Assert.Equal(matches, StreamPredicate.TryParse(text)!.Matches(info));
    }

    /// <summary>XPath as liblsl's own documentation and programs use it.</summary>
    [Theory]
    [InlineData("type='EEG' and starts-with(name,'BioSemi') and count(desc/channels/channel)=2", true)]
    [InlineData("starts-with(name,'Bio')", true)]
    [InlineData("starts-with(name,'bio')", false)]
    [InlineData("contains(name,'Semi') or type='x'", true)]
    [InlineData("type='x' or type='y'", false)]
    [InlineData("(type='x' or type='EEG') and not(source_id='other')", true)]
    [InlineData("name='BioSemi'and type='EEG'", true)]
    [InlineData("name!='BioSemi'", false)]
    [InlineData("'BioSemi'=name", true)]
    [InlineData("name", true)]
    [InlineData("nothing", false)]
    [InlineData("desc/manufacturer='Example'", true)]
    [InlineData("/info/desc/manufacturer='Example'", true)]
    [InlineData("desc/channels/channel/label='C2'", true)]
    [InlineData("desc/channels/channel/label='C3'", false)]
    [InlineData("desc/channels/*/label='C1'", true)]
    [InlineData("count(desc)>0 and nominal_srate>=512 and nominal_srate<512.5 and channel_count<=2", true)]
    [InlineData("string-length(name)=7 and number(channel_count)=2 and string(type)='EEG' and boolean(desc) and true() and not(false())", true)]
    [InlineData("(name)='BioSemi' and ./type='EEG'", true)]
    [InlineData("1", true)]
    [InlineData("2", false)]
    public void Questions_beyond_the_usual_are_answered(string text, bool matches)
    {
        var info = new StreamInfo
        {
            Name = "BioSemi", Type = "EEG", ChannelCount = 2, NominalRateHz = 512, Format = ChannelFormat.Float32, SourceId = "x",
            Desc = StreamInfo.DescOf([("C1", "EEG", "uV"), ("C2", "EEG", "uV")], new System.Xml.Linq.XElement("manufacturer", "Example")),
        };
        Assert.Equal(matches, StreamPredicate.TryParse(text)!.Matches(info));
    }

    [Theory]
    [InlineData("name='s"), InlineData("name='s' and"), InlineData("name[1]='s'"), InlineData("//name='s'"), InlineData("child::name='s'"), InlineData("unknown(name)"), InlineData("count()"), InlineData("name=type"), InlineData("(name)=(type)")]
    [InlineData("name='s')"), InlineData("(name='s'"), InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"), InlineData("name='s' type='t'"), InlineData("*name"), InlineData("1.2.3")]
    public void Other_predicates_are_unsupported(string text) => Assert.Null(StreamPredicate.TryParse(text));

    [Fact]
    public void Endless_questions_are_refused()
    {
        Assert.Null(StreamPredicate.TryParse(new string('(', 4000) + "name" + new string(')', 4000)));
        Assert.Null(StreamPredicate.TryParse(string.Concat(Enumerable.Repeat("not(", 100)) + "name" + new string(')', 100)));
        Assert.Null(StreamPredicate.TryParse(string.Join(" or ", Enumerable.Repeat("type!='x'", 100))));
    }

    [Fact]
    public void An_own_source_s_clock_is_measured_soon_and_well()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("clock"), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var probes = new ClockProbe[8];
        Assert.Equal(0, inlet.CopyClockProbes([]));
        WaitUntil(() => inlet.CopyClockProbes(probes) >= 2, "two clock probes");
        Assert.True(probes[1].LocalTimeS > probes[0].LocalTimeS);
        Assert.All(probes.Take(2), p => Assert.InRange(Math.Abs(p.OffsetS), 0, p.RoundTripS / 2 + 1e-9));
        Assert.InRange(probes[1].LocalTimeS, LslClock.NowS - 30, LslClock.NowS);
    }
}
