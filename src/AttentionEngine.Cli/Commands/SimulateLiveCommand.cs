using System.CommandLine;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Simulation.Faults;
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
        var faults = new Option<string?>("--faults") { Description = "What goes wrong, and when" };
        var command = new Command("simulate-live", "Publishes a scene over LSL in real time.") { output, faults };
        command.Hidden = true;
        arguments.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(arguments.Read(parsed), parsed.GetValue(output)!, parsed.GetValue(faults), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(SimulationRequest request, string output, string? faultText, CancellationToken cancellation)
    {
        var faults = faultText is null ? FaultPlan.None : FaultPlan.Parse(faultText, request.Seconds, request.Scene.Rig);
        var folder = new SessionFolder(Path.GetFullPath(output));
        var session = SimulatedSession.Render(request.Scene, request.Seed, request.Seconds, cancellation);
        SessionFiles.WriteVideo(session, folder, cancellation);
        var truth = new TruthWriter(session, folder.Root);
        truth.WriteImages();
        using var transport = LslSetup.Open();
        var clocks = new List<LslTransport>();
        using var publisher = new RealTimePublisher(session, transport, faults, aheadS =>
        {
            clocks.Add(LslSetup.OpenAhead(aheadS));
            return clocks[^1];
        });
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        double startS = publisher.WaitForConsumers(ConsumerLimit, cancellation);
        truth.WriteJson(startS); // before the first sample: an interrupted run has its truth too
        publisher.Publish(startS, cancellation);
        publisher.Dispose(); // outlets before their transports
        foreach (var clock in clocks) clock.Dispose();
        return ExitCode.Ok;
    }
}
