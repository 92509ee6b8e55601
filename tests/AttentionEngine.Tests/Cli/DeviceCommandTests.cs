using System.Globalization;
using System.Text.Json;
using AttentionEngine.Tests.Separation.Devices;

namespace AttentionEngine.Tests.Cli;

/// <summary><c>attend devices</c> and <c>attend doctor --loop</c> as a user calls them, on a JACK server with the dummy driver.</summary>
[Trait("tier", "system"), Collection("jack")]
public sealed class DeviceCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-devices").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    internal static string RigYaml(int rateHz, string device) => string.Create(CultureInfo.InvariantCulture, $$"""
        schema: attend.rig/1
        name: loop
        array:
          head_model: free_field
          rate_hz: {{rateHz}}
          microphones:
            - { name: left, position_m: [0, 0.08, 0] }
            - { name: right, position_m: [0, -0.08, 0] }
          left_reference: left
          right_reference: right
        talkers:
          - { id: a, position_m: [1, 1, 0] }
          - { id: b, position_m: [1, -1, 0] }
        audio_device: {{device}}
        audio_path: { backend: superdirective, block_ms: 2, taps_ms: 16, delay_ms: 4 }
        attention: { fusion_model: {{Repository.PathOf("models/fusion")}} }

        """);

    [Theory, InlineData(48000, 64), InlineData(16000, 256)]
    public async Task A_wire_from_output_to_input_has_the_delay_of_the_servers_period(int rateHz, int period)
    {
        if (JackServer.StartOrSkip(rateHz, period) is not { } server) return;
        using var ending = server;
        string rig = Path.Combine(_folder, "rig.yaml");
        // A client that is wired to itself hears itself one cycle later: the server cannot run it before itself.
        await File.WriteAllTextAsync(rig, RigYaml(rateHz, $"{{ kind: jack, server: {server.Name}, inputs: [\"system:capture_1\", \"attend:out_2\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}"));
        var result = await AttendProcess.RunAsync("doctor", "--loop", rig, "--nobody-wears-it", "--output", "2", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        var root = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("attend.doctor-loop/1", root.GetProperty("schema").GetString());
        Assert.Equal(period, root.GetProperty("block_frames").GetInt32());
        var inputs = root.GetProperty("inputs").EnumerateArray().ToList();
        Assert.False(inputs[0].GetProperty("heard").GetBoolean());
        Assert.Equal(period, inputs[1].GetProperty("delay_samples").GetDouble(), 0.01);
        Assert.Equal(0, inputs[1].GetProperty("gain_db").GetDouble(), 0.05);
        double algorithmicMs = root.GetProperty("algorithmic_delay_ms").GetDouble();
        Assert.Equal(period * 1000.0 / rateHz + algorithmicMs, inputs[1].GetProperty("microphone_to_ear_ms").GetDouble(), 0.01);
    }

    [Fact]
    public async Task PortAudio_plays_and_hears_through_the_server()
    {
        if (JackServer.StartOrSkip(48000, 128) is not { } server) return;
        using var ending = server;
        var environment = new Dictionary<string, string?> { ["JACK_DEFAULT_SERVER"] = server.Name, ["JACK_NO_START_SERVER"] = "1" };
        var listed = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["devices", "--json"], environment);
        var root = JsonDocument.Parse(listed.Out).RootElement;
        if (root.GetProperty("portaudio_missing").ValueKind == JsonValueKind.String) { Assert.Skip($"NOT TESTED: {root.GetProperty("portaudio_missing").GetString()}"); return; }
        var device = root.GetProperty("portaudio").EnumerateArray().FirstOrDefault(d => d.GetProperty("host_api").GetString()!.Contains("JACK", StringComparison.Ordinal));
        if (device.ValueKind != JsonValueKind.Object) { Assert.Skip("NOT TESTED: this PortAudio was built without JACK, and ALSA's and PulseAudio's dummies have no clock of their own."); return; }

        string rig = Path.Combine(_folder, "rig.yaml"), name = device.GetProperty("name").GetString()!;
        await File.WriteAllTextAsync(rig, RigYaml(48000, $"{{ kind: portaudio, host_api: JACK, input_device: \"{name}\", output_device: \"{name}\", block_frames: 128 }}"));
        var loop = AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["doctor", "--loop", rig, "--nobody-wears-it", "--json"], environment);
        bool wired = false;
        while (!loop.IsCompleted && !wired)
        {
            var ports = server.Tool("jack_lsp").Text.Split('\n').Where(l => l.StartsWith("PortAudio", StringComparison.Ordinal)).ToList();
            string? from = ports.Find(p => p.Contains("out_0", StringComparison.Ordinal)), to = ports.Find(p => p.Contains("in_1", StringComparison.Ordinal));
            wired = from is not null && to is not null && server.Tool("jack_connect", from, to).ExitCode == 0;
            await Task.Delay(10);
        }
        var result = await loop;
        Assert.True(result.ExitCode == 0, result.Error + result.Out);
        var heard = JsonDocument.Parse(result.Out).RootElement.GetProperty("inputs").EnumerateArray().ElementAt(1);
        double delay = heard.GetProperty("delay_samples").GetDouble();
        Assert.True(delay >= 127.9 && Math.Abs(delay / 128 - Math.Round(delay / 128)) < 0.01, $"{delay} samples are not whole blocks");
        Assert.Equal(0, heard.GetProperty("gain_db").GetDouble(), 0.05);
    }

    [Fact]
    public async Task Exchanged_microphones_are_found_and_put_right_through_a_real_server()
    {
        if (JackServer.StartOrSkip(48000, 128) is not { } server) return;
        using var ending = server;
        string rig = Path.Combine(_folder, "rig.yaml");
        // Who holds the receiver of output 1 at `left` is heard on channel 2.
        await File.WriteAllTextAsync(rig, RigYaml(48000, $"{{ kind: jack, server: {server.Name}, inputs: [\"attend:out_2\", \"attend:out_1\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}"));
        var result = await AttendProcess.RunAsync("calibrate", rig, "channels", "--microphone", "left", "--nobody-wears-it", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("calibration_file: rig.calibration.yaml", result.Error, StringComparison.Ordinal);
        await File.AppendAllTextAsync(rig, "calibration_file: rig.calibration.yaml\n");
        Assert.Equal([1, 0], AttentionEngine.Core.Rigs.RigReader.Read(rig).Wiring.Channels);
        var outputs = await AttendProcess.RunAsync("calibrate", rig, "channels", "--nobody-wears-it");
        Assert.True(outputs.ExitCode == 0, outputs.Error);
        Assert.Contains("where they belong", outputs.Out, StringComparison.Ordinal);
        var worn = await AttendProcess.RunAsync("calibrate", rig, "channels");
        Assert.Equal(2, worn.ExitCode);
        await File.WriteAllTextAsync(rig, RigYaml(48000, $"{{ kind: jack, server: {server.Name}, inputs: [\"system:capture_1\", \"system:capture_2\"] }}"));
        var quiet = await AttendProcess.RunAsync("calibrate", rig, "levels", "--microphone", "left", "--level-db-spl", "94");
        Assert.Equal(4, quiet.ExitCode);
        Assert.Contains("no clean tone", quiet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_that_nobody_hears_and_a_device_that_is_not_there_are_said()
    {
        string rig = Path.Combine(_folder, "rig.yaml");
        await File.WriteAllTextAsync(rig, RigYaml(48000, "{ kind: jack, server: attend-no-such, inputs: [\"\", \"\"], outputs: [\"a:b\", \"a:c\"] }"));
        var worn = await AttendProcess.RunAsync("doctor", "--loop", rig);
        Assert.Equal(2, worn.ExitCode);
        Assert.Contains("--nobody-wears-it", worn.Error, StringComparison.Ordinal);
        var gone = await AttendProcess.RunAsync("doctor", "--loop", rig, "--nobody-wears-it");
        Assert.Equal(3, gone.ExitCode);
        Assert.Matches("attend-no-such|libjack", gone.Error);
        if (JackServer.StartOrSkip(48000, 64) is not { } server) return;
        using var ending = server;
        await File.WriteAllTextAsync(rig, RigYaml(48000, $"{{ kind: jack, server: {server.Name}, inputs: [\"system:capture_1\", \"\"], outputs: [\"system:playback_1\", \"system:playback_2\"] }}"));
        var unheard = await AttendProcess.RunAsync("doctor", "--loop", rig, "--nobody-wears-it");
        Assert.Equal(3, unheard.ExitCode);
        Assert.Contains("wire", unheard.Error, StringComparison.Ordinal);
    }
}
