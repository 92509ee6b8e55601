using System.CommandLine;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend xdf info|check|repair|export|export-bids FILE</c>: any XDF file, also foreign and damaged ones.</summary>
internal static class XdfCommand
{
    public static Command Create() => new("xdf", "Looks into XDF recordings, also foreign and damaged ones, mends and converts them.")
    {
        CreateReport("info", "Lists streams, rates, gaps and damage. Example: attend xdf info session/session.xdf", strict: false),
        CreateReport("check", "As info, and exits with 4 when the file is damaged. Example: attend xdf check session/session.xdf", strict: true),
        CreateRepair(), CreateExport(), XdfBidsCommand.Create(),
    };

    internal static Argument<string> FileArgument() => new("FILE") { Description = "An .xdf, .xdfz or .xdf.gz file" };

    private static Command CreateReport(string name, string description, bool strict)
    {
        var file = FileArgument();
        var command = new Command(name, description) { file };
        command.SetAction((parsed, cancellation) => Task.Run(() =>
            XdfReport.Print(parsed.GetValue(file)!, parsed.GetValue(GlobalOptions.Json), $"attend.xdf-{name}/1", cancellation) || !strict ? ExitCode.Ok : ExitCode.InputInvalid, CancellationToken.None));
        return command;
    }

    private static Command CreateRepair()
    {
        var file = FileArgument();
        var output = new Option<string>("--out") { Description = "New .xdf file", Required = true };
        var command = new Command("repair", "Writes what survives of a damaged or unfinished recording into a new file with sound chunks, footers, an index and a list of gaps. Example: attend xdf repair broken.xdf --out mended.xdf") { file, output };
        command.SetAction((parsed, cancellation) => Task.Run(() => Repair(parsed.GetValue(file)!, parsed.GetValue(output)!, parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Repair(string file, string output, bool json, CancellationToken cancellation)
    {
        var progress = new PartProgress($"mending {file}");
        using (var reader = new XdfEventReader(file, verify: false))
            if (!reader.HasMagic && !reader.Read()) throw new InputDataException($"{file} is not an XDF file: it does not begin with 'XDF:' and holds no stream.");
        var result = XdfRepair.Run(file, output, progress.Report, cancellation);
        progress.Done();
        if (json)
        {
            JsonOutput.Print(new
            {
                Schema = "attend.xdf-repair/1",
                File = output,
                Streams = result.Streams.Select(s => new { s.Stream.StreamId, s.Stream.Info.Name, s.SampleCount }),
                result.Damage,
                Gaps = result.Gaps.Select(g => new { g.Stream.StreamId, AfterS = g.Gap.AfterStampS, BeforeS = g.Gap.BeforeStampS, g.Gap.MissingSamples }),
            });
            return ExitCode.Ok;
        }
        Console.Out.WriteLine($"{output}: {result.Streams.Count} streams, {result.Streams.Sum(s => s.SampleCount)} samples; {result.Damage.Count} damaged places in {file}");
        foreach (var d in result.Damage) Console.Out.WriteLine($"  damage at byte {d.OffsetBytes}, {d.LengthBytes} bytes: {d.What}");
        foreach (var (stream, gap) in result.Gaps) Console.Out.WriteLine($"  gap: {gap.MissingSamples} samples of stream {stream.StreamId} ('{stream.Info.Name}') are missing");
        return ExitCode.Ok;
    }

    private static Command CreateExport()
    {
        var file = FileArgument();
        var stream = new Option<uint>("--stream") { Description = "Stream id, as `xdf info` lists it", Required = true };
        var output = new Option<string>("--out") { Description = "New file: .npy (float64 [samples × (1 + channels)], column 0 is the time in seconds) or .csv", Required = true };
        var noSync = new Option<bool>("--no-sync") { Description = "Keep the source's clock" };
        var noDejitter = new Option<bool>("--no-dejitter") { Description = "Keep the stamps' jitter" };
        var compatible = new Option<bool>("--pyxdf-compatible") { Description = "Times as pyxdf computes them: gaps below a second are smeared" };
        var live = new Option<bool>("--live-fit") { Description = "Times by the fit of the live engine, which knows only what came before" };
        var command = new Command("export", "Writes one stream's samples and times. Example: attend xdf export session.xdf --stream 2 --out eeg.npy") { file, stream, output, noSync, noDejitter, compatible, live };
        command.Validators.Add(result =>
        {
            if (result.GetValue(compatible) && result.GetValue(live)) result.AddError("--pyxdf-compatible and --live-fit are two ways to find times; give one of them.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => Export(parsed.GetValue(file)!, parsed.GetValue(stream), parsed.GetValue(output)!,
            new XdfTimingOptions(!parsed.GetValue(noSync), !parsed.GetValue(noDejitter), parsed.GetValue(compatible) ? XdfTimingMode.PyxdfCompatible : parsed.GetValue(live) ? XdfTimingMode.Live : XdfTimingMode.GapAware),
            parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Export(string file, uint streamId, string output, XdfTimingOptions timing, bool json, CancellationToken cancellation)
    {
        if (File.Exists(output)) throw new ConfigurationException($"{output} exists, and is not overwritten. Give another name.");
        var source = XdfStreamRows.Open(file, streamId, timing, cancellation);
        var progress = new PartProgress($"writing {output}");
        var (rows, columns) = XdfExport.Write(source, output, progress.Report, cancellation);
        progress.Done();
        foreach (var d in source.Damage) Console.Error.WriteLine($"attend: {file}: damage at byte {d.OffsetBytes}: {d.What}");
        if (json) JsonOutput.Print(new { Schema = "attend.xdf-export/1", File = output, Rows = rows, Columns = columns, source.Damage });
        else Console.Out.WriteLine($"{output}: {rows} rows, {columns} columns");
        return ExitCode.Ok;
    }
}
