using System.CommandLine;
using AttentionEngine.Capture.Bids;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend xdf export-bids FILE --bids-root DIR</c>.</summary>
internal static class XdfBidsCommand
{
    public static Command Create()
    {
        var file = XdfCommand.FileArgument();
        var root = new Option<string>("--bids-root") { Description = "Folder of the dataset; made when it is not there", Required = true };
        var subject = new Option<string>("--subject") { Description = "Subject label: letters and digits", Required = true };
        var session = new Option<string?>("--session") { Description = "Session label" };
        var task = new Option<string>("--task") { Description = "Task label", Required = true };
        var run = new Option<string?>("--run") { Description = "Run number" };
        var powerLine = new Option<double>("--power-line-hz") { Description = "Frequency of the mains", DefaultValueFactory = _ => 50 };
        var command = new Command("export-bids", "Adds a recording to a BIDS dataset: EEG as BrainVision, gaze, motion, events. Example: attend xdf export-bids session/session.xdf --bids-root study --subject 01 --session 1 --task cocktail --run 1")
        {
            file, root, subject, session, task, run, powerLine,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed.GetValue(file)!, parsed.GetValue(root)!,
            new BidsEntities(parsed.GetValue(subject)!, parsed.GetValue(session), parsed.GetValue(task)!, parsed.GetValue(run)),
            new BidsOptions(parsed.GetValue(powerLine)), parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string file, string root, BidsEntities entities, BidsOptions options, bool json, CancellationToken cancellation)
    {
        var progress = new PartProgress($"writing {root}");
        var result = BidsExport.Run(file, root, entities, options, progress.Report, cancellation);
        progress.Done();
        foreach (var d in result.Damage) Console.Error.WriteLine($"attend: {file}: damage at byte {d.OffsetBytes}: {d.What}");
        if (json)
        {
            JsonOutput.Print(new { Schema = "attend.xdf-export-bids/1", Root = root, result.Files, result.LeftOut, result.Damage });
            return ExitCode.Ok;
        }
        foreach (string written in result.Files) Console.Out.WriteLine($"{root}/{written}");
        foreach (string left in result.LeftOut) Console.Out.WriteLine($"left out: {left}");
        return ExitCode.Ok;
    }
}
