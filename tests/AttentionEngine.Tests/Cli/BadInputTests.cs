using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Cli;

/// <summary>What a user gets for bad input: the exit code, and a message that names the place, the value and what to do.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Edited(string source, string from, string to)
    {
        string text = File.ReadAllText(Repository.PathOf(source));
        Assert.Contains(from, text, StringComparison.Ordinal);
        text = text.Replace(from, to, StringComparison.Ordinal)
            .Replace("../models", Repository.PathOf("models"), StringComparison.Ordinal)
            .Replace("rig: sim-bte4.yaml", $"rig: {Repository.PathOf("rigs/sim-bte4.yaml")}", StringComparison.Ordinal);
        string file = _folder.File(Path.GetFileName(source));
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task Expect(int exitCode, string[] arguments, params string[] said)
    {
        var result = await AttendProcess.RunAsync(arguments);
        Assert.True(exitCode == result.ExitCode, $"exit {result.ExitCode}, expected {exitCode}; it said: {result.Error}");
        foreach (string part in said) Assert.Contains(part, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal); // no stack trace for a user's mistake
    }

    [Theory]
    [InlineData("--as-recorded and --ideal", "--as-recorded", "--ideal")]
    [InlineData("--verify compares with the recorded run", "--verify", "--ideal")]
    [InlineData("runs no graph, so --verify", "--to-lsl", "--verify")]
    [InlineData("runs no graph, so --rig", "--to-lsl", "--rig", "x.yaml")]
    [InlineData("--loop is about sending: it needs --to-lsl", "--loop")]
    [InlineData("not max", "--to-lsl", "--speed", "max")]
    [InlineData("drop one of them", "--to-lsl", "--loop", "--original-stamps")]
    [InlineData("--speed is 'fast'; expected 0.1 to 100", "--speed", "fast")]
    public Task Replay_options_that_contradict_one_another_are_named(string said, params string[] options) =>
        Expect(ExitCode.Usage, ["replay", _folder.File("any"), .. options], said);

    [Fact]
    public Task A_wrong_key_names_its_line_and_the_nearest_valid_key() =>
        Expect(ExitCode.Usage, ["rig", "check", Edited("rigs/sim-bte4.yaml", "taps_ms:", "tap_ms:")], "sim-bte4.yaml:", "tap_ms", "did you mean `taps_ms`?");

    [Fact]
    public Task A_negative_radius_names_the_value_and_the_range() =>
        Expect(ExitCode.Usage, ["rig", "check", Edited("rigs/sim-bte4.yaml", "sphere_radius_m: 0.083", "sphere_radius_m: -0.083")], "sphere_radius_m", "-0.083", "[0.03, 0.3]");

    [Fact]
    public Task Two_microphones_at_one_place_are_named() =>
        Expect(ExitCode.Usage, ["rig", "check", Edited("rigs/sim-bte4.yaml", "[-0.02725, 0.07840, 0]", "[-0.01358, 0.08188, 0]")], "left_front", "one place");

    [Fact]
    public Task A_negative_distance_in_a_scene_names_the_line() =>
        Expect(ExitCode.Usage, ["simulate", Edited("rigs/sim-conversations.yaml", "distance_m: 1.4", "distance_m: -1.4"), "--out", _folder.File("x")], "sim-conversations.yaml:", "distance_m", "-1.4");

    [Fact]
    public Task A_missing_rig_file_is_said_with_what_is_expected() =>
        Expect(ExitCode.Usage, ["run", _folder.File("nothing.yaml")], "nothing.yaml", "attend.rig/1");

    [Fact]
    public Task Missing_required_streams_end_with_exit_3() =>
        Expect(ExitCode.StreamMissing, ["run", Edited("rigs/sim-bte4.yaml", "source_id: sim-array", "source_id: nowhere-array"), "--record", _folder.File("s"), "--wait-s", "1"], "nowhere-array", "attend streams");

    [Fact]
    public Task An_output_folder_that_cannot_be_made_ends_with_exit_2() =>
        Expect(ExitCode.Usage, ["demo", "--out", "/proc/attend-demo"], "/proc/attend-demo", "--out");

    [Fact]
    public async Task An_output_folder_with_something_in_it_is_never_overwritten()
    {
        string kept = _folder.File("kept.txt");
        await File.WriteAllTextAsync(kept, "kept");
        await Expect(ExitCode.Usage, ["demo", "--out", _folder.Path], "not empty");
        Assert.Equal("kept", await File.ReadAllTextAsync(kept));
    }

    [Fact]
    public Task A_replay_of_something_else_says_what_a_session_is() =>
        Expect(ExitCode.InputInvalid, ["replay", _folder.Path], "session.xdf");

    [Fact]
    public async Task A_corrupt_model_is_named_before_anything_runs()
    {
        string session = _folder.File("session");
        var made = await AttendProcess.RunAsync("simulate", Repository.PathOf("rigs/sim-two-talkers.yaml"), "--out", session, "--seconds", "2", "--seed", "3");
        Assert.Equal(0, made.ExitCode);
        string model = Path.Combine(session, "models", "fusion", "model.onnx");
        byte[] bytes = await File.ReadAllBytesAsync(model);
        bytes[bytes.Length / 3] ^= 0x40;
        await File.WriteAllBytesAsync(model, bytes);
        await Expect(ExitCode.InputInvalid, ["replay", session], "model.onnx");
    }
}
