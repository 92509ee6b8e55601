using System.CommandLine;
using AttentionEngine.Cli.Doctor;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend doctor</c>: what this machine has of what the engine needs, found by using it, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var loop = new Option<string?>("--loop") { Description = "Rig whose audio device is measured instead: the delay from an output back to each input that hears it, by chirps. Join them with a wire first" };
        var nobody = new Option<bool>("--nobody-wears-it") { Description = "With --loop: says that the output is in nobody's ear; needed, since the chirps are not limited to a calibrated level" };
        var output = new Option<int?>("--output") { Description = "With --loop: output that plays, 1 (left, the default) or 2 (right)" };
        var level = new Option<double?>("--level-dbfs") { Description = "With --loop: peak of the chirps relative to full scale, -80 to 0 (default -30)" };
        var command = new Command("doctor", "Says what this machine has and lacks: runtime, natives, models, speech, LSL, clock, disk, audio devices. Example: attend doctor --json") { loop, nobody, output, level };
        command.Validators.Add(result =>
        {
            if (result.GetValue(loop) is null) return;
            if (!result.GetValue(nobody)) result.AddError("--loop plays chirps at a level that is not calibrated: take the receivers out of every ear and say so with --nobody-wears-it.");
            if (result.GetValue(output) is < 1 or > 2) result.AddError($"--output is {result.GetValue(output)}; expected 1 (left) or 2 (right).");
            if (!(result.GetValue(level) is null or (>= -80 and <= 0))) result.AddError($"--level-dbfs is {result.GetValue(level)}; expected -80 to 0.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => parsed.GetValue(loop) is { } rig
            ? LoopMeasurement.Run(rig, parsed.GetValue(output) ?? 1, parsed.GetValue(level) ?? -30, parsed.GetValue(GlobalOptions.Json), cancellation)
            : Run(parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(bool json, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        List<DoctorFact> facts = [.. MachineFacts.All(Environment.CurrentDirectory), .. NativeFacts.All(), .. MaterialFacts.All(), StreamFacts.Loopback(cancellation)];
        if (facts.TrueForAll(f => f.Name != NativeFacts.EngineName || f.Status == FactStatus.Ok)) facts.AddRange(DeviceFacts.All()); // which our own library looks for
        bool healthy = facts.TrueForAll(f => f.Status == FactStatus.Ok || !f.Required);
        if (json) JsonOutput.Print(new { Schema = "attend.doctor/1", Ok = healthy, Facts = facts });
        else Print(facts);
        return healthy ? ExitCode.Ok : ExitCode.StreamMissing;
    }

    private static void Print(List<DoctorFact> facts)
    {
        int width = facts.Max(f => f.Name.Length);
        foreach (var fact in facts)
        {
            string status = fact.Status == FactStatus.Ok ? "ok     " : fact.Required ? "MISSING" : "missing";
            Console.Out.WriteLine($"{status}  {fact.Name.PadRight(width)}  {fact.Found}");
            if (fact.ToDo is { } toDo) Console.Out.WriteLine($"{new string(' ', width + 11)}-> {toDo}");
        }
        var required = facts.Where(f => f.Required && f.Status != FactStatus.Ok).Select(f => f.Name).ToList();
        Console.Out.WriteLine(required.Count == 0 ? "Everything that the demo needs is here." : $"Needed and missing: {string.Join(", ", required)}.");
    }
}
