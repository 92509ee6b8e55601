using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Camera;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Simulation.Render;

/// <summary>A chunk of a stream is due.</summary>
/// <param name="Stream">Index in <see cref="SimulatedSession.Streams"/>.</param>
/// <param name="ArrivalS">When it reaches the network, seconds since the start of the scene.</param>
public readonly record struct DueChunk(int Stream, int Chunk, double ArrivalS);

/// <summary>A scene played once: everything that a rig's devices would have sent, and the truth behind it. Same scene, seed and length, same bytes.</summary>
public sealed class SimulatedSession
{
    /// <summary>Where the ego camera's pictures lie in a session's folder; the stream's metadata name it.</summary>
    public const string EgoVideoUri = "video/ego.y4m";

    public required Scene Scene { get; init; }
    public required ulong Seed { get; init; }
    public required ConversationPlan Plan { get; init; }
    public required TalkerSignals Signals { get; init; }
    public required ListenerProfile Listener { get; init; }
    public required ListenerMotion Motion { get; init; }
    public required ArrayRecording Recording { get; init; }

    /// <summary>The head-fixed camera, or null when the rig has none. Pictures are drawn when they are asked for.</summary>
    public EgoCameraRenderer? EgoCamera { get; init; }

    /// <summary>The rig's streams that the simulator can give, audio first.</summary>
    public required IReadOnlyList<SimulatedStream> Streams { get; init; }

    public double DurationS => Plan.DurationS;

    /// <exception cref="ConfigurationException">The rig requires a stream that the simulator does not have.</exception>
    public static SimulatedSession Render(Scene scene, ulong seed, double seconds, CancellationToken cancellation = default)
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
        var recording = ArrayRenderer.Render(scene, signals, motion, random.Fork("sound"), cancellation);
        float[][] envelopes = [.. signals.Dry.Select(d => EegSimulator.DryEnvelope(d, signals.RateHz))];
        var eeg = rig.Find(StreamRole.Eeg) is null ? null : EegSimulator.Render(plan, envelopes, motion.Blinks, listener, random.Fork("eeg"));
        var camera = rig.Find(StreamRole.EgoCamera) is null ? null : new EgoCameraRenderer(rig.EgoCamera!, scene.Talkers, plan, envelopes, motion, random.Fork("ego camera"));
        return new SimulatedSession
        {
            Scene = scene,
            Seed = seed,
            Plan = plan,
            Signals = signals,
            Listener = listener,
            Motion = motion,
            Recording = recording,
            Streams = MakeStreams(scene, plan, motion, recording, eeg, camera, random),
            EgoCamera = camera,
        };
    }

    /// <summary>Every chunk of every stream in the order of arrival.</summary>
    public IEnumerable<DueChunk> InOrderOfArrival()
    {
        var next = new PriorityQueue<DueChunk, (double, int)>();
        for (int s = 0; s < Streams.Count; s++) Enqueue(s, 0);
        while (next.TryDequeue(out var due, out _))
        {
            yield return due;
            Enqueue(due.Stream, due.Chunk + 1);
        }

        void Enqueue(int s, int chunk)
        {
            var arrivals = Streams[s].ArrivalS;
            if (chunk < arrivals.Count) next.Enqueue(new DueChunk(s, chunk, arrivals[chunk]), (arrivals[chunk], s));
        }
    }

    private static List<SimulatedStream> MakeStreams(Scene scene, ConversationPlan plan, ListenerMotion motion, ArrayRecording recording, EegRecording? eeg, EgoCameraRenderer? camera, SeededRandom random)
    {
        var rig = scene.Rig;
        var make = new SessionStreams(rig, random);
        var streams = new List<SimulatedStream>();
        void Add(StreamRole role, Func<SimulatedStream> stream) { if (rig.Find(role) is not null) streams.Add(stream()); }

        Add(StreamRole.Audio, () => make.Audio(recording.Mixture));
        Add(StreamRole.Head, () => make.Head(motion.HeadFrames));
        Add(StreamRole.Gaze, () => make.Gaze(motion.GazeFrames));
        Add(StreamRole.Eeg, () => make.Eeg(eeg!.Frames, EegSimulator.RateHz, EegMontage.Labels));
        Add(StreamRole.Talkers, () => make.Talkers(Positions(scene, plan.DurationS), [.. scene.Talkers.Select(t => t.Id)]));
        Add(StreamRole.EgoCamera, () => make.EgoCamera(camera!.FrameCount, rig.EgoCamera!, EgoVideoUri));
        Add(StreamRole.Markers, () => make.Markers(plan.DurationS));
        return streams;
    }

    private static float[] Positions(Scene scene, double durationS)
    {
        int samples = (int)Math.Ceiling(durationS * SessionStreams.TalkersRateHz);
        float[] frame = [.. scene.Talkers.SelectMany(t => new[] { (float)t.PositionRoomM.X, (float)t.PositionRoomM.Y, (float)t.PositionRoomM.Z })];
        return [.. Enumerable.Repeat(frame, samples).SelectMany(f => f)];
    }
}
