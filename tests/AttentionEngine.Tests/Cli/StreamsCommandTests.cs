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
    }

    [Theory]
    [InlineData("--seconds", "0"), InlineData("--bind", "somewhere")]
    public async Task Bad_values_are_a_usage_error(string option, string value)
    {
        var result = await Run("streams", option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    private static Task<AttendProcess.Result> Run(params string[] arguments) =>
        AttendProcess.RunFileAsync("dotnet", Repository.Root, [Path.Combine(AppContext.BaseDirectory, "attend.dll"), .. arguments]);
}
