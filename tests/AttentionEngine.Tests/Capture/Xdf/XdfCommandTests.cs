using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary><c>attend xdf</c> as a user runs it.</summary>
public sealed class XdfCommandTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _file;

    public XdfCommandTests()
    {
        _file = _temp.File("a.xdf");
        using var writer = new XdfWriter(_file);
        XdfTestFile.Write(writer, 4);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Info_lists_streams_and_check_tells_sound_from_damaged()
    {
        var info = await AttendProcess.RunAsync("xdf", "info", _file, "--json");
        Assert.Equal(0, info.ExitCode);
        using var json = JsonDocument.Parse(info.Out);
        Assert.Equal("attend.xdf-info/1", json.RootElement.EnumerateObject().First().Value.GetString());
        var eeg = json.RootElement.GetProperty("streams")[0];
        Assert.Equal("eeg", eeg.GetProperty("name").GetString());
        Assert.Equal("float32", eeg.GetProperty("channel_format").GetString());
        Assert.Equal((1, 2, 1000), (eeg.GetProperty("stream_id").GetInt32(), eeg.GetProperty("channel_count").GetInt32(), eeg.GetProperty("sample_count").GetInt32()));
        Assert.Equal(250, eeg.GetProperty("effective_srate").GetDouble(), 0.01);
        Assert.Equal((4, 0), (eeg.GetProperty("clock_offsets").GetInt32(), eeg.GetProperty("clock_resets").GetInt32()));
        Assert.Equal(999, eeg.GetProperty("segments")[0][1].GetInt32());
        // The offset of 1000 s is applied.
        Assert.Equal(2000, eeg.GetProperty("first_timestamp").GetDouble(), 0.01);
        Assert.Equal(0, json.RootElement.GetProperty("damage").GetArrayLength());
        Assert.Equal(0, (await AttendProcess.RunAsync("xdf", "check", _file)).ExitCode);

        byte[] bytes = File.ReadAllBytes(_file);
        bytes.AsSpan(bytes.Length / 2, 600).Clear();
        string damaged = _temp.File("damaged.xdf");
        File.WriteAllBytes(damaged, bytes);
        var check = await AttendProcess.RunAsync("xdf", "check", damaged, "--json");
        Assert.Equal(4, check.ExitCode);
        using var found = JsonDocument.Parse(check.Out);
        Assert.InRange(found.RootElement.GetProperty("damage")[0].GetProperty("offset_bytes").GetInt64(), bytes.Length / 2 - 200, bytes.Length / 2 + 600);
    }

    [Fact]
    public async Task Export_writes_times_and_samples_and_never_overwrites()
    {
        string npy = _temp.File("eeg.npy"), csv = _temp.File("markers.csv");
        var export = await AttendProcess.RunAsync("xdf", "export", _file, "--stream", "1", "--out", npy, "--no-sync", "--no-dejitter", "--json");
        Assert.Equal(0, export.ExitCode);
        using var json = JsonDocument.Parse(export.Out);
        Assert.Equal((1000, 3), (json.RootElement.GetProperty("rows").GetInt32(), json.RootElement.GetProperty("columns").GetInt32()));
        var array = NpyReader.Read(npy);
        Assert.Equal([1000, 3], array.Shape);
        Assert.Equal([1000 + 1 / 250.0, 1, -1], array.ToDoubles()[3..6]);
        Assert.Equal(0, (await AttendProcess.RunAsync("xdf", "export", _file, "--stream", "3", "--out", csv)).ExitCode);
        Assert.Equal("time_s,channel_1", File.ReadLines(csv).First());
        Assert.Contains(",event 3 ä", File.ReadLines(csv).ElementAt(1), StringComparison.Ordinal);
        Assert.Equal(2, (await AttendProcess.RunAsync("xdf", "export", _file, "--stream", "1", "--out", npy)).ExitCode);
    }

    [Fact]
    public async Task Wrong_input_has_its_exit_code_and_says_what()
    {
        string text = _temp.File("text.xdf");
        File.WriteAllText(text, "not a recording");
        Assert.Equal(4, (await AttendProcess.RunAsync("xdf", "info", text)).ExitCode);
        Assert.Equal(4, (await AttendProcess.RunAsync("xdf", "info", _temp.File("absent.xdf"))).ExitCode);
        var wrong = await AttendProcess.RunAsync("xdf", "export", _file, "--stream", "9", "--out", _temp.File("x.npy"));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("1 (eeg), 2 (gaze), 3 (markers)", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await AttendProcess.RunAsync("xdf", "export", _file, "--stream", "3", "--out", _temp.File("x.npy"))).ExitCode);
    }
}
