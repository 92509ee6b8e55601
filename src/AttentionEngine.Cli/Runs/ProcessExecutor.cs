using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary><c>--executor local --jobs N</c>: a process per participant and model on this machine, N at a time. They end when this process does, however it ends.</summary>
internal sealed class ProcessExecutor(int jobs, string output) : IDecodeExecutor
{
    /// <summary>Tells a task that its standard input is a pipe that closes when it shall end.</summary>
    public const string AttachedVariable = "ATTEND_DECODE_ATTACHED";

    public void Run(IReadOnlyList<DecodeTask> tasks, Func<DecodeTask, bool> finished, CancellationToken cancellation)
    {
        var ends = new ConcurrentDictionary<DecodeTask, DecodeTaskEnd>();
        var clock = Stopwatch.StartNew();
        int done = 0;
        // Not cancelled from here: a task that was told to end is waited for.
        Parallel.ForEachAsync(tasks, new ParallelOptions { MaxDegreeOfParallelism = jobs }, async (task, _) =>
        {
            if (cancellation.IsCancellationRequested) return;
            var end = await RunOne(task, cancellation).ConfigureAwait(false);
            ends[task] = end;
            int n = Interlocked.Increment(ref done);
            double leftS = clock.Elapsed.TotalSeconds * (tasks.Count - n) / n;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attend: {task} {(end.ExitCode == ExitCode.Ok ? "decoded" : "failed")} ({n} of {tasks.Count}{(n < tasks.Count ? $", {leftS:F0} s left" : "")})"));
        }).GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        DecodeTasks.ThrowIfAnyFailed(tasks.Select(t => ends[t]), output);
    }

    private static async Task<DecodeTaskEnd> RunOne(DecodeTask task, CancellationToken cancellation)
    {
        string[] command = DecodeTasks.CommandLine(task);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[AttachedVariable] = "1";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} could not be started.");
        using var stop = cancellation.Register(process.StandardInput.Close);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var rest = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await rest.ConfigureAwait(false);
        // 128 + n and above: a signal ended it.
        int? code = process.ExitCode is > 128 and not ExitCode.Interrupted ? null : process.ExitCode;
        return new DecodeTaskEnd(task, code, LastWords(await error.ConfigureAwait(false)));
    }

    /// <summary>What a failed task said, without its progress.</summary>
    public static string LastWords(string error)
    {
        string[] lines = [.. error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith("attend: decoding ", StringComparison.Ordinal))];
        return lines.Length == 0 ? "it said nothing" : string.Join(" | ", lines.TakeLast(5)).Replace("attend: ", "", StringComparison.Ordinal);
    }

    /// <summary>A token that also ends when the parent does, in a task that was started by <see cref="Run"/>.</summary>
    public static CancellationTokenSource Attach(CancellationToken cancellation)
    {
        var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Environment.GetEnvironmentVariable(AttachedVariable) != "1") return linked;
        var watch = new Thread(() =>
        {
            while (Console.In.Read() >= 0) { }
            linked.Cancel();
        })
        { IsBackground = true, Name = "parent" };
        watch.Start();
        return linked;
    }
}
