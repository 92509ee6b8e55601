using AttentionEngine.Attention;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// From what the senses gave since the last tick to a decision: perception, envelopes, evidence, belief, policy. Does not know where the
/// beams come from: the engine's own filters, or a model of them (evaluation over many simulated listeners).
/// </summary>
public sealed class SenseGraph : IDisposable
{
    private readonly PerceptionStage _perception;
    private readonly EnvelopeBank _envelopes;
    private readonly DecisionPolicy _policy;

    /// <param name="talkerIds">[K] in the order of every per-talker array.</param>
    /// <param name="eeg">Labels and rate of the EEG stream, or null when there is none.</param>
    /// <param name="maxFrames">Most samples of sound in one tick.</param>
    public SenseGraph(Rig rig, IReadOnlyList<string> talkerIds, EegStream? eeg, int maxFrames)
    {
        int talkers = talkerIds.Count;
        _perception = new PerceptionStage(rig, talkerIds);
        _envelopes = new EnvelopeBank(rig.Array.SampleRateHz, talkers, maxFrames);
        Decoder = new AttentionDecoder(rig.Attention, talkerIds, eeg);
        _policy = new DecisionPolicy(rig.Attention, rig.AudioPath.FloorDb);
        Scene = new TalkerScene(talkers);
        Estimate = new AttentionEstimate(talkers);
        Command = new SteeringCommand(talkers);
    }

    public AttentionDecoder Decoder { get; }
    public TalkerScene Scene { get; }

    /// <summary>Belief of the last tick.</summary>
    public AttentionEstimate Estimate { get; }

    /// <summary>Gains of the last tick.</summary>
    public SteeringCommand Command { get; }

    /// <summary>Evidence and fusion alone.</summary>
    public DurationHistogram FusionCpu { get; } = new();

    public void AddHead(HeadPoseChunk chunk)
    {
        _perception.AddHead(chunk);
        Decoder.AddHead(chunk);
    }

    /// <inheritdoc cref="PerceptionStage.AddTalkerPositions"/>
    public void AddTalkerPositions(SampleChunk chunk) => _perception.AddTalkerPositions(chunk);

    /// <param name="beams">Planar [K × frames] of this tick, before any attention gain.</param>
    public void AddBeams(AudioBlock beams, SampleClock clock, double receiveTimeS)
    {
        _perception.AddBeams(beams.Samples);
        Decoder.AddEnvelope(_envelopes.Process(beams, clock, receiveTimeS));
    }

    public void AddPicture(VideoFrame picture)
    {
        _perception.AddFrame(picture);
        Decoder.AddFrame(picture.CaptureTime);
    }

    /// <summary>Decides over all that was added since the last tick.</summary>
    /// <param name="replaced">Told of the belief before the decision, and may replace it; or null.</param>
    public AttendedTalker Tick(long tick, StreamTime time, Action<long, AttentionEstimate>? replaced = null)
    {
        _perception.Update(time, Scene);
        double startMs = ThreadCpuClock.NowMs();
        Decoder.Tick(tick, time, Scene, Estimate);
        FusionCpu.Add(ThreadCpuClock.NowMs() - startMs);
        replaced?.Invoke(tick, Estimate);
        Decoder.Learn(Estimate);
        var attended = _policy.Decide(Estimate);
        _policy.Steer(Estimate, attended, Command);
        return attended;
    }

    public void Dispose() => Decoder.Dispose();
}
