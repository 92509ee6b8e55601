using System.Diagnostics;
using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Tests.Pipeline;

namespace AttentionEngine.Tests.Cli;

/// <summary><c>attend record</c> as a user runs it: a process of its own, stopped, interrupted, killed, and out of disk.</summary>
public sealed class RecordCommandTests : IDisposable
{
    private static int s_number;
    private readonly TempFolder _folder = new();
    private readonly string _type = $"Recorded{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";

    public void Dispose() => _folder.Dispose();

    private Process Start(string output, string before = "")
    {
        string attend = Repository.PathOf("artifacts/bin/AttentionEngine.Cli/release/attend.dll");
        var start = new ProcessStartInfo("bash", ["-c", $"{before} exec dotnet '{attend}' record --also type={_type} --out '{output}' --json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }

    /// <summary>Waits until samples of every stream are in the file.</summary>
    private static async Task<string> Recording(Process process, string output)
    {
        string file = Path.Combine(output, "session.xdf");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // On a busy machine one stream may fill much of the file before another has come to it at all.
        while (!File.Exists(file) || new FileInfo(file).Length < 100_000 || XdfRecording.Read(file).Streams.Count(s => s.SampleCount > 0) < 4)
        {
            Assert.False(process.HasExited, "the recorder ended early");
            await Task.Delay(20, limit.Token);
        }
        return file;
    }

    [Fact]
    public async Task A_recording_of_some_seconds_ends_with_0_and_is_never_overwritten()
    {
        using var streams = new CountedStreams(_type, sound: false);
        string output = _folder.File("rec");
        var result = await AttendProcess.RunAsync("record", "--also", $"type={_type}", "--out", output, "--seconds", "1.5", "--json");
        Assert.True(result.ExitCode == ExitCode.Ok, result.Error);
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("attend.record/1", json.EnumerateObject().First().Value.GetString());
        Assert.Equal(0, json.GetProperty("lost").GetInt64());
        Assert.Equal(3, json.GetProperty("streams").GetArrayLength());
        var recording = XdfRecording.Read(json.GetProperty("file").GetString()!);
        Assert.All(recording.Streams, s => Assert.NotNull(s.FooterXml));
        foreach (var stream in json.GetProperty("streams").EnumerateArray())
            Assert.Equal(stream.GetProperty("samples").GetInt64(), recording.FindSource(stream.GetProperty("source_id").GetString()!)!.SampleCount);

        byte[] before = await File.ReadAllBytesAsync(Path.Combine(output, "session.xdf"));
        var again = await AttendProcess.RunAsync("record", "--also", $"type={_type}", "--out", output, "--seconds", "1");
        Assert.Equal(ExitCode.Usage, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(output, "session.xdf")));
    }

    [Fact]
    public async Task Ctrl_C_finishes_the_file_with_everything_up_to_then_and_exits_130()
    {
        using var streams = new CountedStreams(_type);
        string output = _folder.File("int");
        using var process = Start(output);
        string file = await Recording(process, output);
        double fromS = streams.NowS;
        await Task.Delay(700);
        double stopS = streams.NowS;
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        var recording = XdfRecording.Read(file);
        Assert.Empty(recording.Damage);
        Assert.All(recording.Streams, s => Assert.NotNull(s.FooterXml));
        var missing = streams.Check(recording, fromS, stopS);
        Assert.All(missing, m => Assert.True(m.Value < streams.StepS(m.Key), $"{m.Key} lacks the last {m.Value * 1000:F1} ms"));
    }

    [Fact]
    public async Task A_full_disk_is_said_at_once_with_exit_5_and_what_was_written_is_sound()
    {
        using var streams = new CountedStreams(_type);
        string output = _folder.File("full");
        // A limit on the size of files does what a full disk does: writes fail, the process lives (once the runtime maps no big file for its code).
        using var process = Start(output, "export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 2000;");
        var error = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == ExitCode.DataLoss, $"exit {process.ExitCode}: {await error}");
        Assert.Contains("could not be written", await error, StringComparison.Ordinal);
        Assert.Equal("failed", JsonDocument.Parse(await text).RootElement.GetProperty("ended").GetString());
        var recording = XdfRecording.Read(Path.Combine(output, "session.xdf"));
        Assert.Empty(recording.Damage);
        Assert.True(recording.FindSource($"{_type}-sound")!.SampleCount > 10_000);
    }

    [Fact]
    [Trait("tier", "system")]
    public Task Killed_at_random_it_leaves_all_but_the_last_moment() => KillAtRandom(5, 11);

    [Fact]
    [Trait("tier", "long")]
    public Task Killed_at_200_random_instants_it_leaves_all_but_the_last_moment() => KillAtRandom(200, 12);

    private async Task KillAtRandom(int times, ulong seed)
    {
        using var streams = new CountedStreams(_type);
        var random = new SeededRandom(seed);
        var lostS = new List<double>();
        for (int i = 0; i < times; i++)
        {
            string output = _folder.File($"kill-{i}");
            using var process = Start(output);
            string file = await Recording(process, output);
            double fromS = streams.NowS;
            await Task.Delay((int)(1000 * random.Uniform()));
            double killedS = streams.NowS;
            process.Kill();
            await process.WaitForExitAsync();
            var recording = XdfRecording.Read(file);
            // Loads, without a hole; only the piece that was being written may be cut.
            Assert.True(recording.Damage.Count <= 1, string.Join(" | ", recording.Damage.Select(d => d.What)));
            var missing = streams.Check(recording, fromS, killedS);
            lostS.Add(missing.Where(m => m.Key != "markers").Max(m => m.Value - streams.StepS(m.Key)));
            Directory.Delete(output, true);
        }
        lostS.Sort();
        double median = lostS[lostS.Count / 2], p95 = lostS[(int)(lostS.Count * 0.95)];
        string figures = FormattableString.Invariant($"kill -9 × {times}: all loaded; lost before the kill: median {median * 1000:F0} ms, p95 {p95 * 1000:F0} ms, most {lostS[^1] * 1000:F0} ms");
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(median <= 0.1, figures);
    }
}
