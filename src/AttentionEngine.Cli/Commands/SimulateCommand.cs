using System.CommandLine;
using System.Diagnostics;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend simulate SCENE --out SESSION</c>: renders a scene to a session faster than real time, with ground truth.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var arguments = new SimulationArguments();
        var output = new Option<string>("--out") { Description = "New folder for the session", Required = true };
        var command = new Command("simulate", "Renders a scene to a session folder, with ground truth. Example: attend simulate rigs/sim-conversations.yaml --out sessions/a --seed 7 --seconds 60") { output };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Run(arguments.Read(parsed), parsed.GetValue(output)!, parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(SimulationRequest request, string output, bool json, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        if (Path.Exists(output)) throw new ConfigurationException($"{Path.GetFullPath(output)} exists; sessions are never overwritten. Give another --out folder.");
        var folder = SessionFolder.Create(output);
        SessionRig.Save(request.Scene.Rig, folder);
        var session = SimulatedSession.Render(request.Scene, request.Seed, request.Seconds, cancellation);
        SessionFiles.WriteVideo(session, folder, cancellation);
        var truth = new TruthWriter(session, folder.Root);
        truth.WriteImages();
        truth.WriteJson(OfflineRecording.StartS);
        using (var xdf = new XdfWriter(folder.Xdf)) OfflineRecording.Write(session, xdf, cancellation);
        double wallS = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (json) JsonOutput.Print(new { Schema = "attend.simulate/1", Session = folder.Root, request.Seconds, WallS = wallS, Scene = request.Scene.Name, request.Seed, Streams = session.Streams.Select(s => s.Info.SourceId) });
        else Console.Out.WriteLine(FormattableString.Invariant($"{folder.Root}: {request.Seconds} s of {request.Scene.Name}, seed {request.Seed}, rendered in {wallS:F1} s"));
        return ExitCode.Ok;
    }
}

/// <summary>What both simulator commands take.</summary>
internal sealed record SimulationRequest(Scene Scene, ulong Seed, double Seconds);

internal sealed class SimulationArguments
{
    private readonly Argument<string> _scene = new("SCENE") { Description = "Scene file, for example rigs/sim-conversations.yaml" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Seed of everything that is random (default: the scene's)" };
    private readonly Option<double?> _seconds = new("--seconds") { Description = "Length (default: the scene's)" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_scene);
        command.Options.Add(_seed);
        command.Options.Add(_seconds);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_seconds) is { } s && !(s is >= 1 and <= 3600)) result.AddError(FormattableString.Invariant($"--seconds is {s}; expected 1 to 3600."));
        });
    }

    public SimulationRequest Read(ParseResult parsed)
    {
        var scene = SceneReader.Read(parsed.GetValue(_scene)!);
        return new SimulationRequest(scene, parsed.GetValue(_seed) ?? scene.DefaultSeed, parsed.GetValue(_seconds) ?? scene.DefaultSeconds);
    }
}
