using System.Runtime.InteropServices;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A live run that is replayed after one thing was changed: the first node that differs is named, with its place and size.</summary>
public sealed class DivergenceTests : IClassFixture<DivergenceTests.LiveSession>, IDisposable
{
    private readonly LiveSession _live;
    private readonly TempFolder _folder = new();

    public DivergenceTests(LiveSession live) => _live = live;

    public void Dispose() => _folder.Dispose();

    /// <summary>One live run of 4 s for all tests of this class.</summary>
    public sealed class LiveSession : IDisposable
    {
        private readonly TempFolder _folder = new();

        public LiveSession()
        {
            string prefix = $"diverge{Environment.ProcessId}", rigFile = _folder.File("rig.yaml");
            File.WriteAllText(rigFile, TestPublisher.RigYaml(prefix, Repository.Root));
            Session = SessionFolder.Create(_folder.File("session"));
            SessionRig.Save(RigReader.Read(rigFile), Session);
            using var publisher = new TestPublisher(prefix);
            using var transport = new LslTransport();
            using var recording = new XdfWriter(Session.Xdf);
            using var outlets = new OutletSink(transport);
            new LiveRunner(RigReader.Read(Session.Rig), transport, Session, recording, outlets, new LiveOptions(4, 20)).Run(CancellationToken.None);
            Array = $"{prefix}-array";
        }

        public SessionFolder Session { get; }

        /// <summary>Source of the array's sound.</summary>
        public string Array { get; }

        public void Dispose() => _folder.Dispose();
    }

    /// <summary>A copy of the session that a test may damage.</summary>
    private SessionFolder Copy()
    {
        string root = _folder.File("copy");
        foreach (string file in Directory.EnumerateFiles(_live.Session.Root, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(root, Path.GetRelativePath(_live.Session.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return new SessionFolder(root);
    }

    private (ReplayVerdict Verdict, DivergenceSize? Size) Replay(SessionFolder session)
    {
        var output = SessionFolder.Create(_folder.File("replay"));
        var journal = SessionJournal.Read(session.Journal);
        using var recorded = new XdfStreams(session.Xdf);
        var (_, verdict) = new StepRunner(RigReader.Read(session.Rig), session, output, recorded, journal, "test", []).Run(null, CancellationToken.None);
        return (verdict, verdict.FirstDivergence is { } d ? new DivergenceFinder(session, output, journal).Size(d) : null);
    }

    [Fact]
    public void Nothing_changed_is_no_divergence()
    {
        var (verdict, _) = Replay(_live.Session);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(100, verdict.Compared);
    }

    [Fact]
    public void Each_tick_may_be_held_back_until_its_time()
    {
        var asked = new List<double>();
        using var recorded = new XdfStreams(_live.Session.Xdf);
        new StepRunner(RigReader.Read(_live.Session.Rig), _live.Session, SessionFolder.Create(_folder.File("paced")), recorded, SessionJournal.Read(_live.Session.Journal), "test", []) { Pace = asked.Add }.Run(1, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 25).Select(k => Math.Round(k * 0.04, 6)), asked.Select(s => Math.Round(s, 6)));
    }

    [Fact]
    public void One_changed_sample_of_sound_is_named_to_the_sample()
    {
        const int changed = 20_000, microphones = 4;
        var session = Copy();
        float[] values = XdfRecording.Read(session.Xdf).FindSource(_live.Array)!.ToSingles();
        byte[] frame = MemoryMarshal.AsBytes(values.AsSpan(changed * microphones, microphones)).ToArray(), file = File.ReadAllBytes(session.Xdf);
        int at = file.AsSpan().IndexOf(frame);
        Assert.True(at > 0 && file.AsSpan(at + 1).IndexOf(frame) < 0, "the frame is in the file once");
        file[at + 2] ^= 0x40; // half of its size, in the first microphone
        File.WriteAllBytes(session.Xdf, file);

        var (verdict, size) = Replay(session);
        var first = verdict.FirstDivergence!;
        Assert.Equal("Audio", first.Node);
        var journal = SessionJournal.Read(session.Journal);
        long Consumed(long tick) => journal.Ticks[(int)tick].Consumed[0] * journal.BlockFrames;
        Assert.InRange(size!.AudioSample, Consumed(first.Tick - 1), Consumed(first.Tick) - 1);
        Assert.InRange(size.AudioSample, changed, changed + 16 * 8); // the causal filters' delay is below 8 ms
        Assert.EndsWith("ear", size.Value, StringComparison.Ordinal);
        Assert.InRange(size.MaxAbsDifference, 1e-6, 1);
        Assert.InRange(size.Differing, 1, size.Compared);
    }

    [Fact]
    public void A_changed_model_is_named_by_the_node_that_uses_it()
    {
        var session = Copy();
        string model = Path.Combine(session.Root, "models", "fusion", "model.onnx");
        byte[] bytes = File.ReadAllBytes(model);
        for (int i = bytes.Length / 2; i < bytes.Length / 2 + 400; i++) bytes[i] ^= 0x10; // weights
        File.WriteAllBytes(model, bytes);
        string contract = Path.Combine(session.Root, "models", "fusion", "model.yaml"), text = File.ReadAllText(contract);
        File.WriteAllText(contract, System.Text.RegularExpressions.Regex.Replace(text, "sha256: .*", "sha256: " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))));
        var (verdict, size) = Replay(session);
        Assert.Equal("Fusion", verdict.FirstDivergence!.Node);
        Assert.StartsWith("posterior[", size!.Value, StringComparison.Ordinal);
        Assert.True(size.MaxAbsDifference > 0);
        Assert.Equal(3, size.Compared);

        // As on another class of machine: with the recorded outputs of the network, everything of ours is what it was.
        using var recorded = new XdfStreams(session.Xdf);
        var (_, injected) = new StepRunner(RigReader.Read(session.Rig), session, SessionFolder.Create(_folder.File("injected")), recorded, SessionJournal.Read(session.Journal), "test", []) { RecordedFusion = true }.Run(null, CancellationToken.None);
        Assert.Null(injected.FirstDivergence);
        Assert.Equal(verdict.Compared, injected.Compared);
    }

    [Fact]
    public void A_changed_setting_is_named_by_the_node_that_has_it()
    {
        var session = Copy();
        string text = File.ReadAllText(session.Rig);
        Assert.Contains("floor_db: -12", text, StringComparison.Ordinal);
        File.WriteAllText(session.Rig, text.Replace("floor_db: -12", "floor_db: -20", StringComparison.Ordinal));
        var (verdict, size) = Replay(session);
        Assert.Equal("Audio", verdict.FirstDivergence!.Node);
        Assert.True(size!.MaxAbsDifference > 0);
    }

    [Fact]
    public void Beams_that_differ_are_named_with_the_size_of_the_difference()
    {
        // Shorter filters change ears and beams; the finder is asked for the beams, which stand after the ears in the order of nodes.
        var session = Copy();
        string text = File.ReadAllText(session.Rig);
        Assert.Contains("taps_ms: 16", text, StringComparison.Ordinal);
        File.WriteAllText(session.Rig, text.Replace("taps_ms: 16", "taps_ms: 15", StringComparison.Ordinal));
        var output = SessionFolder.Create(_folder.File("replay"));
        var journal = SessionJournal.Read(session.Journal);
        using var recorded = new XdfStreams(session.Xdf);
        var (_, verdict) = new StepRunner(RigReader.Read(session.Rig), session, output, recorded, journal, "test", []).Run(null, CancellationToken.None);
        var first = verdict.FirstDivergence! with { Node = "Beams" };
        var size = new DivergenceFinder(session, output, journal).Size(first)!;
        Assert.StartsWith("beam[", size.Value, StringComparison.Ordinal);
        Assert.InRange(size.RmsDifference, 1e-9, 1);
        Assert.True(double.IsNaN(size.MaxAbsDifference));
        Assert.InRange(size.Differing, 1, size.Compared);
    }

    [Fact]
    public void A_changed_journal_differs_by_its_hash_only()
    {
        var session = Copy();
        string[] lines = File.ReadAllLines(session.Journal);
        int at = System.Array.FindIndex(lines, l => l.Contains("\"k\":20,", StringComparison.Ordinal));
        int hash = lines[at].IndexOf("\"h\":[\"", StringComparison.Ordinal) + 6 + 19; // of the second node
        lines[at] = lines[at][..hash] + (lines[at][hash] == '0' ? '1' : '0') + lines[at][(hash + 1)..];
        File.WriteAllLines(session.Journal, lines);
        var (verdict, size) = Replay(session);
        Assert.Equal(("Perception", 20), (verdict.FirstDivergence!.Node, verdict.FirstDivergence.Tick));
        Assert.Equal(0, size!.Differing);
        Assert.Equal(0, size.MaxAbsDifference);
    }
}
