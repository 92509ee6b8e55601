using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary>Decodes participants in other processes; each leaves its result in the output folder, which is also its checkpoint.</summary>
internal interface IDecodeExecutor
{
    /// <param name="participants">Ids without a result.</param>
    /// <param name="finished">Whether a participant's result is there by now.</param>
    /// <exception cref="AttendException">Participants failed; those that did not are on disk.</exception>
    void Run(IReadOnlyList<string> participants, Func<string, bool> finished, CancellationToken cancellation);
}

/// <summary>How one participant's process ended.</summary>
/// <param name="ExitCode">Null: ended from outside, before it could say how.</param>
internal sealed record DecodeTaskEnd(string Participant, int? ExitCode, string Said);

/// <summary>The command lines of tasks, and what their ends mean.</summary>
internal static class DecodeTasks
{
    /// <summary>Program and arguments of this process with one participant to decode; later options win over earlier ones.</summary>
    public static string[] CommandLine(string participant) =>
        [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "attend.dll"), .. Environment.GetCommandLineArgs().Skip(1), "--task", participant];

    /// <exception cref="AttendException">Of the kind of the first failure in the order of participants.</exception>
    public static void ThrowIfAnyFailed(IEnumerable<DecodeTaskEnd> ends, string output)
    {
        var failed = ends.Where(e => e.ExitCode != ExitCode.Ok).ToList();
        if (failed.Count == 0) return;
        string message = string.Join(Environment.NewLine, failed.Select(f => $"participant {f.Participant}: {(f.ExitCode is null ? "ended from outside before it was decoded (killed, out of memory or time)" : f.Said)}"))
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
