using AttentionEngine.Core.Errors;
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

    public required SimulatedSenses Senses { get; init; }
    public Scene Scene => Senses.Scene;
    public ulong Seed => Senses.Seed;
    public ConversationPlan Plan => Senses.Plan;
    public TalkerSignals Signals => Senses.Signals;
    public ListenerProfile Listener => Senses.Listener;
    public ListenerMotion Motion => Senses.Motion;
    public required ArrayRecording Recording { get; init; }

    /// <summary>The head-fixed camera, or null when the rig has none. Pictures are drawn when they are asked for.</summary>
    public EgoCameraRenderer? EgoCamera => Senses.EgoCamera;

    /// <summary>The rig's streams that the simulator can give, audio first.</summary>
    public required IReadOnlyList<SimulatedStream> Streams { get; init; }

    public double DurationS => Plan.DurationS;

    /// <exception cref="ConfigurationException">The rig requires a stream that the simulator does not have.</exception>
    public static SimulatedSession Render(Scene scene, ulong seed, double seconds, CancellationToken cancellation = default)
    {
        var senses = SimulatedSenses.Render(scene, seed, seconds, cancellation);
        var recording = ArrayRenderer.Render(scene, senses.Signals, senses.Motion, senses.Random.Fork("sound"), cancellation);
        return new SimulatedSession { Senses = senses, Recording = recording, Streams = MakeStreams(senses, recording) };
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

    private static List<SimulatedStream> MakeStreams(SimulatedSenses senses, ArrayRecording recording)
    {
        var (scene, rig, motion, durationS) = (senses.Scene, senses.Scene.Rig, senses.Motion, senses.Plan.DurationS);
        var make = new SessionStreams(rig, senses.Random);
        var streams = new List<SimulatedStream>();
        void Add(StreamRole role, Func<SimulatedStream> stream) { if (rig.Find(role) is not null) streams.Add(stream()); }

        Add(StreamRole.Audio, () => make.Audio(recording.Mixture));
        Add(StreamRole.Head, () => make.Head(motion.HeadFrames));
        Add(StreamRole.Gaze, () => make.Gaze(motion.GazeFrames));
        Add(StreamRole.Eeg, () => make.Eeg(senses.Eeg!.Frames, EegSimulator.RateHz, EegMontage.Labels));
        Add(StreamRole.Talkers, () => make.Talkers(Positions(senses), [.. scene.Talkers.Select(t => t.Id)]));
        Add(StreamRole.EgoCamera, () => make.EgoCamera(senses.EgoCamera!.FrameCount, rig.EgoCamera!, EgoVideoUri));
        Add(StreamRole.Markers, () => make.Markers(durationS));
        return streams;
    }

    private static float[] Positions(SimulatedSenses senses) =>
        [.. Enumerable.Repeat(senses.PositionFrame, (int)Math.Ceiling(senses.Plan.DurationS * SimulatedSenses.PositionsRateHz)).SelectMany(f => f)];
}
