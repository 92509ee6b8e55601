using System.CommandLine;
using AttentionEngine.Cli.Doctor;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend doctor</c>: what this machine has of what the engine needs, found by using it, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Says what this machine has and lacks: runtime, natives, models, speech, LSL, clock, disk. Example: attend doctor --json");
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed.GetValue(GlobalOptions.Json), cancellation)));
        return command;
    }

    private static int Run(bool json, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        List<DoctorFact> facts = [.. MachineFacts.All(Environment.CurrentDirectory), .. NativeFacts.All(), .. MaterialFacts.All(), StreamFacts.Loopback(cancellation)];
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
