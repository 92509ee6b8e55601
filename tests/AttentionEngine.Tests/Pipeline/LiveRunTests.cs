using AttentionEngine.Attention.Eeg;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
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

/// <summary>The live engine on real LSL streams over loopback, and its replay.</summary>
public sealed class LiveRunTests : IDisposable
{
    private static int s_number;
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-live").FullName;
    private readonly string _prefix = $"live{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";

    public void Dispose() => Directory.Delete(_folder, true);

    private Rig Rig(Func<string, string>? edit = null)
    {
        string text = TestPublisher.RigYaml(_prefix, Repository.Root);
        string file = Path.Combine(_folder, $"rig-{Interlocked.Increment(ref s_number)}.yaml");
        File.WriteAllText(file, edit is null ? text : edit(text));
        return RigReader.Read(file);
    }

    private (RunResult Result, SessionFolder Session) Run(Rig rig, LiveOptions options, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var session = SessionFolder.Create(Path.Combine(_folder, $"session-{Interlocked.Increment(ref s_number)}"));
        SessionRig.Save(rig, session);
        using var transport = new LslTransport();
        using var recording = new XdfWriter(session.Xdf);
        using var outlets = new OutletSink(transport);
        var runner = new LiveRunner(rig, transport, session, recording, outlets, options) { Progress = progress };
        return (runner.Run(cancellation), session);
    }

    [Fact]
    public void A_live_run_is_recorded_whole_and_replays_to_the_same_bits()
    {
        using var publisher = new TestPublisher(_prefix);
        var rig = Rig();
        var (result, session) = Run(rig, new LiveOptions(2.4, 10));
        Assert.Equal("completed", result.Ended);
        Assert.Equal(0, result.Lost);
        var audio = result.Streams.Single(s => s.Role == StreamRole.Audio);
        Assert.True(audio.Samples >= 2.4 * 16000, $"{audio.Samples} audio samples recorded");
        var recording = XdfRecording.Read(session.Xdf);
        Assert.Empty(recording.Damage);
        Assert.Equal(audio.Samples, recording.FindSource($"{_prefix}-array")!.SampleCount);
        Assert.Equal(60, NpyReader.Read(Path.Combine(session.Ticks, "time_s.npy")).Shape[0]);
        Assert.Contains(recording.Streams, s => s.Info.Name == "AttentionPosterior" && s.SampleCount == 60);

        var output = SessionFolder.Create(Path.Combine(_folder, "replay"));
        using var recorded = new XdfStreams(session.Xdf);
        var (again, verdict) = new StepRunner(RigReader.Read(session.Rig), session, output, recorded, SessionJournal.Read(session.Journal), "test", []).Run(null, CancellationToken.None);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(60, verdict.Compared);
        Assert.Equal(result.Nodes, again.Nodes);
    }

    [Fact]
    public void A_stream_that_dies_and_comes_back_is_said_and_the_run_goes_on()
    {
        using var publisher = new TestPublisher(_prefix);
        bool killed = false, back = false;
        var (result, session) = Run(Rig(), new LiveOptions(7, 10), progress: doneS =>
        {
            if (doneS > 1 && !killed) { killed = true; publisher.KillGaze(); }
            if (doneS > 3.5 && !back) { back = true; publisher.RestartGaze(); }
        });
        Assert.True(killed && back);
        Assert.Equal("completed", result.Ended);
        Assert.Contains(result.Health, h => h.Kind == HealthKind.Disconnect && h.Source == "Gaze");
        Assert.Contains(result.Health, h => h.Kind == HealthKind.Reconnect && h.Source == "Gaze");
        float[] available = NpyReader.Read(Path.Combine(session.Ticks, "available.npy")).ToSingles();
        int gaze = (int)Modality.Gaze;
        Assert.Equal(1, available[20 * Modalities.Count + gaze]);                                   // 0.8 s: alive
        Assert.Contains(Enumerable.Range(50, 40), t => available[t * Modalities.Count + gaze] == 0); // 2 to 3.6 s: dead
        Assert.Equal(1, available[174 * Modalities.Count + gaze]);                                  // 7 s: back
    }

    [Fact]
    public void A_missing_required_stream_is_named_with_what_is_there()
    {
        using var publisher = new TestPublisher(_prefix);
        var rig = Rig(text => text.Replace($"{_prefix}-array", $"{_prefix}-nowhere", StringComparison.Ordinal));
        var error = Assert.Throws<StreamMissingException>(() => Run(rig, new LiveOptions(1, 2)));
        Assert.Contains($"{_prefix}-nowhere", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_prefix}-head", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.StreamMissing, error.ExitCode);
    }

    [Fact]
    public void A_missing_optional_stream_is_an_event_not_an_end()
    {
        using var publisher = new TestPublisher(_prefix, withGaze: false);
        var (result, _) = Run(Rig(), new LiveOptions(0.8, 10));
        Assert.Contains(result.Health, h => h.Kind == HealthKind.MissingStream && h.Source == "Gaze");
        Assert.Equal("completed", result.Ended);
    }

    [Fact]
    public async Task A_required_stream_that_is_late_is_waited_for()
    {
        var rig = Rig();
        var run = Task.Run(() => Run(rig, new LiveOptions(0.8, 20)));
        await Task.Delay(1500);
        using var publisher = new TestPublisher(_prefix);
        var (result, _) = await run;
        Assert.Equal("completed", result.Ended);
        Assert.True(result.Streams.Single(s => s.Role == StreamRole.Audio).Samples >= 0.8 * 16000);
    }

    [Fact]
    public void An_optional_stream_that_comes_during_the_run_is_used_from_then_and_replays()
    {
        using var publisher = new TestPublisher(_prefix, withGaze: false);
        bool started = false;
        var (result, session) = Run(Rig(), new LiveOptions(6, 10), doneS =>
        {
            if (doneS > 1 && !started) { started = true; publisher.RestartGaze(); }
        });
        Assert.Contains(result.Health, h => h.Kind == HealthKind.Reconnect && h.Source == "Gaze");
        Assert.True(result.Streams.Single(s => s.Role == StreamRole.Gaze).Samples > 0);
        float[] available = NpyReader.Read(Path.Combine(session.Ticks, "available.npy")).ToSingles();
        Assert.Equal(0, available[(int)Modality.Gaze]);
        Assert.Equal(1, available[149 * Modalities.Count + (int)Modality.Gaze]);
        using var recorded = new XdfStreams(session.Xdf);
        var (_, verdict) = new StepRunner(RigReader.Read(session.Rig), session, SessionFolder.Create(Path.Combine(_folder, "replay-late")), recorded,
            SessionJournal.Read(session.Journal), "test", []).Run(null, CancellationToken.None);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(150, verdict.Compared);
    }

    [Fact]
    public void EEG_that_comes_during_the_run_is_decoded_from_then_and_replays()
    {
        using var publisher = new TestPublisher(_prefix);
        bool started = false;
        string[] labels = [.. TemporalResponseFunction.Read(Rig().Attention.EegDecoder!).Channels];
        var (result, session) = Run(Rig(), new LiveOptions(9, 10), doneS =>
        {
            if (doneS > 1 && !started) { started = true; publisher.StartEeg(labels); }
        });
        Assert.Contains(result.Health, h => h.Kind == HealthKind.Reconnect && h.Source == "Eeg" && h.Detail.Contains("used from here", StringComparison.Ordinal));
        float[] available = NpyReader.Read(Path.Combine(session.Ticks, "available.npy")).ToSingles();
        Assert.Equal(0, available[20 * Modalities.Count + (int)Modality.Eeg]);
        Assert.Equal(1, available[222 * Modalities.Count + (int)Modality.Eeg]);
        using var recorded = new XdfStreams(session.Xdf);
        var (_, verdict) = new StepRunner(RigReader.Read(session.Rig), session, SessionFolder.Create(Path.Combine(_folder, "replay-late-eeg")), recorded,
            SessionJournal.Read(session.Journal), "test", []).Run(null, CancellationToken.None);
        Assert.Null(verdict.FirstDivergence);
        Assert.Equal(225, verdict.Compared);
        Assert.InRange(result.AudioAgainstEegPpm, -300, 300); // both are stamped by one clock; 8 s tell no more than this
    }

    [Fact]
    public void EEG_that_comes_late_and_does_not_fit_is_recorded_and_said()
    {
        using var publisher = new TestPublisher(_prefix);
        bool started = false;
        var (result, _) = Run(Rig(), new LiveOptions(5, 10), doneS =>
        {
            if (doneS > 0.5 && !started) { started = true; publisher.StartEeg(["X1", "X2"]); }
        });
        Assert.Equal("completed", result.Ended);
        Assert.Contains(result.Health, h => h.Source == "Eeg" && h.Detail.Contains("cannot be decoded", StringComparison.Ordinal));
        Assert.True(result.Streams.Single(s => s.Role == StreamRole.Eeg).Samples > 0);
    }

    [Fact]
    public void Two_sources_with_one_id_are_refused()
    {
        using var one = new TestPublisher(_prefix);
        using var two = new TestPublisher(_prefix, withGaze: false);
        var error = Assert.Throws<ConfigurationException>(() => Run(Rig(), new LiveOptions(1, 5)));
        Assert.Contains("2 sources", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_of_another_channel_count_is_refused_with_both_numbers()
    {
        using var publisher = new TestPublisher(_prefix, audioChannels: 3);
        var error = Assert.Throws<InputDataException>(() => Run(Rig(), new LiveOptions(1, 5)));
        Assert.Contains("3 channels", error.Message, StringComparison.Ordinal);
        Assert.Contains("4 microphones", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_leaves_a_complete_session()
    {
        using var publisher = new TestPublisher(_prefix);
        using var stop = new CancellationTokenSource();
        var (result, session) = Run(Rig(), new LiveOptions(null, 10), doneS => { if (doneS > 1) stop.Cancel(); }, stop.Token);
        Assert.Equal("interrupted", result.Ended);
        Assert.True(SessionJournal.Read(session.Journal).Finished);
        Assert.Empty(XdfRecording.Read(session.Xdf).Damage);
        Assert.True(WavFile.Read(session.SteeredWav).Frames > 8000);
    }
}
