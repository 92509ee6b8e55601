using System.Text.Json;

namespace AttentionEngine.Tests.Bootstrap;

/// <summary><c>attend doctor</c> as a child process, on this machine and on one that lacks something.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_lists_facts_and_says_what_to_do_about_each_missing_one()
    {
        var (exitCode, root) = await DoctorAsync([]);
        Assert.Equal("attend.doctor/1", root.GetProperty("schema").GetString());
        var facts = root.GetProperty("facts").EnumerateArray().ToList();
        string[] expected = ["dotnet", "cpu", "cores", "clock", "disk", "real-time scheduling", "network", "native audio path", "onnxruntime", "libsndfile", "model fusion", "model eeg-decoder-sim", "default speech", "lsl loopback"];
        Assert.Empty(expected.Except(facts.Select(f => f.GetProperty("name").GetString()!)));
        Assert.All(facts, f => Assert.Equal(f.GetProperty("status").GetString() == "ok", f.GetProperty("to_do").ValueKind == JsonValueKind.Null));
        bool lacking = facts.Exists(f => f.GetProperty("required").GetBoolean() && f.GetProperty("status").GetString() != "ok");
        Assert.Equal(lacking ? 3 : 0, exitCode);
        Assert.Equal(!lacking, root.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_broken_native_library_is_found_by_loading_it()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "libattention_engine.so"), "not a library", TestContext.Current.CancellationToken);
        var (exitCode, root) = await DoctorAsync(new() { ["ATTEND_NATIVE"] = _folder });
        Assert.Equal(3, exitCode);
        var fact = Fact(root, "native audio path");
        Assert.Equal("missing", fact.GetProperty("status").GetString());
        Assert.Contains(_folder, fact.GetProperty("found").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speech_that_is_absent_or_damaged_is_found()
    {
        var (exitCode, root) = await DoctorAsync(new() { ["ATTEND_SPEECH"] = _folder });
        Assert.Equal(3, exitCode);
        Assert.Equal("missing", Fact(root, "default speech").GetProperty("status").GetString());
        await File.WriteAllTextAsync(Path.Combine(_folder, "t1.wav"), "RIFF", TestContext.Current.CancellationToken);
        (exitCode, root) = await DoctorAsync(new() { ["ATTEND_SPEECH"] = _folder });
        Assert.Equal(3, exitCode);
        Assert.Contains("t1.wav", Fact(root, "default speech").GetProperty("to_do").GetString(), StringComparison.Ordinal);
    }

    private static JsonElement Fact(JsonElement root, string name) => root.GetProperty("facts").EnumerateArray().Single(f => f.GetProperty("name").GetString() == name);

    private async Task<(int ExitCode, JsonElement Root)> DoctorAsync(Dictionary<string, string?> environment)
    {
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), _folder, ["doctor", "--json"], environment);
        Assert.True(result.ExitCode is 0 or 3, result.Error);
        return (result.ExitCode, JsonDocument.Parse(result.Out).RootElement);
    }
}
