using System.CommandLine;
using AttentionEngine.Cli.Training;
using AttentionEngine.Core.Errors;
using AttentionEngine.Inference;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend model info|check MODEL</c>: a model's contract, and whether it still gives what it gave when it was made.</summary>
internal static class ModelCommand
{
    public static Command Create()
    {
        var info = new Command("info", "Shows a model's contract. Example: attend model info models/fusion") { Folder(out var infoFolder) };
        info.SetAction(parsed => Info(parsed.GetValue(infoFolder)!, parsed.GetValue(GlobalOptions.Json)));
        var check = new Command("check", "Checks a model against its contract and replays its golden inputs. Example: attend model check models/fusion") { Folder(out var checkFolder) };
        check.SetAction(parsed => Check(parsed.GetValue(checkFolder)!, parsed.GetValue(GlobalOptions.Json)));
        var scenes = new Argument<string>("SCENES") { Description = "Folder of scenes from models/training/masks/make_scenes.py" };
        var examples = new Command("mask-examples", "Turns scenes into examples for training the mask network, with the live path's own features. Example: attend model mask-examples out/mask-scenes") { scenes };
        examples.SetAction((parsed, cancellation) => Task.Run(() => Examples(parsed.GetValue(scenes)!, parsed.GetValue(GlobalOptions.Json), cancellation), cancellation));
        return new Command("model", "Shows, checks and feeds trained models.") { info, check, examples };
    }

    private static Argument<string> Folder(out Argument<string> argument) =>
        argument = new Argument<string>("MODEL") { Description = "Folder that holds model.yaml and model.onnx, for example models/fusion" };

    private static int Examples(string folder, bool json, CancellationToken cancellation)
    {
        int done = MaskExamples.Run(folder, Console.Error.WriteLine, cancellation);
        if (json) JsonOutput.Print(new { Schema = "attend.mask-examples/1", Folder = Path.GetFullPath(folder), Scenes = done });
        else Console.Out.WriteLine($"{folder}: examples of {done} scenes");
        return ExitCode.Ok;
    }

    private static int Info(string folder, bool json)
    {
        using var model = OnnxModel.Load(folder);
        var c = model.Contract;
        if (json)
        {
            JsonOutput.Print(new { Schema = "attend.model-info/1", c.Name, c.Version, c.Status, c.Description, c.Sha256, c.LatencyMs, c.Dimensions, c.Inputs, c.Outputs, c.States });
            return ExitCode.Ok;
        }
        Console.Out.WriteLine($"{c.Name} {c.Version} ({c.Status}): {c.Description}");
        foreach (var d in c.Dimensions) Console.Out.WriteLine($"  dimension {d.Name}: {d.Min} to {d.Max}");
        foreach (var t in c.Inputs) Console.Out.WriteLine($"  input  {t.Name} [{string.Join(", ", t.Shape)}]{(t.Labels.Count > 0 ? ": " + string.Join(" ", t.Labels) : "")}");
        foreach (var t in c.Outputs) Console.Out.WriteLine($"  output {t.Name} [{string.Join(", ", t.Shape)}]");
        foreach (var s in c.States) Console.Out.WriteLine($"  state  {s.Input} -> {s.Output} [{string.Join(", ", s.Shape)}]");
        return ExitCode.Ok;
    }

    private static int Check(string folder, bool json)
    {
        using var model = OnnxModel.Load(folder);
        var golden = GoldenReplay.Run(model);
        if (json)
            JsonOutput.Print(new { Schema = "attend.model-check/1", model.Contract.Name, model.Contract.Version, model.Contract.Status, golden.Passed, golden.Steps, golden.WorstDifference, golden.WorstOutput, golden.Tolerance });
        else
            Console.Out.WriteLine(FormattableString.Invariant($"{model.Contract.Name} {model.Contract.Version} ({model.Contract.Status}): contract ok; golden replay of {golden.Steps} steps differs by at most {golden.WorstDifference:E1} (tolerance {golden.Tolerance:E1})"));
        if (!golden.Passed)
            throw new MismatchException(FormattableString.Invariant($"Model {folder} no longer gives its golden outputs: `{golden.WorstOutput}` differs by {golden.WorstDifference:E1}, tolerance {golden.Tolerance:E1}, over {golden.Steps} steps. Another ONNX Runtime, or files of different versions."));
        return ExitCode.Ok;
    }
}
