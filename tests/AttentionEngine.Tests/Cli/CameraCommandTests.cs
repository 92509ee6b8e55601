using System.Text.Json;
using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Tests.Capture.Cameras;

namespace AttentionEngine.Tests.Cli;

public class CameraCommandTests
{
    private static Task<AttendProcess.Result> Run(params string[] arguments) =>
        AttendProcess.RunFileAsync("dotnet", Repository.Root, [Path.Combine(AppContext.BaseDirectory, "attend.dll"), .. arguments]);

    [Fact]
    public async Task A_lens_is_calibrated_into_a_file_that_a_rig_names_and_checked()
    {
        Vision.OrSkip();
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("board"));
        int n = 0;
        foreach (byte[] gray in Vision.Poses(Vision.Lens)) await File.WriteAllBytesAsync(folder.File($"board/{n++:D2}.png"), Pictures.Encode(".png", gray, 400, 300), TestContext.Current.CancellationToken);
        string rigText = (await File.ReadAllTextAsync(Repository.PathOf("rigs/sim-bte4.yaml"), TestContext.Current.CancellationToken)).Replace("../", Repository.Root + "/", StringComparison.Ordinal);
        string rig = folder.File("rig.yaml"), measured = folder.File("measured.yaml"), wrong = folder.File("wrong.yaml");
        await File.WriteAllTextAsync(rig, rigText, TestContext.Current.CancellationToken);
        string[] board = ["--pictures", folder.File("board"), "--board", "7x5", "--square-mm", "30"];
        var result = await Run(["calibrate", rig, "camera", .. board, "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(10, json.RootElement.GetProperty("pictures").GetInt32());
        string lens = json.RootElement.GetProperty("file").GetString()!;
        Assert.Equal(2, (await Run(["calibrate", rig, "camera", .. board])).ExitCode); // never over an old one

        const string group = "ego_camera: { width_px: 320, height_px: 180, focal_px: 110, rate_hz: 25 }";
        Assert.Contains(group, rigText);
        await File.WriteAllTextAsync(measured, rigText.Replace(group, $"ego_camera: {{ lens_file: {lens}, rate_hz: 25, mount_pitch_deg: 10 }}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(wrong, rigText.Replace(group, "ego_camera: { width_px: 400, height_px: 300, focal_px: 700, rate_hz: 25 }", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var camera = RigReader.Read(measured).EgoCamera!;
        Assert.Equal((400, 300), (camera.WidthPx, camera.HeightPx));
        Assert.Equal(10 * Math.PI / 180, camera.Lens.DirectionHead(camera.Lens.CentreXPx, camera.Lens.CentreYPx).ElevationRad, 1e-6);
        Assert.Equal(0, (await Run(["calibrate", measured, "camera", .. board, "--check"])).ExitCode);
        var caught = await Run(["calibrate", wrong, "camera", .. board, "--check"]);
        Assert.Equal(4, caught.ExitCode);
        Assert.Contains("does not fit this camera", caught.Error);
        Assert.Equal(2, (await Run("calibrate", rig, "camera")).ExitCode);
        Assert.Equal(2, (await Run(["calibrate", rig, "camera", "--pictures", folder.File("board"), "--board", "nine"])).ExitCode);
        Assert.Equal(4, (await Run(["calibrate", rig, "camera", "--pictures", folder.File("board"), "--board", "9x6", "--out", folder.File("x.yaml")])).ExitCode);
    }

    [Theory]
    [InlineData("data/av/grid/bbaf2n.mpg", 75)]
    [InlineData("data/av/elospheres/01_T4_matrix1605.webm", 192)]
    public async Task The_face_of_a_real_talker_is_followed_through_the_clip(string clip, int frames)
    {
        Vision.OrSkip();
        string file = SharedData.PathOrSkip(clip);
        using var folder = new TempFolder();
        var result = await Run("track", file, "--rig", "rigs/sim-bte4.yaml", "--focal-px", "500", "--out", folder.File("out"), "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(frames, json.RootElement.GetProperty("frames").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("face_recall").GetDouble(), 0.98, 1);
        Assert.Single(json.RootElement.GetProperty("tracks").EnumerateArray());
        string page = await File.ReadAllTextAsync(folder.File("out/report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("data:image/jpeg;base64,", page);
        Assert.Contains("<rect x=", page);
        Assert.Equal(4, (await Run("track", file, "--rig", "rigs/sim-bte4.yaml")).ExitCode); // the rig's camera is another
    }
}
