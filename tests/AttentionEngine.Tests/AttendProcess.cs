using System.Diagnostics;

namespace AttentionEngine.Tests;

/// <summary>Runs <c>./attend</c> as a user does, as a child process, on what is built already.</summary>
public static class AttendProcess
{
    public sealed record Result(int ExitCode, string Out, string Error);

    /// <summary>Runs <c>./attend</c> with <paramref name="arguments"/> in the repository root and waits for its end.</summary>
    public static Task<Result> RunAsync(params string[] arguments) => RunFileAsync(Repository.PathOf("attend"), Repository.Root, arguments);

    /// <param name="file">The script, or a link to it.</param>
    /// <param name="folder">The caller's working directory.</param>
    /// <param name="arguments">Passed on as they are.</param>
    /// <param name="environment">Further variables; null removes one.</param>
    /// <param name="timeout">The process and its children are ended after this; default 120 s.</param>
    public static async Task<Result> RunFileAsync(string file, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ATTEND_SKIP_SETUP"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} could not be started.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(120));
        try { await process.WaitForExitAsync(limit.Token); }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end. It had said: {await output} {await error}");
        }
        return new Result(process.ExitCode, await output, await error);
    }
}
