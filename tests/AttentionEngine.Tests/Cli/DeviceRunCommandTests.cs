using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Devices.Measurement;
using AttentionEngine.Tests.Pipeline;
using AttentionEngine.Tests.Separation.Devices;

namespace AttentionEngine.Tests.Cli;

/// <summary><c>attend run</c> on a JACK server: a second program plays at the microphones, a third listens at the ears.</summary>
[Trait("tier", "system"), Collection("jack")]
public sealed class DeviceRunCommandTests : IDisposable
{
    private const int RateHz = 16000;
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-device-run").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task The_ears_get_the_microphones_at_the_stated_delay_and_the_session_replays()
    {
        if (JackServer.StartOrSkip(RateHz, 32) is not { } server) return;
        using var ending = server;
        using var player = new AudioDevice(JackDeviceTests.Jack(server, "player", 0, 1, RateHz));
        string rig = Path.Combine(_folder, "rig.yaml"), session = Path.Combine(_folder, "session");
        await File.WriteAllTextAsync(rig, DeviceRunTests.RigYaml(
            $"{{ kind: jack, server: {server.Name}, inputs: [\"player:out_1\", \"player:out_1\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}",
            "output: { full_scale_db_spl: 110, calibrated_on: 2026-11-27 }"));
        var run = AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["run", rig, "--seconds", "8", "--record", session, "--participant", "P1", "--json"]);

        float[] chirp = Chirp.Make(RateHz, 0.5, -40);
        double delay = double.NaN, quietDelay = double.NaN;
        while (!run.IsCompleted && double.IsNaN(delay))
        {
            AudioDevice ears;
            try { ears = new AudioDevice(JackDeviceTests.Jack(server, "listener", 2, 0, RateHz) with { InputNames = ["player:out_1", "attend:out_1"] }); }
            catch (StreamMissingException) { await Task.Delay(100); continue; } // attend has not opened its ports yet
            using (ears)
            {
                player.Play(0, chirp);
                float[][] heard;
                try { heard = new DeviceRecorder(ears).Record(1.5, CancellationToken.None); }
                catch (AttendException) { continue; } // a machine that stood still for a second
                int first = heard[0].AsSpan().IndexOfAnyExcept(0f);
                if (first < 0 || heard[0].Length - first < chirp.Length + 4000) continue;
                var path = SoundPath.Measure(heard[0].AsSpan(first, chirp.Length), heard[1].AsSpan(first, chirp.Length + 4000));
                if (path.Heard) delay = path.DelaySamples;
                else quietDelay = path.PeakToNoiseDb;
            }
        }
        var result = await run;
        Assert.True(result.ExitCode is ExitCode.Ok or ExitCode.DataLoss, result.Error);
        var root = JsonDocument.Parse(result.Out).RootElement;
        Assert.True(double.IsFinite(delay), $"no chirp came out of the ears ({quietDelay} dB): {result.Error}");
        Assert.Equal(root.GetProperty("algorithmic_delay_ms").GetDouble() * RateHz / 1000, delay, 0.05);
        var device = root.GetProperty("device");
        Assert.True(device.GetProperty("played").GetBoolean());
        Assert.Equal(32, device.GetProperty("block_frames").GetInt32());
        Assert.Equal(0, device.GetProperty("unread_samples").GetInt64());
        Assert.True(root.GetProperty("dose").GetProperty("session_pa2h").GetDouble() > 0);
        Assert.True(new FileInfo(Path.Combine(session, "played.wav")).Length > 4 * 2 * 4 * RateHz);

        var replay = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["replay", session, "--verify", "--json"]);
        Assert.True(replay.ExitCode is ExitCode.Ok or ExitCode.DataLoss, replay.Error);
        Assert.True(JsonDocument.Parse(replay.Out).RootElement.GetProperty("verified").GetBoolean(), replay.Out);
    }

    [Fact]
    public async Task A_run_goes_on_over_a_killed_server_and_a_recording_takes_the_device_too()
    {
        if (JackServer.StartOrSkip(RateHz, 64) is not { } server) return;
        using var ending = server;
        string rig = Path.Combine(_folder, "rig.yaml");
        await File.WriteAllTextAsync(rig, DeviceRunTests.RigYaml(
            $"{{ kind: jack, server: {server.Name}, inputs: [\"system:capture_1\", \"system:capture_2\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}",
            "output: { full_scale_db_spl: 110, calibrated_on: 2026-11-27 }"));
        var run = AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["run", rig, "--seconds", "10", "--record", Path.Combine(_folder, "run"), "--participant", "P1", "--json"]);
        while (!run.IsCompleted && !server.Tool("jack_lsp", "-c").Text.Contains("attend:out_1", StringComparison.Ordinal)) await Task.Delay(100);
        await Task.Delay(3000);
        server.Kill();
        await Task.Delay(1000);
        server.Start();
        var result = await run;
        Assert.True(result.ExitCode == ExitCode.DataLoss, $"exit {result.ExitCode}: {result.Error}");
        var root = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("completed", root.GetProperty("ended").GetString());
        Assert.Equal(1, root.GetProperty("device").GetProperty("restarts").GetInt32());
        Assert.Equal(1, root.GetProperty("streams")[0].GetProperty("reconnects").GetInt32());
        Assert.True(root.GetProperty("streams")[0].GetProperty("lost").GetInt64() > RateHz / 2);

        var recording = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["record", rig, "--out", Path.Combine(_folder, "recording"), "--seconds", "2", "--json"]);
        Assert.True(recording.ExitCode is ExitCode.Ok or ExitCode.DataLoss, recording.Error);
        var stream = JsonDocument.Parse(recording.Out).RootElement.GetProperty("streams")[0];
        Assert.True(stream.GetProperty("samples").GetInt64() > RateHz, recording.Out);
    }

    [Fact]
    public async Task Without_a_participant_nothing_is_played_and_without_a_calibration_a_participant_is_refused()
    {
        if (JackServer.StartOrSkip(RateHz, 64) is not { } server) return;
        using var ending = server;
        string rig = Path.Combine(_folder, "rig.yaml");
        await File.WriteAllTextAsync(rig, DeviceRunTests.RigYaml($"{{ kind: jack, server: {server.Name}, inputs: [\"system:capture_1\", \"system:capture_2\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}"));
        var refused = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["run", rig, "--seconds", "1", "--participant", "P1"]);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("output", refused.Error, StringComparison.Ordinal);
        var silent = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["run", rig, "--seconds", "1", "--json"]);
        Assert.True(silent.ExitCode is ExitCode.Ok or ExitCode.DataLoss, silent.Error);
        Assert.Contains("nothing is played", silent.Error, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(silent.Out).RootElement.GetProperty("device").GetProperty("played").GetBoolean());
        server.Kill();
        var gone = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["run", rig, "--seconds", "1"]);
        Assert.Equal(ExitCode.StreamMissing, gone.ExitCode);
        Assert.Contains(server.Name, gone.Error, StringComparison.Ordinal);
    }
}
