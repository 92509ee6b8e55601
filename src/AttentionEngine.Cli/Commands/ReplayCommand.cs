using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend replay SESSION</c>: the same graph over a recording, or its streams over LSL again.</summary>
internal static class ReplayCommand
{
    private const double LeastSpeed = 0.1, MostSpeed = 100;

    public static Command Create()
    {
        var session = new Argument<string>("SESSION") { Description = "Folder of a recorded or simulated session; with --to-lsl also any .xdf file" };
        var asRecorded = new Option<bool>("--as-recorded") { Description = "Each tick sees exactly what it saw live (the default where the session has a journal)" };
        var ideal = new Option<bool>("--ideal") { Description = "Every sample is there in time, at its fitted time (the default for simulated sessions)" };
        var verify = new Option<bool>("--verify") { Description = "Compare every node with the recorded run; exit 6 at a difference, which is named with its place and size" };
        var fusion = new Option<bool>("--recorded-fusion") { Description = "Take what the fusion network gave live from the session: for another class of machine, where it may round otherwise" };
        var speed = new Option<double?>("--speed") { Description = "1 is real time; max (or 0) as fast as can be, the default without --to-lsl", CustomParser = ParseSpeed };
        var seconds = new Option<double?>("--seconds") { Description = "Stop after this much" };
        var output = new Option<string?>("--out") { Description = "New folder for the results (default: SESSION/replay-N)" };
        var rigFile = new Option<string?>("--rig") { Description = "Another rig file than the session's own, to try other settings" };
        var toLsl = new Option<bool>("--to-lsl") { Description = "Send the recorded streams over LSL again, with their metadata, and run no graph" };
        var original = new Option<bool>("--original-stamps") { Description = "With --to-lsl: the recorded time stamps instead of the times of sending" };
        var loop = new Option<bool>("--loop") { Description = "With --to-lsl: begin again at the end, until Ctrl-C; stamps go on rising" };
        var from = new Option<double>("--from-s") { Description = "With --to-lsl: leave out so much of the beginning" };
        var wait = new Option<double>("--wait-s") { Description = "With --to-lsl: how long to wait until every stream has a listener", DefaultValueFactory = _ => 10 };
        var bind = new Option<string?>("--bind") { Description = "With --to-lsl: address to offer on, instead of the rig's `network.bind`" };
        var command = new Command("replay", "Runs the same graph over a recorded session. Example: attend replay sessions/demo-20260131-142501 --verify")
        {
            session, asRecorded, ideal, verify, fusion, speed, seconds, output, rigFile, toLsl, original, loop, from, wait, bind,
        };
        Option[] ofGraph = [asRecorded, ideal, verify, fusion, output, rigFile], ofLsl = [original, loop, from, wait, bind];
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (result.GetValue(asRecorded) && result.GetValue(ideal)) result.AddError("--as-recorded and --ideal exclude each other.");
            if (result.GetValue(verify) && result.GetValue(ideal)) result.AddError("--verify compares with the recorded run, which --ideal does not repeat; drop one of them.");
            if (result.GetValue(fusion) && result.GetValue(ideal)) result.AddError("--recorded-fusion repeats the recorded run, which --ideal does not; drop one of them.");
            if (result.GetValue(toLsl) && Array.Find(ofGraph, Given) is { } graph) result.AddError($"--to-lsl sends the recorded streams and runs no graph, so {graph.Name} has no meaning with it. Drop one of them; to decode what is sent, start `attend run` on the session's rig.yaml beside it.");
            if (!result.GetValue(toLsl) && Array.Find(ofLsl, Given) is { } lsl) result.AddError($"{lsl.Name} is about sending: it needs --to-lsl.");
            if (result.GetValue(toLsl) && Given(speed) && result.GetValue(speed) is { } s && double.IsInfinity(s)) result.AddError($"--to-lsl needs a speed that receivers can follow: --speed {LeastSpeed} to {MostSpeed}, not max.");
            if (result.GetValue(loop) && result.GetValue(original)) result.AddError("--loop sends rising stamps, --original-stamps the same ones again; drop one of them.");
            if (result.GetValue(seconds) is { } length && !(length > 0 && double.IsFinite(length))) result.AddError(FormattableString.Invariant($"--seconds is {length}; expected more than 0."));
            if (result.GetValue(from) is var f && !(f >= 0 && double.IsFinite(f))) result.AddError(FormattableString.Invariant($"--from-s is {f}; expected 0 or more."));
            if (result.GetValue(wait) is var w && !(w >= 0 && w <= 86_400)) result.AddError(FormattableString.Invariant($"--wait-s is {w}; expected 0 to 86400."));
        });
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            string path = parsed.GetValue(session)!;
            bool json = parsed.GetValue(GlobalOptions.Json);
            if (parsed.GetValue(toLsl))
                return RepublishRun.Execute(path, new RepublishOptions(parsed.GetValue(speed) ?? 1, parsed.GetValue(seconds), parsed.GetValue(from), parsed.GetValue(wait), parsed.GetValue(original), parsed.GetValue(loop)),
                    StreamsCommand.Address(parsed.GetValue(bind)), json, cancellation);
            var input = SessionFolder.Open(path);
            bool hasJournal = File.Exists(input.Journal);
            if ((parsed.GetValue(asRecorded) || parsed.GetValue(verify) || parsed.GetValue(fusion)) && !hasJournal)
                throw new InputDataException($"{input.Root} has no journal.jsonl (it was simulated, not recorded live), so there is no recorded run to repeat. Replay it without --as-recorded, --verify and --recorded-fusion.");
            var journal = hasJournal && !parsed.GetValue(ideal) ? SessionJournal.Read(input.Journal) : null;
            var rig = RigReader.Read(parsed.GetValue(rigFile) ?? input.Rig);
            string folder = parsed.GetValue(output) ?? NextFolder(input.Root);
            return ReplayRun.Execute(new ReplayRunOptions(rig, input, folder, journal, parsed.GetValue(verify), parsed.GetValue(speed) ?? double.PositiveInfinity, parsed.GetValue(seconds), parsed.GetValue(fusion)), json, cancellation);
        }, CancellationToken.None));
        return command;
    }

    private static double? ParseSpeed(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text == "max") return double.PositiveInfinity;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double speed))
        {
            if (speed == 0) return double.PositiveInfinity;
            if (speed is >= LeastSpeed and <= MostSpeed) return speed;
        }
        result.AddError(FormattableString.Invariant($"--speed is '{text}'; expected {LeastSpeed} to {MostSpeed} (1 is real time), or max."));
        return null;
    }

    private static string NextFolder(string root)
    {
        for (int n = 1; ; n++)
            if (Path.Combine(root, $"replay-{n}") is var path && !Directory.Exists(path)) return path;
    }
}
