using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Pipeline.Replay;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A live run whose sound a participant hears: limits, stop and dose.</summary>
public sealed class EarSessionRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-ears").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void A_participants_run_has_the_cap_the_stop_and_a_dose_that_is_kept_and_replays_alike()
    {
        string prefix = $"ears{Environment.ProcessId}", file = Path.Combine(_folder, "rig.yaml"), doses = Path.Combine(_folder, "doses");
        File.WriteAllText(file, TestPublisher.RigYaml(prefix, Repository.Root) + "\noutput: { full_scale_db_spl: 110, calibrated_on: 2026-11-01 }\n");
        var rig = RigReader.Read(file);
        var session = SessionFolder.Create(Path.Combine(_folder, "session"));
        SessionRig.Save(rig, session);
        RunResult result;
        using (var publisher = new TestPublisher(prefix))
        using (var transport = new LslTransport())
        using (var recording = new XdfWriter(session.Xdf))
        using (var outlets = new OutletSink(transport))
        using (var ears = new EarSession(rig, doses, "P07", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)))
        {
            // Whatever the machine's pace: sound, then the stop, then half a second more.
            using var end = new CancellationTokenSource();
            LiveRunner? runner = null;
            double stoppedS = double.PositiveInfinity;
            runner = new LiveRunner(rig, transport, session, recording, outlets, new LiveOptions(null, 10))
            {
                Ears = ears,
                Progress = doneS =>
                {
                    if (doneS > stoppedS + 0.5) end.Cancel();
                    if (!(doneS > 0.5) || double.IsFinite(stoppedS)) return;
                    stoppedS = doneS;
                    runner!.StopSound();
                },
            };
            runner.StopSound(); // before there is sound: nothing
            result = runner.Run(end.Token);
            Assert.True(ears.SessionPa2H > 0);
        }
        Assert.Equal("interrupted", result.Ended);
        Assert.Contains(result.Health, e => e.Kind == HealthKind.Fault && e.Source == "ears" && e.Detail.StartsWith("stopped", StringComparison.Ordinal));
        var steered = WavFile.Read(session.SteeredWav);
        Assert.True(steered.Samples.Max(Math.Abs) <= Math.Pow(10, (100 - 4 - 110) / 20.0) + 1e-4);
        Assert.Contains(steered.Channel(0).ToArray(), v => v != 0);
        Assert.All(steered.Channel(0)[^1600..].ToArray(), v => Assert.Equal(0, v));
        using (var ledger = DoseLedger.Open(doses, "P07")) Assert.True(ledger.UsedPa2H(TimeProvider.System.GetUtcNow()) > 0);

        var output = SessionFolder.Create(Path.Combine(_folder, "replay"));
        using var recorded = new XdfStreams(session.Xdf);
        var (again, verdict) = new StepRunner(RigReader.Read(session.Rig), session, output, recorded, SessionJournal.Read(session.Journal), "test", []).Run(null, CancellationToken.None);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(result.Nodes, again.Nodes);
    }
}
