using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.NativeLsl;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>
/// How far mapped stamps are off when a source's clock drifts, over real sockets, ours beside the installed liblsl (<c>ATTEND_LIBLSL</c>) in one run: one outlet
/// whose clock runs fast or slow, one inlet of each, looked at 20 times a second from 10 s on. Prints a table; asserts only that there was something to look at.
/// </summary>
[Collection("lsl"), Trait("tier", "long")]
public class LslPeerClockTests
{
    private const double SettleS = 10, LengthS = 40;

    [Fact]
    public void Errors_under_drift_beside_the_peer()
    {
        using var native = NativeLslTransport.IsAvailable(out string why) ? new NativeLslTransport(new LslOptions()) : null;
        if (native is null) Say($"SKIPPED: no liblsl in this comparison: {why}");
        foreach (double ppm in new[] { 0.0, 50, 200, -200 })
        {
            double startS = LslClock.NowS;
            double AheadS() => ppm * 1e-6 * (LslClock.NowS - startS) + 1000;
            using var source = new LslTransport(new LslOptions { ClockAheadS = AheadS });
            using var outlet = source.CreateOutlet(Info("drift"), new OutletOptions());
            using var ours = OpenInlet(source, outlet.Info.SourceId);
            using var theirs = native is null ? null : Open(native, outlet.Info.SourceId);
            var estimator = new ClockOffsetEstimator();
            var probes = new ClockProbe[16];
            double newestS = double.NegativeInfinity, heldS = double.NaN;
            List<double> our = [], their = [], stated = [];
            long covered = 0;
            while (LslClock.NowS - startS < LengthS)
            {
                outlet.Push<float>([1], [LslClock.NowS + AheadS()]);
                for (int i = 0, n = ours.CopyClockProbes(probes); i < n; i++)
                {
                    if (probes[i].LocalTimeS <= newestS) continue;
                    newestS = probes[i].LocalTimeS;
                    estimator.Add(probes[i]);
                }
                if (theirs is not null && theirs.CopyClockProbes(probes.AsSpan(0, 1)) == 1) heldS = probes[0].OffsetS; // what lsl_time_correction gives until it measures anew
                double beforeS = LslClock.NowS, aheadS = AheadS(), atS = (beforeS + LslClock.NowS) / 2;
                if (atS - startS > SettleS && estimator.HasEstimate)
                {
                    our.Add(Math.Abs(estimator.ToLocal(atS + aheadS) - atS));
                    stated.Add(estimator.UncertaintyAt(atS));
                    if (our[^1] <= stated[^1]) covered++;
                    if (double.IsFinite(heldS)) their.Add(Math.Abs(heldS + aheadS));
                }
                Thread.Sleep(50);
            }
            Assert.NotEmpty(our);
            Say($"{ppm,5:F0} ppm: ours p50 {At(our, 0.5):F0} p99 {At(our, 0.99):F0} max {At(our, 1):F0} us, stated ± {At(stated, 0.5):F0} us covers {100.0 * covered / our.Count:F1} %");
            if (their.Count > 0) Say($"           liblsl p50 {At(their, 0.5):F0} p99 {At(their, 0.99):F0} max {At(their, 1):F0} us, none stated");
        }
    }

    private static IStreamInlet Open(NativeLslTransport transport, string sourceId)
    {
        var found = transport.Resolve(new StreamQuery(SourceId: sourceId), Patience, 1, CancellationToken.None);
        var inlet = transport.CreateInlet(Assert.Single(found), new InletOptions());
        inlet.Open(Patience, CancellationToken.None);
        return inlet;
    }

    private static double At(List<double> errorsS, double part)
    {
        errorsS.Sort();
        return 1e6 * errorsS[(int)Math.Min(errorsS.Count - 1, part * errorsS.Count)];
    }

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(text));
}
