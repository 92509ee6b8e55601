using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary>Decodes participants × models in other processes; each leaves its result in the output folder, which is also its checkpoint.</summary>
internal interface IDecodeExecutor
{
    /// <param name="tasks">Those without a result.</param>
    /// <param name="finished">Whether a task's result is there by now.</param>
    /// <exception cref="AttendException">Tasks failed; the results of those that did not are on disk.</exception>
    void Run(IReadOnlyList<DecodeTask> tasks, Func<DecodeTask, bool> finished, CancellationToken cancellation);
}

/// <summary>What one process decodes: one model of one participant.</summary>
internal sealed record DecodeTask(string Participant, DecodingModel Model)
{
    public override string ToString() => $"{Participant} ({DecodingModels.NameOf(Model)})";
}

/// <summary>How one task's process ended.</summary>
/// <param name="ExitCode">Null: ended from outside, before it could say how.</param>
internal sealed record DecodeTaskEnd(DecodeTask Task, int? ExitCode, string Said);

/// <summary>The command lines of tasks, and what their ends mean.</summary>
internal static class DecodeTasks
{
    /// <summary>Program and arguments of this process with one task; later options win over earlier ones.</summary>
    public static string[] CommandLine(DecodeTask task) =>
        [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "attend.dll"), .. Environment.GetCommandLineArgs().Skip(1), "--task", task.Participant, "--task-model", DecodingModels.NameOf(task.Model)];

    /// <exception cref="AttendException">Of the kind of the first failure in the order of participants.</exception>
    public static void ThrowIfAnyFailed(IEnumerable<DecodeTaskEnd> ends, string output)
    {
        var failed = ends.Where(e => e.ExitCode != ExitCode.Ok).ToList();
        if (failed.Count == 0) return;
        string message = string.Join(Environment.NewLine, failed.Select(f => $"participant {f.Task}: {(f.ExitCode is null ? "ended from outside before it was decoded (killed, out of memory or time)" : f.Said)}"))
            + $"{Environment.NewLine}The results of the others are kept in {output}; the same command decodes only what is missing.";
        throw failed[0].ExitCode switch
        {
            ExitCode.Usage => new ConfigurationException(message),
            ExitCode.StreamMissing => new StreamMissingException(message),
            ExitCode.InputInvalid => new InputDataException(message),
            ExitCode.Bug => new InvalidOperationException(message),
            _ => new DataLossException(message),
        };
    }
}
