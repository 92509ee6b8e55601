using System.Globalization;
using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation;

namespace AttentionEngine.Pipeline;

/// <summary>
/// The graph, top to bottom: microphones → beams; head, positions, beams, camera → talker scene; gaze, head, scene, envelopes, EEG →
/// evidence → posterior → decision → gains; scene and microphones → filters → back to the audio path.
/// Live, replay and offline run this same object: only who feeds it and who calls <see cref="Tick"/> changes.
/// </summary>
public sealed class AttentionPipeline : IDisposable
{
    private readonly ISteeringSchedule _schedule;
    private readonly PerceptionStage _perception;
    private readonly EnvelopeBank _envelopes;
    private readonly AttentionDecoder _decoder;
    private readonly DecisionPolicy _policy;
    private readonly BeamDesigner _designer;
    private readonly TalkerScene _scene;
    private readonly AttentionEstimate _estimate;
    private readonly SteeringCommand _command;
    private readonly NodeHashes _hashes = new();
    private readonly float[] _beams, _microphones, _ears;
    private readonly int _talkers, _maxFrames;
    private EegDecoder? _lateEeg;
    private long _audioSample;

    /// <param name="talkerIds">[K] in the order of every per-talker array.</param>
    /// <param name="eeg">Labels and rate of the EEG stream, or null when there is none.</param>
    /// <param name="schedule">From which sample a pushed filter or gain set counts.</param>
    public AttentionPipeline(Rig rig, IReadOnlyList<string> talkerIds, EegStream? eeg, ISteeringSchedule schedule)
    {
        Rig = rig;
        TalkerIds = talkerIds;
        _schedule = schedule;
        _talkers = talkerIds.Count;
        TickS = rig.Attention.TickMs * 1e-3;
        _maxFrames = (int)rig.Array.SampleRateHz; // twice what GraphInputs lets a tick consume

        Audio = new AudioStage(rig.Array, rig.AudioPath, _talkers);
        Inputs = new GraphInputs(rig, _talkers, eeg?.Labels.Count ?? 0, Audio);
        _perception = new PerceptionStage(rig, talkerIds);
        _envelopes = new EnvelopeBank(rig.Array.SampleRateHz, _talkers, _maxFrames);
        _decoder = new AttentionDecoder(rig.Attention, talkerIds, eeg);
        _policy = new DecisionPolicy(rig.Attention, rig.AudioPath.FloorDb);
        _designer = new BeamDesigner(rig.Array, rig.AudioPath, _talkers);

        _scene = new TalkerScene(_talkers);
        _estimate = new AttentionEstimate(_talkers);
        _command = new SteeringCommand(_talkers);
        _beams = new float[_talkers * _maxFrames];
        _microphones = new float[rig.Array.Count * _maxFrames];
        _ears = new float[AudioStage.Ears * _maxFrames];
    }

    public Rig Rig { get; }
    public IReadOnlyList<string> TalkerIds { get; }
    public double TickS { get; }
    public AudioStage Audio { get; }
    public GraphInputs Inputs { get; }
    public IReadOnlyList<string> FeatureNames { get; } = AttentionDecoder.FeatureNames;
    public DurationHistogram TickCpu { get; } = new();

    /// <summary>Evidence and fusion alone.</summary>
    public DurationHistogram FusionCpu { get; } = new();

    /// <summary>The filters of the last tick, or null before the first design.</summary>
    public BeamformerWeights? LastWeights { get; private set; }
    public TalkerScene Scene => _scene;

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
        var decoder = _decoder.MakeEegDecoder(eeg);
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
            _decoder.Attach(late);
            _lateEeg = null;
        }

        var audio = TakeAudio(consumeUpTo[TickInputs.Slot(StreamRole.Audio)], out int frames, out var clock, out double receiveTimeS);
        var head = new HeadPoseChunk(Inputs.Take(StreamRole.Head, consumeUpTo));
        _perception.AddHead(head);
        _perception.AddTalkerPositions(Inputs.Take(StreamRole.Talkers, consumeUpTo));
        if (frames > 0) _perception.AddBeams(_beams.AsSpan(0, _talkers * frames));
        while (Inputs.Frames is { } pictures && pictures.TryPeek(consumeUpTo[TickInputs.Slot(StreamRole.EgoCamera)], out var picture))
        {
            _perception.AddFrame(picture);
            _decoder.AddFrame(picture.CaptureTime);
            pictures.Release();
        }
        _perception.Update(time, _scene);

        var gaze = new GazeChunk(Inputs.Take(StreamRole.Gaze, consumeUpTo));
        _decoder.AddHead(head);
        _decoder.AddGaze(gaze);
        _decoder.AddEeg(new EegChunk(Inputs.Take(StreamRole.Eeg, consumeUpTo)));
        if (frames > 0) _decoder.AddEnvelope(_envelopes.Process(audio, clock, receiveTimeS));
        double fusionStartMs = ThreadCpuClock.NowMs();
        _decoder.Tick(tick, time, _scene, _estimate);
        FusionCpu.Add(ThreadCpuClock.NowMs() - fusionStartMs);

        var attended = _policy.Decide(_estimate);
        _policy.Steer(_estimate, attended, _command);
        Audio.Push(_command, _schedule.EffectiveSample(SteeringKind.Gains, tick + 1, _audioSample));

        if (frames > 0) _designer.Observe(_microphones.AsSpan(0, Rig.Array.Count * frames), _scene);
        if (_designer.Design(_scene) is { } weights)
        {
            LastWeights = weights;
            _hashes.Add<float>(GraphNode.Beams, weights.Filters.AsSpan(0, weights.Talkers * weights.Ears * weights.Microphones * weights.Taps));
            Audio.Push(weights, _schedule.EffectiveSample(SteeringKind.Weights, weights.Id, _audioSample));
        }

        consumeUpTo.CopyTo(record.Consumed);
        Fill(record, gaze, attended);
        record.CpuMs = ThreadCpuClock.NowMs() - startMs;
        TickCpu.Add(record.CpuMs);
    }

    /// <summary>Beams and microphones of this tick into the scratch arrays, planar.</summary>
    private AudioBlock TakeAudio(long blocksUpTo, out int frames, out SampleClock clock, out double receiveTimeS)
    {
        var blocks = Audio.Blocks.Take(blocksUpTo);
        receiveTimeS = blocks.ReceiveTimeS;
        frames = blocks.Frames * Audio.BlockFrames;
        if (frames == 0) { clock = default; return new AudioBlock([], _talkers, _audioSample, default); }
        if (frames > _maxFrames) throw new InvalidOperationException($"{frames} audio frames in one tick, at most {_maxFrames} expected: the runner must not let ticks fall behind.");
        if (!Audio.Beams.TryCopy(_audioSample, frames, _beams.AsSpan(0, _talkers * frames))
            || !Audio.Microphones.TryCopy(_audioSample, frames, _microphones.AsSpan(0, Rig.Array.Count * frames))
            || !Audio.Output.TryCopy(_audioSample, frames, _ears.AsSpan(0, AudioStage.Ears * frames)))
            throw new InvalidOperationException($"Audio sample {_audioSample} was overwritten before its tick ran.");
        _hashes.Add<float>(GraphNode.Audio, _ears.AsSpan(0, AudioStage.Ears * frames));
        long first = _audioSample;
        _audioSample += frames;
        var lastTime = StreamTime.FromSeconds(blocks.TimesS[^1]);
        clock = new SampleClock(_audioSample - 1, lastTime, Rig.Array.SampleRateHz, double.NaN);
        return new AudioBlock(_beams.AsSpan(0, _talkers * frames), _talkers, first, clock.TimeOf(first));
    }

    private void Fill(TickRecord record, GazeChunk gaze, AttendedTalker attended)
    {
        _estimate.Posterior.CopyTo(record.Posterior, 0);
        _estimate.LogPrior.CopyTo(record.LogPrior, 0);
        _estimate.EvidenceNats.CopyTo(record.EvidenceNats, 0);
        _decoder.Features.CopyTo(record.Features);
        _decoder.Availability.CopyTo(record.Available);
        record.Attended = attended.Talker;
        record.Confidence = attended.Confidence;
        for (int k = 0; k < _talkers; k++)
        {
            var talker = _scene.Talkers[k];
            record.DirectionHeadRad[2 * k] = (float)talker.DirectionHead.AzimuthRad;
            record.DirectionHeadRad[2 * k + 1] = (float)talker.DirectionHead.ElevationRad;
            record.BeamLevelDb[k] = talker.BeamLevelDb;
        }
        record.HeadYawRad = _scene.HeadValid ? (float)_scene.RoomFromHead.RoomFromFrame.Apply(Vector3D.Front).AzimuthRad : float.NaN;
        record.GazeRoomRad[0] = record.GazeRoomRad[1] = float.NaN;
        for (int i = gaze.Samples.Frames - 1; i >= 0; i--)
        {
            var g = gaze.Samples.Frame(i);
            if (float.IsNaN(g[0])) continue;
            var room = _scene.RoomFromHead.RoomFromFrame.Apply(new Vector3D(g[0], g[1], g[2]));
            record.GazeRoomRad[0] = (float)room.AzimuthRad;
            record.GazeRoomRad[1] = (float)room.ElevationRad;
            break;
        }

        _hashes.Add<float>(GraphNode.Perception, record.DirectionHeadRad);
        _hashes.Add<float>(GraphNode.Perception, record.BeamLevelDb);
        _hashes.Add<float>(GraphNode.Features, record.Features);
        _hashes.Add<float>(GraphNode.Fusion, record.Posterior);
        _hashes.Add(GraphNode.Decision, record.Attended);
        _hashes.All.CopyTo(record.Hashes);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        Audio.Dispose();
    }
}
