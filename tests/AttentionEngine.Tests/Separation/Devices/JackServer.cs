using System.Diagnostics;

namespace AttentionEngine.Tests.Separation.Devices;

/// <summary>A JACK server of our own with the dummy driver, which has a clock but no sound of its own; synchronous, so that no cycle runs ahead of a late client.</summary>
public sealed class JackServer : IDisposable
{
    private readonly Func<int, string> _arguments;
    private readonly int _rateHz;
    private Process? _process;

    /// <returns>Null where there is no jackd: the test is skipped, loudly.</returns>
    public static JackServer? StartOrSkip(int rateHz, int periodFrames, int captures = 4, int playbacks = 2)
    {
        if (Find("jackd") is null) { Assert.Skip("NOT TESTED: no jackd on this machine (apt-get install jackd2)."); return null; }
        return new JackServer(rateHz, periodFrames, captures, playbacks);
    }

    private JackServer(int rateHz, int periodFrames, int captures, int playbacks)
    {
        _rateHz = rateHz;
        _arguments = rate => FormattableString.Invariant($"-S -r -n {Name} -d dummy -r {rate} -p {periodFrames} -C {captures} -P {playbacks}");
        Start();
    }

    public string Name { get; } = FormattableString.Invariant($"attend{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");

    private static int s_count;

    /// <param name="rateHz">Another rate than at first; 0: the same.</param>
    public void Start(int rateHz = 0)
    {
        var start = new ProcessStartInfo("jackd", _arguments(rateHz > 0 ? rateHz : _rateHz)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JACK_NO_AUDIO_RESERVATION"] = "1";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Assert.Equal(0, Tool("jack_wait", "-w", "-t", "15").ExitCode);
    }

    /// <summary>As by `kill -9`: nobody is told.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>One of JACK's own programs on this server.</summary>
    public (int ExitCode, string Text) Tool(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JACK_DEFAULT_SERVER"] = Name;
        start.Environment["JACK_NO_START_SERVER"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + errors.Result);
    }

    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    public void Dispose()
    {
        if (_process is null) return;
        using (var end = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{_process.Id}")])) end.WaitForExit();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }
}
