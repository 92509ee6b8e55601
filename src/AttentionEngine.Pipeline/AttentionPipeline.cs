using System.Globalization;
using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline;

/// <summary>
/// The graph, top to bottom: microphones → beams; head, positions, beams, camera → talker scene; gaze, head, scene, envelopes, EEG →
/// evidence → posterior → decision → gains; scene → filters, renewed where the sound is.
/// Live, replay and offline run this same object: only who feeds it and who calls <see cref="Tick"/> changes.
/// </summary>
public sealed class AttentionPipeline : IDisposable
{
    private readonly ISteeringSchedule _schedule;
    private readonly SenseGraph _senses;
    private readonly NodeHashes _hashes = new();
    private readonly TickAudio _sound;
    private readonly int _talkers;
    private EegDecoder? _lateEeg;

    /// <param name="talkerIds">[K] in the order of every per-talker array.</param>
    /// <param name="eeg">Labels and rate of the EEG stream, or null when there is none.</param>
    /// <param name="schedule">From which sample a scene or gains count.</param>
    /// <param name="ears">Limits of what the participant hears; null: those of the rig's output, with a whole week's dose.</param>
    public AttentionPipeline(Rig rig, IReadOnlyList<string> talkerIds, EegStream? eeg, ISteeringSchedule schedule, EarProtection? ears = null)
    {
        Rig = rig;
        TalkerIds = talkerIds;
        _schedule = schedule;
        _talkers = talkerIds.Count;
        TickS = rig.Attention.TickMs * 1e-3;
        int maxFrames = (int)rig.Array.SampleRateHz; // twice what GraphInputs lets a tick consume

        Audio = new AudioStage(rig.Array, rig.AudioPath, _talkers, TickS, ears ?? (rig.Output is { } output ? new EarProtection(output, EarProtection.WeekPa2H(output)) : null), rig.Wiring);
        _sound = new TickAudio(Audio, rig.Array.SampleRateHz, _talkers, rig.Array.Count, maxFrames);
        Inputs = new GraphInputs(rig, _talkers, eeg?.Labels.Count ?? 0, Audio);
        _senses = new SenseGraph(rig, talkerIds, eeg, maxFrames);
    }

    public Rig Rig { get; }
    public IReadOnlyList<string> TalkerIds { get; }
    public double TickS { get; }
    public AudioStage Audio { get; }
    public GraphInputs Inputs { get; }
    public IReadOnlyList<string> FeatureNames { get; } = AttentionDecoder.FeatureNames;
    public DurationHistogram TickCpu { get; } = new();

    /// <summary>Evidence and fusion alone.</summary>
    public DurationHistogram FusionCpu => _senses.FusionCpu;

    /// <summary>The filters designed last, or null before the first design; when the sound has ended.</summary>
    public BeamformerWeights? LastWeights => Audio.Filters.Last;
    public TalkerScene Scene => _senses.Scene;

    /// <summary>Gains of the last tick; its thread only.</summary>
    public SteeringCommand Command => _senses.Command;

    /// <summary>Replay on another class of machine: puts what the fusion network gave live in the place of what it gives here.</summary>
    public Action<long, AttentionEstimate>? RecordedFusion { get; init; }

    /// <summary>Running hash of each node's output so far.</summary>
    public IReadOnlyList<(string Name, string Hash)> NodeHashes() => Enum.GetValues<GraphNode>()
        .Select(n => (n.ToString(), _hashes[n].ToString("x16", CultureInfo.InvariantCulture))).ToList();

    /// <summary>
    /// Makes room for EEG that comes after the start. Host thread. Decoding begins at the first tick that consumes some: a rule that a replay
    /// follows to the same tick from the journal's counts.
    /// </summary>
    /// <exception cref="Core.Errors.AttendException">The decoder cannot use this stream.</exception>
    public void ExpectEeg(EegStream eeg)
    {
        var decoder = _senses.Decoder.MakeEegDecoder(eeg);
        Inputs.AddEeg(eeg.Labels.Count);
        Volatile.Write(ref _lateEeg, decoder);
    }

    public TickRecord NewRecord() => new(_talkers, FeatureNames.Count);

    /// <summary>Runs one tick over what lies before its time.</summary>
    /// <param name="consumeUpTo">[6] cumulative frame counts to consume, order of <see cref="TickInputs"/>.</param>
    /// <param name="record">Filled with everything that the tick took in and put out.</param>
    public void Tick(long tick, StreamTime time, ReadOnlySpan<long> consumeUpTo, TickRecord record)
    {
        double startMs = ThreadCpuClock.NowMs();
        record.Tick = tick;
        record.TimeS = time.Seconds;
        if (Volatile.Read(ref _lateEeg) is { } late && consumeUpTo[TickInputs.Slot(StreamRole.Eeg)] > 0)
        {
            _senses.Decoder.Attach(late);
            _lateEeg = null;
        }

        _sound.Take(consumeUpTo[TickInputs.Slot(StreamRole.Audio)]);
        bool heard = _sound.Frames > 0;
        BeamSketch.Of(_sound.Beams.Samples, _sound.Frames, _sound.Samples - _sound.Frames, record.BeamSketches);
        if (heard)
        {
            _hashes.Add(GraphNode.Beams, _sound.Beams.Samples);
            _hashes.Add(GraphNode.Audio, _sound.Ears);
        }
        _senses.AddHead(new HeadPoseChunk(Inputs.Take(StreamRole.Head, consumeUpTo)));
        _senses.AddTalkerPositions(Inputs.Take(StreamRole.Talkers, consumeUpTo));
        if (heard) _senses.AddBeams(_sound.Beams, _sound.Clock, _sound.ReceiveTimeS);
        while (Inputs.Frames is { } pictures && pictures.TryPeek(consumeUpTo[TickInputs.Slot(StreamRole.EgoCamera)], out var picture))
        {
            _senses.AddPicture(picture);
            pictures.Release();
        }
        var gaze = new GazeChunk(Inputs.Take(StreamRole.Gaze, consumeUpTo));
        _senses.Decoder.AddGaze(gaze);
        _senses.Decoder.AddEeg(new EegChunk(Inputs.Take(StreamRole.Eeg, consumeUpTo)));
        var attended = _senses.Tick(tick, time, RecordedFusion);

        Audio.Push(_senses.Command, _schedule.EffectiveSample(SteeringKind.Gains, tick + 1, _sound.Samples));
        Audio.Filters.Push(_senses.Scene, tick + 1, _schedule.EffectiveSample(SteeringKind.Scene, tick + 1, _sound.Samples));

        consumeUpTo.CopyTo(record.Consumed);
        record.Fill(_senses.Scene, _senses.Estimate, _senses.Decoder.Features, _senses.Decoder.Availability, attended, gaze);
        _senses.Decoder.EegNats.CopyTo(record.EegNats);
        HashOutputs(record);
        record.CpuMs = ThreadCpuClock.NowMs() - startMs;
        TickCpu.Add(record.CpuMs);
    }

    private void HashOutputs(TickRecord record)
    {
        _hashes.Add<float>(GraphNode.Perception, record.DirectionHeadRad);
        _hashes.Add<float>(GraphNode.Perception, record.BeamLevelDb);
        _hashes.Add<float>(GraphNode.Features, record.Features);
        if (_senses.Decoder.EegIsCalibrated) _hashes.Add<float>(GraphNode.Features, record.EegNats);
        _hashes.Add<float>(GraphNode.Fusion, record.Posterior);
        _hashes.Add(GraphNode.Decision, record.Attended);
        _hashes.All.CopyTo(record.Hashes);
    }

    public void Dispose()
    {
        _senses.Dispose();
        Audio.Dispose();
    }
}
