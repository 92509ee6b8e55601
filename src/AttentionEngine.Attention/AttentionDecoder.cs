using AttentionEngine.Attention.Eeg;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Attention;

/// <summary>
/// From the senses to the belief about who is attended. Feed what has come since the last tick, then call <see cref="Tick"/>; a sense
/// without new data within its stale time is unavailable and gives exactly 0 nats. The same calls give the same numbers, however
/// the data are cut into chunks. Runs on one Stream thread; nothing is allocated after construction; reads no clock.
/// </summary>
public sealed class AttentionDecoder : IDisposable
{
    private const double LeastEegQuality = 0.25, LatestEegS = 3, SurelyAttended = 0.9;

    private readonly FusionNetwork _network;
    private readonly FusionFilter _filter;
    private readonly AttentionSettings _settings;
    private EegDecoder? _eeg;
    private readonly StaleTimes _stale;
    private readonly HeadPoseRing _head = new();
    private readonly GazeFeatures _gaze;
    private readonly HeadFeatures _headFeatures;
    private readonly VisionFeatures _vision;
    private readonly BeamFeatures _beams;
    private readonly float[] _eegNats, _features, _available = new float[Modalities.Count], _newestEnvelope;
    private readonly int _talkers;
    private readonly double _tickS;
    private double _lastTickS = double.NaN, _newestFrameS = double.NegativeInfinity, _newestEnvelopeS = double.NegativeInfinity;

    /// <param name="talkerIds">K ids in scene order, 1 to 8.</param>
    /// <param name="eeg">The EEG stream, or null when the rig has none (or it is missing).</param>
    /// <exception cref="InputDataException">A model is missing, corrupt or does not fit.</exception>
    /// <exception cref="ConfigurationException">The EEG stream lacks channels that the decoder needs.</exception>
    public AttentionDecoder(AttentionSettings settings, IReadOnlyList<string> talkerIds, EegStream? eeg = null, StaleTimes? stale = null)
    {
        _settings = settings;
        _talkers = talkerIds.Count;
        _tickS = settings.TickMs * 1e-3;
        _stale = stale ?? new StaleTimes();
        if (eeg is not null) _eeg = MakeEegDecoder(eeg);
        (_gaze, _headFeatures, _vision, _beams) = (new(_talkers), new(_talkers), new(_talkers), new(_talkers));
        _features = new float[_talkers * FeatureLayout.Count];
        _newestEnvelope = new float[_talkers];
        _eegNats = new float[_talkers];
        _network = new FusionNetwork(settings.FusionModel);
        try { _filter = _network.CreateFilter(_talkers); }
        catch { _network.Dispose(); throw; }
    }

    /// <summary>A decoder for EEG that comes after the start: made on any thread, taken in by <see cref="Attach"/> on the tick's.</summary>
    /// <exception cref="InputDataException">The model is missing or corrupt.</exception>
    /// <exception cref="ConfigurationException">The stream lacks channels that the decoder needs.</exception>
    public EegDecoder MakeEegDecoder(EegStream eeg)
    {
        string file = _settings.EegDecoder ?? throw new ConfigurationException("The rig has an EEG stream but attention.eeg_decoder names no decoder; give one, for example models/eeg-decoder-sim/decoder.yaml.");
        return new EegDecoder(TemporalResponseFunction.Read(file), _talkers, eeg.Labels, eeg.RateHz);
    }

    /// <summary>From here on EEG is decoded; there was none before.</summary>
    public void Attach(EegDecoder eeg) => _eeg = _eeg is null ? eeg : throw new InvalidOperationException("EEG is decoded already.");

    /// <summary>The model in use, so that baselines on the same features can make filters of their own.</summary>
    public FusionNetwork Network => _network;

    /// <summary>[K × F] features of the last tick, row k = talker k in scene order.</summary>
    public ReadOnlySpan<float> Features => _features;

    /// <summary>[modalities] 1 where the sense gave evidence in the last tick, else 0.</summary>
    public ReadOnlySpan<float> Availability => _available;
    public static IReadOnlyList<string> FeatureNames => FeatureLayout.Names;

    /// <summary>Newest gaze direction in ROOM, unit vector; null while the eye has not been seen within the stale time.</summary>
    public Vector3D? GazeRoom => _available[(int)Modality.Gaze] > 0 ? _gaze.GazeRoom : null;

    /// <summary>Share of good EEG over the last 2 s, in [0, 1]; 0 without EEG.</summary>
    public double EegQuality => _eeg?.Quality ?? 0;

    /// <summary>Whether the EEG decoder in use says what its evidence is worth.</summary>
    public bool EegIsCalibrated => _eeg?.IsCalibrated ?? false;

    /// <summary>[K] nats of the last tick by the EEG decoder's own calibration, beside what the fusion network makes of its features; 0 without EEG or calibration.</summary>
    public ReadOnlySpan<float> EegNats => _eegNats;

    /// <summary>Gaze samples lost because more than 4096 came in one tick.</summary>
    public long DroppedGaze => _gaze.Dropped;

    /// <summary>Features that were not finite and were set to 0: a fault of a source, to be reported.</summary>
    public long NonFiniteFeatures { get; private set; }

    public void AddGaze(GazeChunk chunk) => _gaze.Add(chunk);

    public void AddHead(HeadPoseChunk chunk) => _head.Add(chunk);

    /// <summary>Ignored without an EEG decoder.</summary>
    public void AddEeg(EegChunk chunk) => _eeg?.AddEeg(chunk);

    /// <param name="envelope">[frames × K] of the talkers' beams, in scene order.</param>
    public void AddEnvelope(SpeechEnvelope envelope)
    {
        var samples = envelope.Samples;
        if (samples.Channels != _talkers) throw new ArgumentException($"{samples.Channels} envelopes given, {_talkers} talkers expected.", nameof(envelope));
        if (samples.Frames == 0) return;
        _newestEnvelopeS = samples.TimesS[^1];
        samples.Frame(samples.Frames - 1).CopyTo(_newestEnvelope);
        _eeg?.AddEnvelope(envelope);
    }

    /// <summary>Says that a camera picture has gone into the scene.</summary>
    public void AddFrame(StreamTime captureTime) => _newestFrameS = Math.Max(_newestFrameS, captureTime.Seconds);

    /// <summary>Features, evidence and belief at a tick.</summary>
    /// <param name="scene">K talkers in the order of the ids.</param>
    /// <param name="estimate">Filled in; capacity ≥ K.</param>
    public void Tick(long tick, StreamTime time, TalkerScene scene, AttentionEstimate estimate)
    {
        if (scene.Count != _talkers) throw new ArgumentException($"The scene has {scene.Count} talkers, {_talkers} expected.", nameof(scene));
        double timeS = time.Seconds, dtS = double.IsNaN(_lastTickS) ? _tickS : Math.Max(1e-3, timeS - _lastTickS);
        _lastTickS = timeS;
        Array.Clear(_features);
        _gaze.Tick(timeS, scene, _head, _features);
        bool head = scene.HeadValid && timeS - _head.NewestS <= _stale.HeadS;
        bool vision = timeS - _newestFrameS <= _stale.VisionS, beams = timeS - _newestEnvelopeS <= _stale.BeamsS;
        bool eeg = _eeg is not null && timeS - _eeg.NewestS <= _stale.EegS && _eeg.Quality >= LeastEegQuality
            && timeS - _eeg.ComparedTo / SpeechEnvelope.GridRateHz <= LatestEegS;
        _headFeatures.Tick(dtS, scene, head, _features);
        _vision.Tick(dtS, scene, _newestEnvelope, vision, _features);
        _beams.Tick(dtS, scene, beams, _features);
        _eeg?.Tick(dtS * SpeechEnvelope.GridRateHz, _features);
        _eeg?.TakeEvidence(_eegNats);
        if (!eeg) Array.Clear(_eegNats);
        Set(Modality.Gaze, timeS - _gaze.NewestValidS <= _stale.GazeS);
        Set(Modality.Head, head);
        Set(Modality.Vision, vision);
        Set(Modality.Beams, beams);
        Set(Modality.Eeg, eeg);
        for (int i = 0; i < _features.Length; i++)
            if (!float.IsFinite(_features[i])) { _features[i] = 0; NonFiniteFeatures++; }
        estimate.Time = time;
        estimate.Tick = tick;
        _filter.Step(_features, _available, dtS, estimate);
    }

    /// <summary>Gaze, turns and all senses together teach an EEG decoder that adapts: it learns from the talker who is surely attended.</summary>
    public void Learn(AttentionEstimate estimate)
    {
        int surely = -1;
        for (int k = 0; k < _talkers; k++)
            if (estimate.Posterior[k] >= SurelyAttended) surely = k;
        _eeg?.Teach(surely);
    }

    public void Dispose()
    {
        _filter.Dispose();
        _network.Dispose();
    }

    /// <summary>An unavailable sense has features of 0, so that recordings show none either.</summary>
    private void Set(Modality modality, bool available)
    {
        _available[(int)modality] = available ? 1 : 0;
        if (available) return;
        var (start, count) = FeatureLayout.Of(modality);
        for (int k = 0; k < _talkers; k++) _features.AsSpan(k * FeatureLayout.Count + start, count).Clear();
    }
}
