using System.Diagnostics;
using System.Globalization;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary>The simulated rig as a process of its own: the engine sees only its LSL streams.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _errors = [];

    private SimulatorProcess(Process process) => _process = process;

    /// <summary>Starts it and waits until its outlets exist.</summary>
    /// <exception cref="InputDataException">It ended before; the message holds what it said.</exception>
    public static SimulatorProcess Start(string scene, string folder, ulong seed, double seconds, string? faults, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string a in (string[])[Path.Combine(AppContext.BaseDirectory, "attend.dll"), "simulate-live", scene, "--out", folder,
            "--seed", seed.ToString(CultureInfo.InvariantCulture), "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
            .. faults is null ? (string[])[] : ["--faults", faults]]) start.ArgumentList.Add(a);
        var process = Process.Start(start) ?? throw new InvalidOperationException("the simulator process could not be started");
        var simulator = new SimulatorProcess(process);
        process.ErrorDataReceived += (_, e) => { if (e.Data is { } line) lock (simulator._errors) simulator._errors.Add(line); };
        process.BeginErrorReadLine();
        try
        {
            while (process.StandardOutput.ReadLineAsync(cancellation).AsTask().GetAwaiter().GetResult() is { } line)
                if (line == "ready") return simulator;
        }
        catch (OperationCanceledException)
        {
            simulator.Dispose();
            throw;
        }
        process.WaitForExit();
        string said = simulator.Errors();
        int code = process.ExitCode;
        simulator.Dispose();
        string message = $"the simulator ended before its streams were up: {said}";
        throw code == ExitCode.Usage ? new ConfigurationException(message) : code == ExitCode.StreamMissing ? new StreamMissingException(message) : new InputDataException(message);
    }

    /// <summary>CPU seconds used so far.</summary>
    public double CpuS { get { _process.Refresh(); return _process.HasExited ? _lastCpuS : _lastCpuS = _process.TotalProcessorTime.TotalSeconds; } }
    private double _lastCpuS;

    /// <summary>Waits for the truth files to be complete.</summary>
    /// <exception cref="InputDataException">It failed.</exception>
    public void WaitForEnd(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit)) throw new InputDataException($"the simulator did not end within {limit.TotalSeconds:0} s after the run: {Errors()}");
        if (_process.ExitCode != 0) throw new InputDataException($"the simulator ended with exit code {_process.ExitCode}: {Errors()}");
    }

    private string Errors()
    {
        lock (_errors) return _errors.Count == 0 ? "it said nothing" : string.Join(" | ", _errors.TakeLast(5));
    }

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended in between.
        }
        _process.Dispose();
    }
}
