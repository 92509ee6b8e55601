using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Attention;

public class ModelAndTrainCommandTests
{
    [Fact]
    public async Task Model_check_replays_the_golden_file_and_info_shows_the_contract()
    {
        var check = await AttendProcess.RunAsync("model", "check", "models/fusion", "--json");
        Assert.True(check.ExitCode == ExitCode.Ok, check.Error);
        using var json = JsonDocument.Parse(check.Out);
        Assert.Equal("attend.model-check/1", json.RootElement.GetProperty("schema").GetString());
        Assert.True(json.RootElement.GetProperty("passed").GetBoolean());
        var info = await AttendProcess.RunAsync("model", "info", "models/fusion");
        Assert.Contains("gaze.near_4deg", info.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrupt_model_is_exit_4_with_what_to_do()
    {
        using var folder = new TempFolder();
        foreach (string file in Directory.GetFiles(Repository.PathOf("models/fusion"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        File.WriteAllBytes(folder.File("model.onnx"), File.ReadAllBytes(folder.File("model.onnx"))[..1000]);
        var result = await AttendProcess.RunAsync("model", "check", folder.Path);
        Assert.Equal(ExitCode.InputInvalid, result.ExitCode);
        Assert.Contains("Restore", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Training_writes_a_decoder_and_overwrites_nothing_unasked()
    {
        using var folder = new TempFolder();
        for (int v = 0; v < 4; v++) WriteVoice(folder.File($"v{v}.wav"), (ulong)v);
        File.WriteAllText(folder.File("config.yaml"), """
            schema: attend.train/1
            kind: eeg-decoder
            name: tiny
            version: 0.0.1
            out: made
            speech: { folder: . }
            training: { voices: [v0, v1], listeners: 6, seconds: 30, first_seed: 1 }
            test: { voices: [v2, v3], listeners: 2, seconds: 70, first_seed: 100 }
            lag_max_ms: 250
            ridge: [0.01, 0.1]
            """);
        var first = await AttendProcess.RunAsync("train", folder.File("config.yaml"), "--json");
        Assert.True(first.ExitCode == ExitCode.Ok, first.Error);
        using var json = JsonDocument.Parse(first.Out);
        Assert.Equal(7, json.RootElement.GetProperty("metrics").GetProperty("accuracy").GetArrayLength());
        byte[] made = File.ReadAllBytes(folder.File("made/decoder.npy"));
        var again = await AttendProcess.RunAsync("train", folder.File("config.yaml"));
        Assert.Equal(ExitCode.Usage, again.ExitCode);
        Assert.Contains("--replace", again.Error, StringComparison.Ordinal);
        var other = await AttendProcess.RunAsync("train", folder.File("config.yaml"), "--out", folder.File("other"));
        Assert.Equal(ExitCode.Ok, other.ExitCode);
        Assert.Equal(made, File.ReadAllBytes(folder.File("other/decoder.npy"))); // same seeds, same bytes
        File.WriteAllText(folder.File("config.yaml"), File.ReadAllText(folder.File("config.yaml")).Replace("[v2, v3]", "[v1, v3]", StringComparison.Ordinal));
        var leak = await AttendProcess.RunAsync("train", folder.File("config.yaml"), "--out", folder.File("leak"));
        Assert.Equal(ExitCode.Usage, leak.ExitCode);
        Assert.Contains("never share a talker", leak.Error, StringComparison.Ordinal);
    }

    private static void WriteVoice(string path, ulong seed)
    {
        var random = new SeededRandom(seed);
        var samples = new float[16000 * 12];
        double level = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            if (i % 1600 == 0) level = random.Uniform(0, 0.2); // 100 ms steps
            samples[i] = (float)(level * random.Normal());
        }
        using var wav = new WavWriter(path, 1, 16000);
        wav.Append(samples);
    }
}
