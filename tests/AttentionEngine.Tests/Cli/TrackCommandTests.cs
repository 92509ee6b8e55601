using System.Text.Json;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Tests.Perception;

namespace AttentionEngine.Tests.Cli;

public class TrackCommandTests
{
    private static Task<AttendProcess.Result> Run(params string[] arguments) =>
        AttendProcess.RunFileAsync("dotnet", Repository.Root, [Path.Combine(AppContext.BaseDirectory, "attend.dll"), "track", .. arguments]);

    [Fact]
    public async Task Two_talkers_in_turn_are_two_tracks_with_a_report_and_bad_input_is_said()
    {
        using var folder = new TempFolder();
        int mics = SrpLocalizerTests.Array.Count;
        float[] a = SrpLocalizerTests.Render(50, 64000, new SeededRandom(1)), b = SrpLocalizerTests.Render(-40, 64000, new SeededRandom(2), burstPhase: 1);
        string file = folder.File("mix.wav"), mono = folder.File("mono.wav"), output = folder.File("tracks");
        using (var writer = new WavWriter(file, mics, 16000)) writer.AppendPlanar([.. a.Zip(b, (x, y) => x + y)]);
        using (var writer = new WavWriter(mono, 1, 16000)) writer.AppendPlanar(a.AsSpan(0, 16000));

        var result = await Run(file, "--rig", "rigs/sim-bte4.yaml", "--truth-deg=50,-40", "--out", output, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("attend.track/1", json.RootElement.GetProperty("schema").GetString());
        double[] found = [.. json.RootElement.GetProperty("tracks").EnumerateArray().Where(t => t.GetProperty("heard_s").GetDouble() > 0.5).Select(t => t.GetProperty("azimuth_deg").GetDouble()).Order()];
        Assert.Equal(2, found.Length);
        Assert.Equal(-40, found[0], 5.0);
        Assert.Equal(50, found[1], 5.0);
        Assert.InRange(json.RootElement.GetProperty("doa_error_deg_median").GetDouble(), 0, 5);
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(output, "report.html"), TestContext.Current.CancellationToken));
        Assert.StartsWith("time_s,track,azimuth_deg", await File.ReadAllTextAsync(Path.Combine(output, "tracks.csv"), TestContext.Current.CancellationToken));

        Assert.Equal(2, (await Run(file, "--rig", "rigs/sim-bte4.yaml", "--out", output)).ExitCode);
        Assert.Equal(2, (await Run(file, "--rig", "rigs/sim-bte4.yaml", "--truth-deg=left")).ExitCode);
        var few = await Run(mono, "--rig", "rigs/sim-bte4.yaml");
        Assert.Equal(4, few.ExitCode);
        Assert.Contains("1", few.Error);
    }
}
