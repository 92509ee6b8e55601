using System.Globalization;
using System.Text.Json.Nodes;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Cli.Runs;

/// <param name="Seconds">Null until Ctrl-C.</param>
internal sealed record EngineRunOptions(Rig Rig, string Output, double? Seconds, double WaitS, string Schema)
{
    /// <summary>Scene and seed, for the report of a simulated run.</summary>
    public string? Scene { get; init; }
    public ulong? Seed { get; init; }

    /// <summary>Pseudonymous id of who hears the sound, and the folder of the dose files; null: nobody.</summary>
    public string? Participant { get; init; }
    public string DoseFolder { get; init; } = "";

    /// <summary>What the simulator was told to do wrong.</summary>
    public string? Faults { get; init; }
}

/// <summary>One live run from start to report: what `run` and `demo` share.</summary>
internal static class EngineRun
{
    /// <param name="startSimulator">Starts the simulated rig into the session's folder; null for a real rig.</param>
    public static int Execute(EngineRunOptions options, Func<string, SimulatorProcess>? startSimulator, bool json, CancellationToken cancellation)
    {
        using var ears = options.Participant is { } participant ? new EarSession(options.Rig, options.DoseFolder, participant, TimeProvider.System.GetUtcNow()) : null;
        using var device = options.Rig.AudioDevice is null ? null : RigDevices.Open(options.Rig, withOutput: ears is not null && options.Rig.AudioDevice.HasOutput);
        var session = SessionFolder.Create(options.Output);
        var models = EngineVersion.Hashes(SessionRig.Save(options.Rig, session));
        var rig = RigReader.Read(session.Rig);
        var bus = LslSetup.OpenBackend(rig.Network);
        using var closing = (IDisposable)bus;
        using var sound = device is null ? null : new DeviceSound(rig, bus, device);
        var transport = sound?.Transport ?? bus;
        if (rig.AudioDevice is { HasOutput: true } && ears is null) Console.Error.WriteLine("attend: no --participant, so nothing is played: the outputs of the rig's audio_device stay closed");
        using var recording = new XdfWriter(session.Xdf, TimeProvider.System.GetLocalNow());
        using var outlets = new OutletSink(transport);
        var progress = new Progress(startSimulator is null ? "running" : "demo", options.Seconds);

        if (startSimulator is not null) Console.Error.WriteLine("attend: rendering the scene and starting the simulated rig as its own process");
        using var simulator = startSimulator?.Invoke(session.Root);
        Console.Error.WriteLine($"attend: looking for the streams of {rig.Name}");
        var runner = new LiveRunner(rig, transport, session, recording, outlets, new LiveOptions(options.Seconds, options.WaitS, EngineVersion: EngineVersion.Text, Models: models)) { Progress = progress.Report, Ears = ears, Device = sound };
        var cpu = new CpuMeter(simulator);
        runner.Started = cpu.Start;
        using var button = options.Rig.Output is null ? null : ParticipantStop.Listen(runner.StopSound);
        var run = runner.Run(cancellation);
        cpu.Stop(run.Seconds);
        progress.Done();

        bool scored = simulator is not null && run.Ended == "completed";
        if (scored) simulator!.WaitForEnd(TimeSpan.FromSeconds(30));
        var score = SessionEnd.Score(rig, session, scored ? session.Root : null, run);
        var summary = RunSummary.Make(options.Schema, session.Root, run, score, cpu.Engine, cpu.Simulator);
        List<(string, string)> provenance = [("engine", EngineVersion.Text), ("rig", rig.Name)];
        if (options.Scene is { } scene) provenance.Add(("scene", Path.GetFileName(scene)));
        if (options.Seed is { } seed) provenance.Add(("seed", seed.ToString(CultureInfo.InvariantCulture)));
        if (options.Faults is { } faults) provenance.Add(("faults injected", faults));
        provenance.AddRange(models.Select(m => ($"sha256 of {m.Name}", m.Sha256)));
        (string, double)[] cpuParts = simulator is null ? [("engine", cpu.Engine)] : [("engine", cpu.Engine), ("simulator", cpu.Simulator)];
        var facts = SessionEnd.Facts(startSimulator is null ? "run" : "demo", rig, run, runner.LastWeights, cpuParts, provenance);
        if (device is not null) summary["device"] = Device(device);
        if (ears is not null) summary["dose"] = Dose(options, ears);
        return SessionEnd.Finish(session, summary, run, score, facts, json);
    }

    private static JsonObject Device(AudioDevice device)
    {
        var s = device.Status;
        return new JsonObject
        {
            ["kind"] = device.Options.Kind.ToString().ToLowerInvariant(), ["block_frames"] = s.BlockFrames, ["samples"] = s.Samples, ["xruns"] = s.Xruns, ["lost_samples"] = s.LostSamples,
            ["unread_samples"] = s.DroppedSamples, ["restarts"] = s.Restarts, ["block_changes"] = s.BlockChanges, ["callback_ms_max"] = s.CallbackMsMax,
            ["declared_latency_frames"] = s.InputLatencyFrames + s.OutputLatencyFrames, ["played"] = device.Options.Outputs > 0,
        };
    }

    private static JsonObject Dose(EngineRunOptions options, EarSession ears)
    {
        var dose = new JsonObject { ["participant"] = options.Participant, ["before_pa2h"] = ears.UsedAtStartPa2H, ["session_pa2h"] = ears.SessionPa2H, ["week_limit_pa2h"] = ears.WeekPa2H };
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attend: participant {options.Participant} has heard {100 * (ears.UsedAtStartPa2H + ears.SessionPa2H) / ears.WeekPa2H:F2} % of a week's dose; this session {100 * ears.SessionPa2H / ears.WeekPa2H:F2} %"));
        return dose;
    }

    /// <summary>CPU seconds per second of the engine's process and the simulator's, between start and stop.</summary>
    private sealed class CpuMeter(SimulatorProcess? simulator)
    {
        private TimeSpan _engineStart;
        private double _simulatorStart;

        public double Engine { get; private set; } = double.NaN;
        public double Simulator { get; private set; } = double.NaN;

        public void Start()
        {
            _engineStart = Environment.CpuUsage.TotalTime;
            _simulatorStart = simulator?.CpuS ?? 0;
        }

        public void Stop(double seconds)
        {
            if (!(seconds > 0)) return;
            Engine = (Environment.CpuUsage.TotalTime - _engineStart).TotalSeconds / seconds;
            if (simulator is not null) Simulator = (simulator.CpuS - _simulatorStart) / seconds;
        }
    }
}
