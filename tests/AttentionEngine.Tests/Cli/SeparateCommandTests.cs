using System.Text.Json;
using AttentionEngine.Core.Formats;
using AttentionEngine.Tests.Separation;

namespace AttentionEngine.Tests.Cli;

public class SeparateCommandTests
{
    private const string RigFile = "rigs/bench-sphere-bte4.yaml";

    private static Task<AttendProcess.Result> Run(params string[] arguments) =>
        AttendProcess.RunFileAsync("dotnet", Repository.Root, [Path.Combine(AppContext.BaseDirectory, "attend.dll"), "separate", .. arguments]);

    private static string Write(TempFolder folder, string name, int channels, float[] planar)
    {
        using var writer = new WavWriter(folder.File(name), channels, 16000);
        writer.AppendPlanar(planar);
        return folder.File(name);
    }

    [Fact]
    public async Task A_mixture_is_separated_scored_and_never_overwritten()
    {
        const int frames = 32768;
        using var folder = new TempFolder();
        // Two sources that take turns every 0.1 s and overlap in between.
        float[] a = SeparationFixture.Noise(frames, 1, 0.05), b = SeparationFixture.Noise(frames, 2, 0.05);
        for (int i = 0; i < frames; i++) { a[i] *= i / 1600 % 3 == 0 ? 0.02f : 1; b[i] *= i / 1600 % 3 == 1 ? 0.02f : 1; }
        float[] target = SeparationFixture.Image(a, 30), other = SeparationFixture.Image(b, -45);
        string mix = Write(folder, "mix.wav", 4, [.. target.Zip(other, (x, y) => x + y)]);
        string truth0 = Write(folder, "t0.wav", 2, target[..(2 * frames)]), truth1 = Write(folder, "t1.wav", 1, other[frames..(2 * frames)]);
        string output = folder.File("out.wav");
        string[] arguments = [RigFile, mix, "--direction-deg=30,-45", "--truth", truth0, truth1, "--backend", "mvdr", "--floor-db=-inf", "--delay-ms", "6", "--out", output, "--json"];
        var result = await Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("attend.separate/1", json.RootElement.EnumerateObject().First().Value.GetString());
        double Number(string key) => json.RootElement.GetProperty(key).GetDouble();
        Assert.Equal(6, Number("algorithmic_delay_ms"), 1e-6);
        Assert.Equal(Number("si_sdr_out_db") - Number("si_sdr_in_db"), Number("si_sdr_improvement_db"), 1e-9);
        Assert.True(Number("si_sdr_improvement_db") > 6, result.Out);
        Assert.InRange(Number("ild_error_db"), -1.5, 1.5);
        Assert.InRange(Number("itd_error_us"), -30, 30);
        Assert.True(Number("cpu_s_per_audio_s") > 0 && Number("block_ms_p99") >= Number("block_ms_p50"));
        foreach (string key in new[] { "estoi_in", "estoi_out", "scored_s" }) Assert.True(double.IsFinite(Number(key)));
        var written = WavFile.Read(output);
        Assert.Equal((2, frames, 16000), (written.Channels, written.Frames, written.RateHz));

        var again = await Run(arguments);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_and_a_clipping_microphone_are_said_and_the_rest_separates()
    {
        const int frames = 24000;
        using var folder = new TempFolder();
        float[] mix = SeparationFixture.Image(SeparationFixture.Noise(1 << 15, 1, 0.05), 30);
        float[] file = [.. Enumerable.Range(0, 4).SelectMany(m => mix.AsSpan(m << 15, frames).ToArray())];
        System.Array.Clear(file, 0, frames);
        file[frames + 20000] = file[frames + 20001] = 1;
        var result = await Run(RigFile, Write(folder, "mix.wav", 4, file), "--direction-deg=30,-45", "--backend", "lcmv", "--out", folder.File("out.wav"), "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        string dead = Assert.Single(json.RootElement.GetProperty("dead_microphones").EnumerateArray()).GetString()!;
        Assert.Contains($"microphone `{dead}` is dead", result.Error, StringComparison.Ordinal);
        Assert.Contains("clips: 2 samples", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, json.RootElement.GetProperty("clipped_samples").GetInt32());
        Assert.Contains(WavFile.Read(folder.File("out.wav")).Samples.AsSpan(20000, 100).ToArray(), v => v != 0); // the left ear hears its rear microphone
    }

    [Fact]
    public async Task Wrong_channel_counts_and_values_have_their_exit_codes()
    {
        using var folder = new TempFolder();
        string stereo = Write(folder, "stereo.wav", 2, new float[2 * 1600]), four = Write(folder, "four.wav", 4, new float[4 * 1600]), shorter = Write(folder, "short.wav", 1, new float[800]);
        var channels = await Run(RigFile, stereo, "--direction-deg=0", "--out", folder.File("a.wav"));
        Assert.Equal(4, channels.ExitCode);
        Assert.Contains("2 channels, expected 4", channels.Error, StringComparison.Ordinal);
        (string[] Arguments, int Exit, string Says)[] cases =
        [
            (["--direction-deg=left"], 2, "left"),
            (["--direction-deg=0", "--target", "1"], 2, "--target"),
            (["--direction-deg=0", "--floor-db=3"], 2, "--floor-db"),
            (["--direction-deg=0", "--delay-ms", "0.5"], 2, "--delay-ms"),
            (["--direction-deg=0", "--backend", "magic"], 2, "magic"),
            (["--direction-deg=0", "--truth", shorter], 4, "800 frames"),
        ];
        foreach (var (arguments, exit, says) in cases)
        {
            var result = await Run([RigFile, four, .. arguments, "--out", folder.File("b.wav")]);
            Assert.Equal(exit, result.ExitCode);
            Assert.Contains(says, result.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(folder.File("b.wav")));
        }
    }

    [Fact]
    public async Task A_real_recording_runs()
    {
        string recording = SharedData.PathOrSkip("data/multichannel/openmha/localizer-test.wav");
        using var folder = new TempFolder();
        var result = await Run(RigFile, recording, "--direction-deg=30,-45", "--out", folder.File("out.wav"), "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        var written = WavFile.Read(folder.File("out.wav"));
        Assert.Equal(WavFile.Read(recording).Frames, written.Frames);
        Assert.True(SeparationFixture.PowerDb(written.Samples) is > -70 and < -30);
    }
}
