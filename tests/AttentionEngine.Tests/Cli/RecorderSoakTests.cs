using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Pipeline;

namespace AttentionEngine.Tests.Cli;

/// <summary>
/// <c>attend record</c> on 8 channels of 48 kHz sound, 64 channels of 500 Hz EEG, a 120 Hz counter and markers for an hour
/// (<c>ATTEND_SOAK_MINUTES</c> for another length), with a busy loop on every core (<c>ATTEND_SOAK_NICE</c> is their niceness, 0): nothing lost,
/// flat memory, little CPU.
/// </summary>
public sealed class RecorderSoakTests : IDisposable
{
    private static readonly double s_minutes = double.Parse(Environment.GetEnvironmentVariable("ATTEND_SOAK_MINUTES") ?? "60", CultureInfo.InvariantCulture);
    private readonly TempFolder _folder = new();
    private readonly List<Process> _load = [];

    public void Dispose()
    {
        foreach (var process in _load)
        {
            process.Kill();
            process.Dispose();
        }
        _folder.Dispose();
    }

    private static double ResidentMb(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1e6;
    }

    [Fact]
    [Trait("tier", "long")]
    public async Task An_hour_under_load_loses_nothing_in_flat_memory()
    {
        for (int core = 0; core < Environment.ProcessorCount; core++) _load.Add(Process.Start("nice", ["-n", Environment.GetEnvironmentVariable("ATTEND_SOAK_NICE") ?? "0", "bash", "-c", "while :; do :; done"]));
        string type = $"Soak{Environment.ProcessId}", output = _folder.File("soak");
        using var streams = new CountedStreams(type);
        string seconds = (s_minutes * 60).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("dotnet", [Repository.PathOf("artifacts/bin/AttentionEngine.Cli/release/attend.dll"), "record", "--also", $"type={type}", "--out", output, "--seconds", seconds, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();

        // The first tenth, at most a minute, is start-up: compiler, pools.
        await Task.Delay(TimeSpan.FromMinutes(Math.Min(1, s_minutes / 10)));
        var fromCpu = process.TotalProcessorTime;
        long from = Stopwatch.GetTimestamp();
        double firstMb = ResidentMb(process), mostMb = firstMb, cpuS = 0, wallS = 0;
        while (!process.HasExited)
        {
            mostMb = Math.Max(mostMb, ResidentMb(process));
            if (!process.HasExited) (cpuS, wallS) = ((process.TotalProcessorTime - fromCpu).TotalSeconds, Stopwatch.GetElapsedTime(from).TotalSeconds);
            await Task.Delay(2000);
        }
        Assert.True(process.ExitCode == ExitCode.Ok, $"exit {process.ExitCode}: {await error}");
        var json = JsonDocument.Parse(await text).RootElement;
        Assert.Equal(0, json.GetProperty("lost").GetInt64());
        var counts = CheckNumbers(json.GetProperty("file").GetString()!);
        string figures = FormattableString.Invariant($"{s_minutes} min, {Environment.ProcessorCount} cores with a busy loop each: {string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"))} samples without a hole; {100 * cpuS / wallS:F1} % of a core; resident {firstMb:F1} MB after the start, {mostMb:F1} MB at most");
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(counts["sound"] >= (s_minutes * 60 - 1) * 48_000, figures);
        Assert.True(mostMb - firstMb < 10, figures);
    }

    /// <summary>Each stream's numbers follow one another; read in constant memory.</summary>
    private static SortedDictionary<string, long> CheckNumbers(string file)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var expected = new Dictionary<string, long>();
        using var reader = new XdfEventReader(file);
        while (reader.Read())
        {
            var info = reader.Stream.Info;
            if (reader.Kind != XdfEventKind.Samples || info.Name == "RecorderEvents") continue;
            for (int i = 0; i < reader.Frames; i++)
            {
                long number = info.Format switch
                {
                    ChannelFormat.Float32 => (long)reader.Values<float>()[i * info.ChannelCount],
                    ChannelFormat.Int64 => reader.Values<long>()[i] - (1L << 60),
                    _ => long.Parse(reader.Texts[i].AsSpan("marker ".Length), CultureInfo.InvariantCulture),
                };
                if (expected.TryGetValue(info.Name, out long wanted) && number != (info.Format == ChannelFormat.Float32 ? wanted % (1 << 24) : wanted)) Assert.Fail($"{info.Name}: number {number} follows {wanted - 1}");
                expected[info.Name] = number + 1;
                counts[info.Name] = counts.GetValueOrDefault(info.Name) + 1;
            }
        }
        Assert.Empty(reader.Damage);
        return counts;
    }
}
