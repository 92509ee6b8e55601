using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Tests.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Render;

public class SimulateCommandTests
{
    private const string Scene = """
        schema: attend.scene/1
        name: short
        rig: rig.yaml
        speech: { folder: speech }
        talkers:
          - { id: a, conversation: 0, azimuth_deg: 30, distance_m: 1.4, voice: v1 }
          - { id: b, conversation: 1, azimuth_deg: -45, distance_m: 1.4, voice: r2 }
        """;

    [Fact]
    public async Task A_session_folder_is_written_once_and_never_overwritten()
    {
        using var folder = new SceneFolder();
        string scene = folder.Write(Scene), output = Path.Combine(folder.Root, "session");
        var first = await AttendProcess.RunAsync("simulate", scene, "--out", output, "--seconds", "2", "--seed", "5", "--json");
        Assert.True(first.ExitCode == ExitCode.Ok, first.Error);
        using (var json = JsonDocument.Parse(first.Out))
        {
            Assert.Equal("attend.simulate/1", json.RootElement.EnumerateObject().First().Value.GetString());
            Assert.Equal(output, json.RootElement.GetProperty("session").GetString());
            Assert.Equal(2, json.RootElement.GetProperty("seconds").GetDouble());
            Assert.True(json.RootElement.GetProperty("wall_s").GetDouble() > 0);
        }
        foreach (string file in new[] { "session.xdf", "rig.yaml", "video/ego.y4m", "truth/truth.json", "truth/images.wav" })
            Assert.True(new FileInfo(Path.Combine(output, file)).Length > 0, file);
        Assert.Equal("sim-bte4", RigReader.Read(Path.Combine(output, "rig.yaml")).Name);

        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(output, "session.xdf"));
        var again = await AttendProcess.RunAsync("simulate", scene, "--out", output, "--seconds", "2");
        Assert.Equal(ExitCode.Usage, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(output, "session.xdf")));
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "-4")]
    [InlineData("--seed", "-1")]
    [InlineData("--colour", "red")]
    public async Task Wrong_options_are_usage_errors(string option, string value)
    {
        using var folder = new SceneFolder();
        var result = await AttendProcess.RunAsync("simulate", folder.Write(Scene), "--out", Path.Combine(folder.Root, "s"), option, value);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.NotEmpty(result.Error);
        Assert.False(Directory.Exists(Path.Combine(folder.Root, "s")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_and_a_missing_scene_are_said()
    {
        using var folder = new SceneFolder();
        string scene = folder.Write(Scene);
        var below = await AttendProcess.RunAsync("simulate", scene, "--out", Path.Combine(scene, "inside-a-file"), "--seconds", "1");
        Assert.Equal(ExitCode.Usage, below.ExitCode);
        Assert.Contains("inside-a-file", below.Error, StringComparison.Ordinal);
        var none = await AttendProcess.RunAsync("simulate", Path.Combine(folder.Root, "none.yaml"), "--out", Path.Combine(folder.Root, "x"));
        Assert.Equal(ExitCode.Usage, none.ExitCode);
        Assert.Contains("none.yaml", none.Error, StringComparison.Ordinal);
    }
}
