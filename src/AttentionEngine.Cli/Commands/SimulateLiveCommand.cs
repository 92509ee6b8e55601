using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Cli.Commands;

/// <summary>
/// <c>attend simulate-live SCENE --out DIR</c>, hidden: the simulated laboratory as a process of its own, for the demo. Renders first,
/// says <c>ready</c> on stdout when its outlets exist, starts the scene when the rig's required streams are listened to, and leaves
/// the pictures and the truth in DIR.
/// </summary>
internal static class SimulateLiveCommand
{
    private static readonly TimeSpan ConsumerLimit = TimeSpan.FromSeconds(120);

    public static Command Create()
    {
        var arguments = new SimulationArguments();
        var output = new Option<string>("--out") { Description = "Folder of the session that the engine records", Required = true };
        var command = new Command("simulate-live", "Publishes a scene over LSL in real time.") { output };
        command.Hidden = true;
        arguments.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(arguments.Read(parsed), parsed.GetValue(output)!, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(SimulationRequest request, string output, CancellationToken cancellation)
    {
        var folder = new SessionFolder(Path.GetFullPath(output));
        var session = SimulatedSession.Render(request.Scene, request.Seed, request.Seconds, cancellation);
        SessionFiles.WriteVideo(session, folder, cancellation);
        var truth = new TruthWriter(session, folder.Root);
        truth.WriteImages();
        using var transport = LslSetup.Open();
        using var publisher = new RealTimePublisher(session, transport);
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        double startS = publisher.WaitForConsumers(ConsumerLimit, cancellation);
        truth.WriteJson(startS); // before the first sample: an interrupted run has its truth too
        publisher.Publish(startS, cancellation);
        return ExitCode.Ok;
    }
}
