using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend record RIG --out DIR</c>: records streams, decodes nothing.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var rig = new Argument<string?>("RIG") { Description = "Rig file whose streams are recorded; may be left out with --all or --also", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string>("--out") { Description = "New folder for session.xdf", Required = true };
        var all = new Option<bool>("--all") { Description = "Record every stream that can be found, also those that come later" };
        var also = new Option<string[]>("--also") { Description = "Record the streams with this property too: name=…, type=… or source_id=… (may be repeated)", DefaultValueFactory = _ => [] };
        var seconds = new Option<double?>("--seconds") { Description = "Stop after this much; without it, stop with Ctrl-C" };
        var wait = new Option<double>("--wait-s") { Description = "How long required streams may take to appear", DefaultValueFactory = _ => 10 };
        var failover = new Option<string?>("--failover") { Description = "New folder, on another disk, in which the recording goes on when the first disk is full" };
        var bind = new Option<string?>("--bind") { Description = "Address to look from, instead of the rig's `network.bind`: 127.0.0.1 is this machine only, 0.0.0.0 every network" };
        var command = new Command("record", "Records all streams of a rig to XDF. Nothing up to the stop is missing; a killed process loses at most a tenth of a second. Example: attend record rigs/sim-bte4.yaml --out sessions/pilot-1 --seconds 600")
        {
            rig, output, all, also, seconds, wait, failover, bind,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(seconds) is { } s && !(s > 0 && double.IsFinite(s))) result.AddError(FormattableString.Invariant($"--seconds is {s}; expected more than 0."));
            if (result.GetValue(wait) is var w && !(w >= 0 && w <= 86_400)) result.AddError(FormattableString.Invariant($"--wait-s is {w}; expected 0 to 86400."));
            if (result.GetValue(rig) is null && !result.GetValue(all) && result.GetValue(also) is not { Length: > 0 }) result.AddError("what to record: give a RIG file, --all, or --also name=… (type=…, source_id=…).");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => RecordRun.Execute(new RecordRunOptions(
            parsed.GetValue(rig) is { } file ? RigReader.Read(file) : null, parsed.GetValue(output)!, parsed.GetValue(all), [.. parsed.GetValue(also)!.Select(Query)],
            parsed.GetValue(seconds), parsed.GetValue(wait), parsed.GetValue(failover), StreamsCommand.Address(parsed.GetValue(bind))), parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static StreamQuery Query(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string value = equals < 0 ? "" : text[(equals + 1)..].Trim('\'', '"');
        return (equals < 0 ? "" : text[..equals].Trim()) switch
        {
            _ when value.Length == 0 => throw Bad(text),
            "name" => new StreamQuery(Name: value),
            "type" => new StreamQuery(Type: value),
            "source_id" => new StreamQuery(SourceId: value),
            _ => throw Bad(text),
        };
    }

    private static ConfigurationException Bad(string text) => new($"--also is '{text}'; expected name=…, type=… or source_id=…, for example --also type=Markers.");
}
