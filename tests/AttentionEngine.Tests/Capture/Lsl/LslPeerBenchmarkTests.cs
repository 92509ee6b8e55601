using System.Globalization;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>
/// The transport beside its peers in one run, the same work for each: outlet and inlet in one process, 64 ch float32; latency at 500 Hz, and
/// throughput in chunks of 32 held back by the reader. Prints a table (run with <c>--output Detailed</c>); asserts on counts only.
/// </summary>
[Collection("lsl"), Trait("tier", "long")]
public class LslPeerBenchmarkTests
{
    private const int Channels = 64, Frames = 3000, Chunks = 20_000, Chunk = 32, Rounds = 3;

    private sealed record Figures(double P50Us, double P90Us, double P99Us, double MegabytesPerS, double CpuSPer100Megabytes, long Lost);

    [Fact]
    public void Latency_and_throughput_beside_the_peers()
    {
        ForeignPeer.SkipIfAbsent();
        var peers = new List<(string Name, Func<Figures> Run)> { ("ours", Ours), ("liblsl 1.10 (npm)", () => Theirs(new ForeignPeer(Arguments()))) };
        string? installed = Environment.GetEnvironmentVariable("ATTEND_LIBLSL");
        if (installed is { Length: > 0 }) peers.Add(("liblsl installed", () => Theirs(ForeignPeer.Installed(installed, Arguments()))));
        else Say($"SKIPPED: no installed liblsl in this comparison; name its file in ATTEND_LIBLSL.");
        // Rounds in turn, the best of each kept: other programs disturb tails, and a busy second must not decide.
        var best = new Figures?[peers.Count];
        for (int round = 0; round < Rounds; round++)
            for (int p = 0; p < peers.Count; p++)
            {
                var f = peers[p].Run();
                Assert.Equal(0, f.Lost);
                best[p] = best[p] is { } b ? new Figures(Math.Min(b.P50Us, f.P50Us), Math.Min(b.P90Us, f.P90Us), Math.Min(b.P99Us, f.P99Us), Math.Max(b.MegabytesPerS, f.MegabytesPerS), Math.Min(b.CpuSPer100Megabytes, f.CpuSPer100Megabytes), 0) : f;
            }
        var own = best[0]!;
        for (int p = 0; p < peers.Count; p++)
        {
            var f = best[p]!;
            Say($"{peers[p].Name,-18} latency p50 {f.P50Us,7:0} p90 {f.P90Us,7:0} p99 {f.P99Us,7:0} us; {f.MegabytesPerS,6:0} MB/s, {f.CpuSPer100Megabytes:0.000} CPU s per 100 MB; p50 ours/theirs {own.P50Us / f.P50Us:0.00}, MB/s ours/theirs {own.MegabytesPerS / f.MegabytesPerS:0.00}, CPU ours/theirs {own.CpuSPer100Megabytes / f.CpuSPer100Megabytes:0.00}");
        }
    }

    private static string[] Arguments() => ["bench", UniqueId("bench"), .. new[] { Channels, Frames, Chunks }.Select(n => n.ToString(CultureInfo.InvariantCulture))];

    private static Figures Theirs(ForeignPeer peer)
    {
        using (peer)
        {
            peer.ReadUntil("latency", out string latency);
            peer.ReadUntil("throughput", out string throughput);
            Assert.Equal(0, peer.WaitForExit());
            double[] l = Numbers(latency), t = Numbers(throughput);
            return new Figures(l[0], l[1], l[2], t[0], t[1], (long)t[2]);
        }
    }

    private static double[] Numbers(string line) => [.. line.Split(' ').Skip(1).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];

    private static Figures Ours()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("bench", channels: Channels), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var latenciesUs = new double[Frames];
        var values = new float[1024 * Channels];
        var stampsS = new double[1024];
        var reader = new Thread(() =>
        {
            for (int i = 0; i < Frames; i++)
                if (inlet.Pull<float>(values.AsSpan(0, Channels), stampsS.AsSpan(0, 1), Patience) == 1) latenciesUs[i] = (LslClock.NowS - stampsS[0]) * 1e6;
        });
        reader.Start();
        var block = new float[Chunk * Channels];
        for (int i = 0; i < Frames; i++)
        {
            outlet.Push<float>(block.AsSpan(0, Channels), [LslClock.NowS]);
            Thread.Sleep(2);
        }
        Assert.True(reader.Join(Patience));
        Array.Sort(latenciesUs);

        long pulled = 0;
        var taker = new Thread(() =>
        {
            for (int n; Volatile.Read(ref pulled) < Chunk * (long)Chunks && (n = inlet.Pull<float>(values, stampsS, Patience)) > 0;) Volatile.Write(ref pulled, pulled + n);
        });
        double startS = LslClock.NowS;
        var cpu = Environment.CpuUsage.TotalTime;
        taker.Start();
        for (int i = 0; i < Chunks; i++)
        {
            outlet.Push<float>(block, [i * 0.064]);
            while ((i + 1) * (long)Chunk - Volatile.Read(ref pulled) > 20_000) Thread.Sleep(1);
        }
        Assert.True(taker.Join(Patience));
        double seconds = LslClock.NowS - startS, megabytes = Chunk * (double)Chunks * Channels * 4 / 1e6, cpuS = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return new Figures(latenciesUs[Frames / 2], latenciesUs[Frames * 9 / 10], latenciesUs[Frames * 99 / 100], megabytes / seconds, cpuS / megabytes * 100,
            Chunk * (long)Chunks - pulled + outlet.Dropped + inlet.Counters.Dropped);
    }

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(text));
}
