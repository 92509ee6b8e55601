using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Faults;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend demo</c>: a simulated rig as its own process, the live engine on its streams, a scored session.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of the scene", DefaultValueFactory = _ => 30 };
        var scene = new Option<string?>("--scene") { Description = "Scene file (default: rigs/sim-conversations.yaml)" };
        var seed = new Option<ulong>("--seed") { Description = "Seed of everything that is random", DefaultValueFactory = _ => 1 };
        var output = new Option<string?>("--out") { Description = "New folder for the session (default: sessions/demo-DATE in the current folder)" };
        var faults = new Option<string?>("--faults") { Description = "What goes wrong, and when: KIND:STREAM@AT+FOR with drop, stall, burst, die, jump or xrun, seconds, commas between (stall:gaze@5+2,xrun@8); typical is one of each" };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is var s && !(s is >= 1 and <= 3600)) result.AddError($"--seconds is {s}; expected 1 to 3600.");
        });
        var command = new Command("demo", "Closes the loop with no hardware: simulated streams over real LSL, live decoding, steering, a report. Example: attend demo --seconds 30") { seconds, scene, seed, output, faults };
        command.SetAction((parsed, cancellation) => Task.Run(() =>
            Run(parsed.GetValue(scene) ?? RepositoryFiles.DefaultScene(), parsed.GetValue(seconds), parsed.GetValue(seed),
                parsed.GetValue(output) ?? RepositoryFiles.NewSessionPath("demo"), parsed.GetValue(faults), parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string sceneFile, double seconds, ulong seed, string output, string? faults, bool json, CancellationToken cancellation)
    {
        var rig = RigReader.Read(SceneReader.Read(sceneFile).RigPath);
        if (faults is not null) FaultPlan.Parse(faults, seconds, rig); // said before anything starts
        var options = new EngineRunOptions(rig, output, seconds, WaitS: 120, "attend.demo/1") { Scene = sceneFile, Seed = seed, Faults = faults };
        return EngineRun.Execute(options, folder => SimulatorProcess.Start(sceneFile, folder, seed, seconds, faults, cancellation), json, cancellation);
    }
}
