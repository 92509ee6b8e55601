using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Camera;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Simulation.Render;

/// <summary>A scene played once, without the sound at the microphones: plan, speech, listener, EEG and camera. Same scene, seed and length, same numbers.</summary>
public sealed record SimulatedSenses
{
    public required Scene Scene { get; init; }
    public required ulong Seed { get; init; }
    public required ConversationPlan Plan { get; init; }
    public required TalkerSignals Signals { get; init; }
    public required ListenerProfile Listener { get; init; }
    public required ListenerMotion Motion { get; init; }

    /// <summary>[K] dry envelopes on the 64 Hz grid from time 0.</summary>
    public required IReadOnlyList<float[]> Envelopes { get; init; }

    /// <summary>Null when the rig has none.</summary>
    public EegRecording? Eeg { get; init; }

    /// <summary>The head-fixed camera, or null when the rig has none. Pictures are drawn when they are asked for.</summary>
    public EgoCameraRenderer? EgoCamera { get; init; }

    /// <summary>Seconds that a talker's sound takes to the head.</summary>
    public double TravelS(int talker) => (Scene.Talkers[talker].PositionRoomM - Scene.ListenerPositionRoomM).Norm / SoundSpeed.Default;

    /// <summary>[K × 3] x, y, z of each talker, ROOM, metres: what a tracker of positions sends at <see cref="PositionsRateHz"/>.</summary>
    public float[] PositionFrame => [.. Scene.Talkers.SelectMany(t => new[] { (float)t.PositionRoomM.X, (float)t.PositionRoomM.Y, (float)t.PositionRoomM.Z })];

    public const double PositionsRateHz = 10;

    /// <summary>Where every part of the session draws its numbers from, by name.</summary>
    internal SeededRandom Random => new(Seed);

    /// <exception cref="ConfigurationException">The rig requires a stream that the simulator does not have.</exception>
    public static SimulatedSenses Render(Scene scene, ulong seed, double seconds, CancellationToken cancellation = default)
    {
        var rig = scene.Rig;
        if (rig.Streams.FirstOrDefault(s => s is { Role: StreamRole.SceneCamera, Required: true }) is { } wall)
            throw new ConfigurationException($"{rig.FilePath}: stream `{wall.SourceId}` (scene_camera) is required, but the simulator has no scene camera. Set `required: false`, or use a rig without it.");
        var random = new SeededRandom(seed);
        var plan = ConversationPlanner.Plan(scene.Talkers, scene.Conversation, seconds, random.Fork("conversation"));
        var signals = TalkerSignals.Make(scene, plan, random.Fork("speech"));
        var listener = ListenerProfile.Draw(scene.Listener, random.Fork("listener"));
        var motion = ListenerMotion.Render(plan, scene.Talkers, new Pose(scene.ListenerPositionRoomM, Rotation.Identity), listener, scene.Listener, random.Fork("motion"));
        cancellation.ThrowIfCancellationRequested();
        float[][] envelopes = [.. signals.Dry.Select(d => EegSimulator.DryEnvelope(d, signals.RateHz))];
        return new SimulatedSenses
        {
            Scene = scene,
            Seed = seed,
            Plan = plan,
            Signals = signals,
            Listener = listener,
            Motion = motion,
            Envelopes = envelopes,
            Eeg = rig.Find(StreamRole.Eeg) is null ? null : EegSimulator.Render(plan, envelopes, motion.Blinks, listener, random.Fork("eeg")),
            EgoCamera = rig.Find(StreamRole.EgoCamera) is null ? null : new EgoCameraRenderer(rig.EgoCamera!, scene.Talkers, plan, envelopes, motion, random.Fork("ego camera")),
        };
    }
}
