using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>What docs/LIVE-STREAMS.md says of stalls, bursts, losses, clocks that are set and rooms side by side, through the whole live engine.</summary>
public sealed class LiveFaultTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _prefix = $"faulty{Environment.ProcessId}";

    public void Dispose() => _folder.Dispose();

    private (RunResult Result, SessionFolder Session) Run(double seconds, string lslSession, Action<double>? progress = null)
    {
        string file = _folder.File("rig.yaml");
        File.WriteAllText(file, TestPublisher.RigYaml(_prefix, Repository.Root));
        var session = SessionFolder.Create(_folder.File("session"));
        SessionRig.Save(RigReader.Read(file), session);
        using var transport = new LslTransport(new LslOptions { SessionId = lslSession });
        using var recording = new XdfWriter(session.Xdf);
        using var outlets = new OutletSink(transport);
        return (new LiveRunner(RigReader.Read(session.Rig), transport, session, recording, outlets, new LiveOptions(seconds, 20)) { Progress = progress }.Run(CancellationToken.None), session);
    }

    [Fact]
    public void Stall_burst_loss_and_a_clock_that_is_set_are_said_and_counted_and_replay_to_the_same_bits()
    {
        using var publisher = new TestPublisher(_prefix);
        // About twice a second: the next step of the story whose time has come.
        var story = new Queue<(double AtS, Action Do)>(
        [
            (1, () => publisher.Hold("head")), (2.6, () => publisher.Release("head")),                        // a stall of seconds, then everything at once
            (3, () => publisher.GazeAheadS = 2),                                                              // the eye tracker's clock is set
            (5, () => publisher.Hold("gaze")), (5.5, () => publisher.Release("gaze")), (6, () => publisher.Hold("gaze")), (6.5, () => publisher.Release("gaze")), // bursts
            (7, () => publisher.Hold("array")), (7.4, () => publisher.Release("array")),                      // an audio device that runs dry
            (8.2, () => publisher.Hold("head")), (8.7, () => publisher.Release("head", send: false)),         // lost for good
        ]);
        var (result, session) = Run(10, "default", doneS => { if (story.TryPeek(out var next) && doneS >= next.AtS) story.Dequeue().Do(); }); // one a call: what is held is held for a while
        Assert.Empty(story);
        Assert.Equal("completed", result.Ended);

        // Only what was never sent is lost; it is counted to the sample, for its stream, in the result, the journal and the recording.
        StreamReport Of(StreamRole role) => result.Streams.Single(s => s.Role == role);
        var gap = Assert.Single(result.Health, h => h.Kind == HealthKind.Gap);
        Assert.Equal("Head", gap.Source);
        Assert.Equal((gap.Count, gap.Count, 0L, 0L), (result.Lost, Of(StreamRole.Head).Lost, Of(StreamRole.Audio).Lost, Of(StreamRole.Gaze).Lost));
        var recording = XdfRecording.Read(session.Xdf);
        double[] head = recording.FindSource($"{_prefix}-head")!.StampsS;
        Assert.Equal(gap.Count, (long)Math.Round((head[^1] - head[0]) * 100) + 1 - head.Length);
        Assert.InRange(gap.Count, 30, 150);
        Assert.Contains((string[])recording.Streams.Single(s => s.Info.Name == "AttentionHealth").Values, t => t.StartsWith($"Gap Head {gap.Count}:", StringComparison.Ordinal));
        Assert.Contains(File.ReadLines(session.Journal), l => l.Contains("\"kind\":\"Gap\",\"source\":\"Head\"", StringComparison.Ordinal));

        // The jump is found at once, and the tracker's eyes are placed right after it: gaze is used again, and its clock is known to be 2 s ahead.
        Assert.Single(result.Health, h => h.Kind == HealthKind.ClockJump && h.Source == "Gaze");
        Assert.InRange(Of(StreamRole.Gaze).OffsetUs, -2.05e6, -1.95e6);
        Assert.True(result.Xruns > 0);
        Assert.Equal(result.Xruns, result.Health.Where(h => h.Kind == HealthKind.Xrun).Sum(h => h.Count));

        float[] available = NpyReader.Read(Path.Combine(session.Ticks, "available.npy")).ToSingles();
        bool There(Modality sense, double timeS) => available[(int)(timeS * 25) * Modalities.Count + (int)sense] == 1;
        Assert.True(There(Modality.Head, 0.9) && There(Modality.Gaze, 0.9));
        Assert.Contains(Enumerable.Range(35, 35), t => !There(Modality.Head, t / 25.0)); // in the stall
        Assert.True(There(Modality.Head, 4.5) && There(Modality.Gaze, 4.5) && There(Modality.Gaze, 9.8) && There(Modality.Head, 9.8));

        using var recorded = new XdfStreams(session.Xdf);
        var (_, verdict) = new StepRunner(RigReader.Read(session.Rig), session, SessionFolder.Create(_folder.File("replay")), recorded, SessionJournal.Read(session.Journal), "test", []).Run(null, CancellationToken.None);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(250, verdict.Compared);
    }

    [Fact]
    public void The_same_names_in_the_next_room_are_not_taken()
    {
        using var next = new TestPublisher(_prefix, audioChannels: 3, session: "room-b"); // would be refused: the rig has four microphones
        using var here = new TestPublisher(_prefix, session: "room-a");
        var (result, session) = Run(1, "room-a");
        Assert.Equal("completed", result.Ended);
        Assert.DoesNotContain(result.Health, h => h.Kind is HealthKind.DuplicateSource or HealthKind.Disconnect);
        Assert.Equal(4, XdfRecording.Read(session.Xdf).FindSource($"{_prefix}-array")!.Info.ChannelCount);
    }
}
