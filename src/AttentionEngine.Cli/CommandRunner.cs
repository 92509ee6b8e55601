using System.CommandLine;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli;

/// <summary>Parses, runs, and turns every outcome into the exit codes of DESIGN.md §3. Errors are handled here, once.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"attend: {error.Message}").ConfigureAwait(false);
            await Console.Error.WriteLineAsync("attend: see `attend --help`, or `attend COMMAND --help` for its options and an example.").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) }).ConfigureAwait(false);
        }
        catch (AttendException e)
        {
            await Console.Error.WriteLineAsync($"attend: {e.Message}").ConfigureAwait(false);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("attend: interrupted").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
#pragma warning disable CA1031 // The last handler: an unexpected exception is a bug, said as one, with its trace and exit 1.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"attend: this is a bug: {e}").ConfigureAwait(false);
            return ExitCode.Bug;
        }
    }
}
