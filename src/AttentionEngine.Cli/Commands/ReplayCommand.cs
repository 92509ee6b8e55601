using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend replay SESSION</c>: the same graph over a recording.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var session = new Argument<string>("SESSION") { Description = "Folder of a recorded or simulated session" };
        var asRecorded = new Option<bool>("--as-recorded") { Description = "Each tick sees exactly what it saw live (the default where the session has a journal)" };
        var ideal = new Option<bool>("--ideal") { Description = "Every sample arrives in time (the default for simulated sessions)" };
        var verify = new Option<bool>("--verify") { Description = "Compare every node with the recorded run; exit 6 at a difference" };
        var seconds = new Option<double?>("--seconds") { Description = "Stop after this much" };
        var output = new Option<string?>("--out") { Description = "New folder for the results (default: SESSION/replay-N)" };
        var rigFile = new Option<string?>("--rig") { Description = "Another rig file than the session's own, to try other settings" };
        var command = new Command("replay", "Runs the same graph over a recorded session. Example: attend replay sessions/demo-20260131-142501 --verify") { session, asRecorded, ideal, verify, seconds, output, rigFile };
        command.Validators.Add(result =>
        {
            if (result.GetValue(asRecorded) && result.GetValue(ideal)) result.AddError("--as-recorded and --ideal exclude each other.");
            if (result.GetValue(verify) && result.GetValue(ideal)) result.AddError("--verify compares with the recorded run, which --ideal does not repeat; drop one of them.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var input = SessionFolder.Open(parsed.GetValue(session)!);
            bool hasJournal = File.Exists(input.Journal);
            if ((parsed.GetValue(asRecorded) || parsed.GetValue(verify)) && !hasJournal)
                throw new InputDataException($"{input.Root} has no journal.jsonl (it was simulated, not recorded live), so there is no recorded run to repeat. Replay it without --as-recorded and --verify.");
            var journal = hasJournal && !parsed.GetValue(ideal) ? SessionJournal.Read(input.Journal) : null;
            var rig = RigReader.Read(parsed.GetValue(rigFile) ?? input.Rig);
            string folder = parsed.GetValue(output) ?? NextFolder(input.Root);
            return ReplayRun.Execute(rig, input, folder, journal, parsed.GetValue(verify), parsed.GetValue(seconds), parsed.GetValue(GlobalOptions.Json), cancellation);
        }, CancellationToken.None));
        return command;
    }

    private static string NextFolder(string root)
    {
        for (int n = 1; ; n++)
            if (Path.Combine(root, $"replay-{n}") is var path && !Directory.Exists(path)) return path;
    }
}
