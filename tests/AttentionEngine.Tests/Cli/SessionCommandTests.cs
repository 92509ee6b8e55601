using System.Diagnostics;
using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Tests.Capture.Xdf;

namespace AttentionEngine.Tests.Cli;

/// <summary>The main job as a user runs it: demo, replay, simulate, Ctrl-C, as real processes over real LSL.</summary>
[Collection("default LSL streams")]
public sealed class SessionCommandTests : IDisposable
{
    private static readonly string[] Baselines = ["activity_only", "loudest", "gaze_only", "eeg_only", "head_only", "vision_only", "chance"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonElement Json(AttendProcess.Result result, int exitCode = ExitCode.Ok)
    {
        Assert.True(exitCode == result.ExitCode, $"exit {result.ExitCode}: {result.Error}");
        return JsonDocument.Parse(result.Out).RootElement;
    }

    [Fact]
    [Trait("tier", "system")]
    public async Task A_calibrated_decoder_gives_its_nats_live_and_replay_gives_the_same()
    {
        Directory.CreateDirectory(_folder.File("decoder"));
        foreach (string file in Directory.GetFiles(Repository.PathOf("models/eeg-decoder-sim"))) File.Copy(file, _folder.File($"decoder/{Path.GetFileName(file)}"));
        File.AppendAllText(_folder.File("decoder/decoder.yaml"), "nats_per_product: 0.02\n");
        string rig = File.ReadAllText(Repository.PathOf("rigs/sim-bte4.yaml")).Replace("../models/fusion", Repository.PathOf("models/fusion"), StringComparison.Ordinal).Replace("../models/masks", Repository.PathOf("models/masks"), StringComparison.Ordinal).Replace("../models/eeg-decoder-sim/decoder.yaml", _folder.File("decoder/decoder.yaml"), StringComparison.Ordinal);
        File.WriteAllText(_folder.File("sim-bte4.yaml"), rig);
        File.Copy(Repository.PathOf("rigs/sim-two-talkers.yaml"), _folder.File("scene.yaml"));
        string session = _folder.File("demo");
        Json(await AttendProcess.RunAsync("demo", "--scene", _folder.File("scene.yaml"), "--seconds", "8", "--seed", "4", "--out", session, "--json"));
        float[] live = NpyReader.Read(Path.Combine(session, "ticks", "eeg_decoder_nats.npy")).ToSingles();
        Assert.True(live.Count(n => n != 0) > 100, $"{live.Count(n => n != 0)} of {live.Length} nats are not 0");
        var replay = Json(await AttendProcess.RunAsync("replay", session, "--verify", "--json"));
        Assert.True(replay.GetProperty("verified").GetBoolean());
        Assert.Equal(200, replay.GetProperty("compared_ticks").GetInt64());
    }

    [Fact]
    public async Task The_demo_closes_the_loop_and_its_session_replays_to_the_same_bits()
    {
        string session = _folder.File("demo");
        var demo = Json(await AttendProcess.RunAsync("demo", "--seconds", "6", "--seed", "4", "--out", session, "--json"));
        Assert.Equal("attend.demo/1", demo.EnumerateObject().First().Value.GetString());
        Assert.Equal(7, demo.GetProperty("streams").GetArrayLength());
        Assert.Equal(0, demo.GetProperty("lost").GetInt64());
        Assert.InRange(demo.GetProperty("accuracy").GetDouble(), 0, 1);
        foreach (string name in Baselines) Assert.InRange(demo.GetProperty("baselines").GetProperty(name).GetDouble(), 0, 1);
        Assert.True(double.IsFinite(demo.GetProperty("si_sdr_improvement_db").GetDouble()));
        Assert.InRange(demo.GetProperty("algorithmic_delay_ms").GetDouble(), 0.1, 10);

        float[] available = NpyReader.Read(Path.Combine(session, "ticks", "available.npy")).ToSingles();
        for (int m = 0; m < Modalities.Count; m++)
            Assert.True(Enumerable.Range(100, 50).Any(t => available[t * Modalities.Count + m] == 1), $"{Modalities.Names[m]} gave no evidence in the last two seconds");

        var folder = SessionFolder.Open(session);
        Assert.InRange(WavFile.Read(folder.SteeredWav).DurationS, 5.5, 7.5);
        Assert.Equal(WavFile.Read(folder.UnprocessedWav).Frames, WavFile.Read(folder.SteeredWav).Frames);
        var recording = XdfRecording.Read(folder.Xdf);
        Assert.Empty(recording.Damage);
        Assert.All(recording.Streams.Where(s => s.Info.NominalRateHz > 0), s => Assert.NotEmpty(s.StampsS));
        Assert.Contains(recording.Streams, s => s.Info.Name == "AttentionDecision");
        string report = await File.ReadAllTextAsync(folder.Report);
        Assert.DoesNotContain("src=\"http", report, StringComparison.OrdinalIgnoreCase);

        var replay = Json(await AttendProcess.RunAsync("replay", session, "--verify", "--json"));
        Assert.True(replay.GetProperty("verified").GetBoolean());
        Assert.Equal(JsonValueKind.Null, replay.GetProperty("first_divergence").ValueKind);
        Assert.Equal(150, replay.GetProperty("compared_ticks").GetInt64());
        Assert.Equal(demo.GetProperty("accuracy").GetDouble(), replay.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public async Task Any_recording_is_sent_over_LSL_again()
    {
        string file = _folder.File("any.xdf");
        using (var writer = new XdfWriter(file))
        {
            int eeg = writer.AddStream(XdfTestFile.Info("eeg", ChannelFormat.Float32, 2, 250)), markers = writer.AddStream(XdfTestFile.Info("markers", ChannelFormat.Text, 1, 0));
            for (int i = 0; i < 750; i++) writer.Write<float>(eeg, [i, -i], [500 + i / 250.0]);
            for (int i = 0; i < 6; i++) writer.WriteText(markers, [$"event {i}"], 500.2 + i / 2.0);
        }
        var sent = Json(await AttendProcess.RunAsync("replay", file, "--to-lsl", "--speed", "10", "--wait-s", "0", "--json"));
        Assert.Equal("attend.replay-to-lsl/1", sent.EnumerateObject().First().Value.GetString());
        Assert.Equal("completed", sent.GetProperty("ended").GetString());
        Assert.Equal([("eeg", 750), ("markers", 6)], sent.GetProperty("streams").EnumerateArray().Select(s => (s.GetProperty("name").GetString()!, s.GetProperty("samples").GetInt32())));
        Assert.Equal(0, sent.GetProperty("dropped").GetInt64());
    }

    [Fact]
    public Task A_demo_with_faults_counts_its_losses_exits_5_and_replays_to_the_same_bits() =>
        DemoWithFaults(7, 4, "drop:gaze@2+0.3,xrun@3+0.15,stall:head@3+1,die:gaze@4+1,drop:audio@5.5+0.05,jump:eeg@6+0.5");

    [Theory, Trait("tier", "long")]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public Task A_minute_with_every_kind_of_fault_replays_to_the_same_bits(int seed) => DemoWithFaults(60, seed, "typical");

    private async Task DemoWithFaults(int seconds, int seed, string faults)
    {
        string session = _folder.File("faulty");
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, ["demo", "--seconds", $"{seconds}", "--seed", $"{seed}", "--faults", faults, "--out", session, "--json"], timeout: TimeSpan.FromSeconds(200));
        Assert.Contains("samples were lost", result.Error, StringComparison.Ordinal);
        var demo = Json(result, ExitCode.DataLoss);
        Assert.Equal("completed", demo.GetProperty("ended").GetString());
        long Lost(string name) => demo.GetProperty("streams").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name).GetProperty("lost").GetInt64();
        Assert.Equal(800, Lost("sim-array")); // 50 ms at 16 kHz were never sent
        Assert.True(Lost("sim-gaze") >= 36, $"{Lost("sim-gaze")} gaze samples counted");
        Assert.Equal(0, Lost("sim-head")); // stalled, not lost
        Assert.True(demo.GetProperty("xruns").GetInt64() > 0);
        string journal = await File.ReadAllTextAsync(Path.Combine(session, "journal.jsonl"));
        foreach (string kind in (string[])["Gap", "Xrun", "Disconnect", "Reconnect", "ClockJump"]) Assert.Contains($"\"kind\":\"{kind}\"", journal, StringComparison.Ordinal);

        var replay = Json(await AttendProcess.RunAsync("replay", session, "--as-recorded", "--verify", "--json"));
        Assert.True(replay.GetProperty("verified").GetBoolean());
        Assert.Equal(seconds * 25, replay.GetProperty("compared_ticks").GetInt64());
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_finalises_every_file_and_exits_130()
    {
        string session = _folder.File("interrupted");
        var start = new ProcessStartInfo(Repository.PathOf("attend"), ["demo", "--seconds", "60", "--out", session]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ATTEND_SKIP_SETUP"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        string steered = Path.Combine(session, "steered.wav");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(110));
        while (!File.Exists(steered) || new FileInfo(steered).Length < 200_000)
        {
            Assert.False(process.HasExited, "the demo ended early");
            await Task.Delay(100, limit.Token);
        }
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(ExitCode.Interrupted == process.ExitCode, $"exit {process.ExitCode}: {await error}");
        Assert.True(SessionJournal.Read(Path.Combine(session, "journal.jsonl")).Finished);
        Assert.Empty(XdfRecording.Read(Path.Combine(session, "session.xdf")).Damage);
        Assert.True(WavFile.Read(steered).Frames > 16000);
        Assert.True(File.Exists(Path.Combine(session, "report.html")));
        Assert.Contains("session", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_simulates_the_same_bytes_and_replays_to_the_same_figures()
    {
        string a = _folder.File("a"), b = _folder.File("b");
        foreach (string folder in (string[])[a, b])
            Json(await AttendProcess.RunAsync("simulate", Repository.PathOf("rigs/sim-conversations.yaml"), "--out", folder, "--seconds", "4", "--seed", "9", "--json"));
        foreach (string file in (string[])["truth/images.wav", "truth/truth.json", "video/ego.y4m", "rig.yaml"])
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(a, file)), await File.ReadAllBytesAsync(Path.Combine(b, file)));
        var one = Json(await AttendProcess.RunAsync("replay", a, "--json"));
        var two = Json(await AttendProcess.RunAsync("replay", b, "--json"));
        Assert.Equal("ideal", one.GetProperty("mode").GetString());
        Assert.Equal(one.GetProperty("nodes").GetRawText(), two.GetProperty("nodes").GetRawText());
    }

    [Fact]
    public async Task A_changed_journal_is_found_as_the_first_divergence()
    {
        string session = _folder.File("demo");
        Json(await AttendProcess.RunAsync("demo", "--seconds", "2", "--seed", "4", "--out", session, "--json"));
        string journal = Path.Combine(session, "journal.jsonl");
        string[] lines = await File.ReadAllLinesAsync(journal);
        int at = Array.FindIndex(lines, l => l.Contains("\"k\":20,", StringComparison.Ordinal));
        int hash = lines[at].IndexOf("\"h\":[\"", StringComparison.Ordinal) + 6;
        lines[at] = lines[at][..hash] + (lines[at][hash] == '0' ? '1' : '0') + lines[at][(hash + 1)..];
        await File.WriteAllLinesAsync(journal, lines);
        var result = await AttendProcess.RunAsync("replay", session, "--verify", "--json");
        Assert.Contains("node Audio differs first, at tick 20", result.Error, StringComparison.Ordinal);
        var replay = Json(result, ExitCode.Mismatch);
        Assert.Equal(0, replay.GetProperty("first_divergence").GetProperty("max_abs_difference").GetDouble());
        Assert.Equal(20, replay.GetProperty("first_divergence").GetProperty("tick").GetInt64());
        Assert.Equal("Audio", replay.GetProperty("first_divergence").GetProperty("node").GetString());
    }
}
