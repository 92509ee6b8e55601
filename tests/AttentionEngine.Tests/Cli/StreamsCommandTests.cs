using System.Text.Json;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Capture.Lsl;

namespace AttentionEngine.Tests.Cli;

[Collection("lsl")]
public class StreamsCommandTests
{
    [Fact]
    public async Task Lists_what_is_there_as_json()
    {
        using var transport = new LslTransport();
        var info = LslTestKit.Info("listed", ChannelFormat.Int16, 3, 250) with { Type = "EEG" };
        using var outlet = transport.CreateOutlet(info, new OutletOptions());
        var result = await Run("streams", "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("attend.streams/1", json.RootElement.EnumerateObject().First().Value.GetString());
        var stream = Assert.Single(json.RootElement.GetProperty("streams").EnumerateArray(), s => s.GetProperty("source_id").GetString() == info.SourceId);
        Assert.Equal("listed", stream.GetProperty("name").GetString());
        Assert.Equal("EEG", stream.GetProperty("type").GetString());
        Assert.Equal(3, stream.GetProperty("channel_count").GetInt32());
        Assert.Equal(250, stream.GetProperty("nominal_rate_hz").GetDouble());
        Assert.Equal("int16", stream.GetProperty("format").GetString());
        Assert.Equal(Environment.MachineName, stream.GetProperty("host").GetString());
        Assert.False(stream.GetProperty("same_source_id").GetBoolean());
        Assert.InRange(stream.GetProperty("offset_uncertainty_us").GetDouble(), 0.1, 1e5);
        Assert.InRange(Math.Abs(stream.GetProperty("offset_us").GetDouble()), 0, stream.GetProperty("offset_uncertainty_us").GetDouble()); // one machine, one clock
    }

    [Theory]
    [InlineData("--seconds", "0"), InlineData("--bind", "somewhere"), InlineData("--listen", "-1")]
    public async Task Bad_values_are_a_usage_error(string option, string value)
    {
        var result = await Run("streams", option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Two_sources_of_one_id_are_said_and_another_session_is_another_room()
    {
        using var transport = new LslTransport();
        using var next = new LslTransport(new LslOptions { SessionId = "next room" });
        var info = LslTestKit.Info("twin");
        using var a = transport.CreateOutlet(info, new OutletOptions());
        using var b = transport.CreateOutlet(info, new OutletOptions());
        using var c = next.CreateOutlet(info, new OutletOptions());
        var here = await Run("streams", "--listen", "0");
        Assert.Contains($"2 sources offer source_id '{info.SourceId}'", here.Error, StringComparison.Ordinal);
        var there = await Run("streams", "--session", "next room", "--listen", "0");
        Assert.Contains(info.SourceId, there.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("2 sources", there.Error, StringComparison.Ordinal);
    }

    private static Task<AttendProcess.Result> Run(params string[] arguments) =>
        AttendProcess.RunFileAsync("dotnet", Repository.Root, [Path.Combine(AppContext.BaseDirectory, "attend.dll"), .. arguments]);
}
