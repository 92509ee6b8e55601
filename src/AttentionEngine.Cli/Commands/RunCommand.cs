using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend run RIG</c>: the live engine on a rig's streams.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var rig = new Argument<string>("RIG") { Description = "Rig file: the array, the streams by source_id, the audio path, the decoder" };
        var record = new Option<string?>("--record") { Description = "New folder for the session (default: sessions/run-DATE in the current folder)" };
        var seconds = new Option<double?>("--seconds") { Description = "Stop after this much; without it, stop with Ctrl-C" };
        var wait = new Option<double>("--wait-s") { Description = "How long required streams may take to appear", DefaultValueFactory = _ => 10 };
        var headless = new Option<bool>("--headless") { Description = "No page is served; this is the default" };
        var participant = new Option<string?>("--participant") { Description = "Pseudonymous id of who hears the sound: needs the rig's `output`, refuses when the week's dose is used up, and counts what is heard" };
        var doses = new Option<string>("--dose-folder") { Description = "Folder of the dose files, kept across sessions", DefaultValueFactory = _ => "doses" };
        var command = new Command("run", "Runs the live engine on a rig and records a session. Example: attend run rigs/sim-bte4.yaml --seconds 60") { rig, record, seconds, wait, headless, participant, doses };
        command.Validators.Add(result =>
        {
            if (result.GetValue(seconds) is { } s && !(s > 0)) result.AddError($"--seconds is {s}; expected more than 0.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var r = RigReader.Read(parsed.GetValue(rig)!);
            var options = new EngineRunOptions(r, parsed.GetValue(record) ?? RepositoryFiles.NewSessionPath("run"), parsed.GetValue(seconds), parsed.GetValue(wait), "attend.run/1") { Participant = parsed.GetValue(participant), DoseFolder = Path.GetFullPath(parsed.GetValue(doses)!) };
            return EngineRun.Execute(options, null, parsed.GetValue(GlobalOptions.Json), cancellation);
        }, CancellationToken.None));
        return command;
    }
}
