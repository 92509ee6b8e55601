using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary>
/// <c>--executor slurm</c>: one job array, a task per participant and model. The job's name is made from the output folder, so that a second call
/// finds a job that is still at work and waits for it in place of submitting again. Needs no accounting database: tasks leave exit files.
/// </summary>
/// <param name="jobs">Tasks at a time; 0: as many as the cluster gives.</param>
/// <param name="options">Further options of sbatch, each as one word.</param>
internal sealed class SlurmExecutor(int jobs, string output, IReadOnlyList<string> options) : IDecodeExecutor
{
    private const int MostQueueErrors = 30;
    private readonly string _folder = Path.Combine(Path.GetFullPath(output), "slurm");
    private readonly string _name = "attend-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(output))))[..12];

    public void Run(IReadOnlyList<DecodeTask> tasks, Func<DecodeTask, bool> finished, CancellationToken cancellation)
    {
        if (Queue() is { Length: > 0 } old)
        {
            Console.Error.WriteLine($"attend: Slurm job {old} of an earlier call is still at work for {output}; waiting for it");
            Wait(cancellation);
        }
        DecodeTask[] missing = [.. tasks.Where(t => !finished(t))];
        if (missing.Length > 0) Submit(missing, cancellation);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private void Submit(DecodeTask[] tasks, CancellationToken cancellation)
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        string script = Path.Combine(_folder, "run.sh");
        File.WriteAllText(script, Script(tasks));
        string limit = jobs > 0 ? string.Create(CultureInfo.InvariantCulture, $"%{jobs}") : "";
        var (code, said, error) = Call("sbatch", ["--parsable", $"--job-name={_name}", $"--array=0-{tasks.Length - 1}{limit}", $"--output={Path.Combine(_folder, "%a.log")}", $"--chdir={Environment.CurrentDirectory}", .. options, script]);
        if (code != 0) throw new ConfigurationException($"sbatch refused the job: {error.Trim()} Look at --slurm-option.");
        Console.Error.WriteLine($"attend: Slurm job {said.Trim()} submitted, {tasks.Length} tasks; logs in {_folder}");
        Wait(cancellation);
        var ends = tasks.Select(End).ToList();
        cancellation.ThrowIfCancellationRequested();
        DecodeTasks.ThrowIfAnyFailed(ends, output);
    }

    /// <summary>Until no task is in the queue. Cancelled: the job is cancelled too; results that are there stay.</summary>
    private void Wait(CancellationToken cancellation)
    {
        int errors = 0;
        for (double delayS = 0.5; ; delayS = Math.Min(10, delayS * 1.3))
        {
            if (cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(delayS)))
            {
                Call("scancel", ["--me", $"--name={_name}"]);
                cancellation.ThrowIfCancellationRequested();
            }
            try
            {
                if (Queue().Length == 0) return;
                errors = 0;
            }
            catch (StreamMissingException) when (++errors < MostQueueErrors)
            {
                // The controller is away for a moment: the job goes on without it.
            }
        }
    }

    /// <returns>Job id, or empty when none is waiting or running.</returns>
    private string Queue()
    {
        var (code, said, error) = Call("squeue", ["--noheader", "--me", $"--name={_name}", "--format=%F"]);
        if (code != 0) throw new StreamMissingException($"squeue failed: {error.Trim()} Is the Slurm controller running?");
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
    }

    private DecodeTaskEnd End(DecodeTask task, int index)
    {
        string number = index.ToString(CultureInfo.InvariantCulture), exit = Path.Combine(_folder, number + ".exit"), log = Path.Combine(_folder, number + ".log");
        int? code = File.Exists(exit) && int.TryParse(File.ReadAllText(exit), CultureInfo.InvariantCulture, out int c) ? c : null;
        if (code is > 128 and not ExitCode.Interrupted) code = null;
        return new DecodeTaskEnd(task, code, File.Exists(log) ? ProcessExecutor.LastWords(File.ReadAllText(log)) : "it left no log");
    }

    private string Script(DecodeTask[] tasks)
    {
        var text = new StringBuilder("#!/bin/bash\ncase $SLURM_ARRAY_TASK_ID in\n");
        for (int i = 0; i < tasks.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i}) {string.Join(' ', DecodeTasks.CommandLine(tasks[i]).Select(Quoted))} ;;\n");
        // Renamed when it is whole: a task that is killed leaves none.
        string exit = Quoted(_folder) + "/$SLURM_ARRAY_TASK_ID.exit";
        return text.Append(CultureInfo.InvariantCulture, $"esac\ncode=$?\necho $code > {exit}.part && mv {exit}.part {exit}\nexit $code\n").ToString();
    }

    private static string Quoted(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static (int Code, string Out, string Error) Call(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, said, error.GetAwaiter().GetResult());
        }
        catch (Win32Exception e)
        {
            throw new StreamMissingException($"{program} cannot be started ({e.Message}): --executor slurm needs Slurm's programs in PATH. Use --executor local, or run this on the cluster's login node.", e);
        }
    }
}
