using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Scenes;

public class SceneReaderTests
{
    [Fact]
    public void Every_key_lands_where_it_belongs()
    {
        using var folder = new SceneFolder();
        var scene = SceneReader.Read(folder.Write("""
            schema: attend.scene/1
            name: s
            rig: rig.yaml
            seconds: 12
            seed: 7
            speech: { folder: speech }
            room: { kind: shoebox, size_m: [6, 5, 2.8], rt60_s: 0.4, listener_position_m: [3, 2, 1.2] }
            talkers:
              - { id: a, conversation: 0, azimuth_deg: 90, distance_m: 1, voice: v1, level_db: -3 }
              - { id: b, conversation: 1, position_m: [5, 2, 1.5], voice: r2 }
              - { id: c, conversation: 1, position_m: [5, 4, 1.5], files: [r2-b.wav] }
            level_dbfs: -30
            noise: { spectrum: pink, snr_db: 12, sensor_snr_db: 50 }
            conversation: { dwell_median_s: 4 }
            listener: { look_probability: 0.8 }
            """));
        Assert.Equal(12, scene.DefaultSeconds);
        Assert.Equal(7ul, scene.DefaultSeed);
        Assert.InRange((scene.Talkers[0].PositionRoomM - new Vector3D(3, 3, 1.2)).Norm, 0, 1e-9);
        Assert.Equal(-3, scene.Voices[0].LevelDb);
        Assert.Equal(["r2-a.wav", "r2-b.wav"], scene.Voices[1].Files.Select(Path.GetFileName));
        Assert.Equal(["r2-b.wav"], scene.Voices[2].Files.Select(Path.GetFileName));
        Assert.Equal(0.4, scene.Room!.Rt60S);
        Assert.Equal(new NoiseSettings(NoiseSpectrum.Pink, 12, 50), scene.Noise);
        Assert.Equal(4, scene.Conversation.DwellMedianS);
        Assert.Equal(0.8, scene.Listener.LookProbability);
        Assert.Equal("sim-bte4", scene.Rig.Name);
    }

    [Theory]
    [InlineData("azimuth_deg: 20", "azimuth_dg: 20", "azimuth_dg")]
    [InlineData("distance_m: 1.4", "distance_m: -1.4", "distance_m")]
    [InlineData("id: b", "id: a", "another talker has already")]
    [InlineData("voice: r2", "voice: nobody", "nobody")]
    [InlineData("kind: anechoic", "kind: cave", "anechoic, shoebox")]
    [InlineData("folder: speech", "folder: missing", "missing")]
    [InlineData("rig: rig.yaml", "rig: none.yaml", "none.yaml")]
    [InlineData("name: s", "nam: s", "nam")]
    [InlineData("kind: anechoic", "kind: shoebox, size_m: [2, 2, 2], rt60_s: 0.3, listener_position_m: [1, 1, 1]", "inside the room")]
    [InlineData("kind: anechoic", "kind: shoebox, size_m: [3, 3, 2.5], rt60_s: 1.9, listener_position_m: [1.5, 1.5, 1.2]", "million image sources")]
    public void A_wrong_value_is_named(string right, string wrong, string said)
    {
        using var folder = new SceneFolder();
        const string text = """
            schema: attend.scene/1
            name: s
            rig: rig.yaml
            speech: { folder: speech }
            room: { kind: anechoic }
            talkers:
              - { id: a, conversation: 0, azimuth_deg: 20, distance_m: 1.4, voice: v1 }
              - { id: b, conversation: 1, azimuth_deg: -20, distance_m: 1.4, voice: r2 }
            """;
        Assert.Equal(2, SceneReader.Read(folder.Write(text)).Talkers.Count);
        var e = Assert.Throws<ConfigurationException>(() => SceneReader.Read(folder.Write(text.Replace(right, wrong, StringComparison.Ordinal))));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
    }

    [Fact]
    public void The_scenes_that_ship_can_be_read()
    {
        string rigs = Path.Combine(Repository.Root, "rigs");
        string[] scenes = Directory.GetFiles(rigs, "sim-*.yaml").Where(f => File.ReadLines(f).First().Contains(SceneReader.Schema, StringComparison.Ordinal)).ToArray();
        Assert.True(scenes.Length >= 4);
        foreach (string file in scenes)
        {
            string text = File.ReadAllText(file);
            if (text.Contains("../shared/", StringComparison.Ordinal) && !Directory.Exists(Path.Combine(Repository.Root, "..", "shared", "data", "speech"))) continue;
            if (text.Contains("folder: default", StringComparison.Ordinal) && !Directory.Exists(AttentionEngine.Simulation.Speech.SpeechFolder.DefaultRoot)) Assert.Skip("the default speech has not been made: rigs/speech/make-default-speech.sh");
            var scene = SceneReader.Read(file);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), scene.Name);
            Assert.InRange(scene.Talkers.Count, 2, 6);
        }
    }

    [Fact]
    public async Task Without_the_default_speech_the_message_says_how_to_make_it()
    {
        using var folder = new SceneFolder();
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root,
            ["simulate", "rigs/sim-two-talkers.yaml", "--out", Path.Combine(folder.Root, "s")],
            new Dictionary<string, string?> { ["ATTEND_SPEECH"] = Path.Combine(folder.Root, "nothing-here") });
        Assert.Equal(ExitCode.StreamMissing, result.ExitCode);
        Assert.Contains("make-default-speech.sh", result.Error, StringComparison.Ordinal);
    }

    [Fact, Trait("tier", "system")]
    public async Task The_default_speech_is_made_once_and_always_the_same()
    {
        using var folder = new TempFolder();
        string script = Repository.PathOf("rigs/speech/make-default-speech.sh");
        async Task<Dictionary<string, byte[]>> Make(string name)
        {
            var result = await AttendProcess.RunFileAsync(script, folder.Path, [folder.File(name)]);
            if (result.ExitCode == ExitCode.StreamMissing) Assert.Skip("flite is not installed");
            Assert.True(result.ExitCode == 0, result.Error);
            return Directory.GetFiles(folder.File(name)).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
        }
        var first = await Make("a");
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"t{i}.wav"), first.Keys.Order());
        var times = Directory.GetFiles(folder.File("a")).Select(File.GetLastWriteTimeUtc).ToList();
        await Make("a");
        Assert.Equal(times, Directory.GetFiles(folder.File("a")).Select(File.GetLastWriteTimeUtc));
        var again = await Make("b");
        Assert.All(first, f => Assert.Equal(f.Value, again[f.Key]));
    }

    [Fact]
    public void Talkers_for_tests_are_never_trained_on()
    {
        string[] Ids(string name) => [.. File.ReadLines(Path.Combine(Repository.Root, "rigs", "speech", name)).Where(l => !l.StartsWith('#'))];
        Assert.Equal(88, Ids("test-talkers.txt").Length);
        Assert.Equal(155, Ids("train-talkers.txt").Length);
        Assert.Empty(Ids("test-talkers.txt").Intersect(Ids("train-talkers.txt")));
        string real = File.ReadAllText(Path.Combine(Repository.Root, "rigs", "sim-real-speech.yaml"));
        Assert.Equal(4, Ids("test-talkers.txt").Count(id => real.Contains($"voice: \"{id}\"", StringComparison.Ordinal)));
    }
}
