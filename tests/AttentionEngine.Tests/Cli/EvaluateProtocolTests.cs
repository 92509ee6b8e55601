using System.Text.Json;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Cli;

/// <summary><c>attend evaluate --protocol</c> as a user runs it.</summary>
public sealed class EvaluateProtocolTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    private string Write(string conditions, string head = "seconds: 8")
    {
        string file = Path.Combine(_temp.Path, "p.yaml");
        File.WriteAllText(file, $"schema: attend.protocol/1\nname: test\nscene: {Repository.PathOf("rigs/sim-conversations.yaml")}\nlisteners: 2\nfirst_seed: 600000\n{head}\nconditions:\n{conditions}\n");
        return file;
    }

    private static Task<AttendProcess.Result> Evaluate(params string[] arguments) =>
        AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, ["evaluate", .. arguments], timeout: TimeSpan.FromMinutes(5));

    [Fact]
    public async Task Conditions_do_what_they_say_and_the_order_of_work_changes_nothing()
    {
        string file = Write("""
              - { name: all }
              - { name: no gaze, without: [gaze] }
              - { name: all gaze lost, gaze_missing: 1 }
              - { name: scored late, score_from_s: 5 }
            """);
        var one = await Evaluate("--protocol", file, "--jobs", "1", "--json");
        Assert.True(one.ExitCode == ExitCode.Ok, one.Error);
        var two = await Evaluate("--protocol", file, "--jobs", "2", "--json");
        Assert.Equal(one.Out, two.Out);

        using var json = JsonDocument.Parse(one.Out);
        Assert.Equal("attend.evaluate/1", json.RootElement.GetProperty("schema").GetString());
        var conditions = json.RootElement.GetProperty("conditions").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        double Nats(string name) => conditions[name].GetProperty("captured_nats").GetDouble();
        Assert.Equal(["all", "no gaze", "all gaze lost", "scored late"], conditions.Keys);
        Assert.NotEqual(Nats("all"), Nats("no gaze"));
        Assert.NotEqual(Nats("all"), Nats("scored late"));
        // A tracker that never sees the eye says as much as none.
        Assert.Equal(Nats("no gaze"), Nats("all gaze lost"));
        foreach (var c in conditions.Values)
        {
            Assert.Equal(2, c.GetProperty("listeners").GetInt32());
            Assert.InRange(c.GetProperty("accuracy").GetDouble(), 0, 1);
            Assert.Equal(c.GetProperty("accuracy").GetDouble(), c.GetProperty("accuracy_by_listener").EnumerateArray().Average(a => a.GetDouble()), 1e-12);
            Assert.InRange(c.GetProperty("baselines").GetProperty("chance").GetProperty("mean").GetDouble(), 0.2, 0.8);
        }
    }

    [Theory]
    [InlineData("  - { name: a, without: [nose] }", "nose")]
    [InlineData("  - { name: a }\n  - { name: a }", "another condition has already")]
    [InlineData("  - { name: a, gaze_mising: 0.3 }", "gaze_missing")]
    [InlineData("  - { name: a, gaze_missing: 1.3 }", "expected a number in [0, 1]")]
    [InlineData("  - { name: a, score_from_s: 8 }", "score_from_s")]
    [InlineData("  - { name: a, listener: { look_probability: 3 } }", "look_probability")]
    [InlineData("  - { name: a, scene: nowhere.yaml }", "nowhere.yaml")]
    public async Task A_wrong_protocol_is_refused_by_what_is_wrong(string conditions, string said)
    {
        var result = await AttendProcess.RunAsync("evaluate", "--protocol", Write(conditions));
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Either_sessions_or_a_protocol_must_be_given()
    {
        Assert.Equal(ExitCode.Usage, (await AttendProcess.RunAsync("evaluate")).ExitCode);
        var both = await AttendProcess.RunAsync("evaluate", "--sessions", _temp.Path, "--protocol", Write("  - { name: a }"));
        Assert.Equal(ExitCode.Usage, both.ExitCode);
        Assert.Contains("either", both.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_none_is_said_and_no_bug()
    {
        var result = await Evaluate("--protocol", Write("  - { name: a }"), "--model", _temp.Path);
        Assert.Equal(ExitCode.InputInvalid, result.ExitCode);
        Assert.Contains("model.yaml", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_sessions_cannot_use_is_refused()
    {
        var result = await AttendProcess.RunAsync("evaluate", "--sessions", _temp.Path, "--listeners", "3");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("--protocol", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shipped_protocol_is_read()
    {
        var result = await AttendProcess.RunAsync("evaluate", "--protocol", Repository.PathOf("tests/protocols/default.yaml"), "--listeners", "0");
        Assert.Equal(ExitCode.Usage, result.ExitCode); // the number of listeners is what is refused
        Assert.Contains("--listeners", result.Error, StringComparison.Ordinal);
    }
}
