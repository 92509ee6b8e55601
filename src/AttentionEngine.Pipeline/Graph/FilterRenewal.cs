using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// Renews the filters where the sound is, at fixed samples: whenever a hop of sound is complete (8 ms for <c>mask-mwf</c>, a tick for the
/// others), the designer sees it and its new set counts from the next block. The tick sends only where the talkers are. What the
/// filters are is thus decided by the sound and by the samples at which scenes were taken, which the journal keeps: a replay gives the same.
/// </summary>
public sealed class FilterRenewal : IDisposable
{
    private const int Slots = 256; // ten seconds of ticks
    private readonly BeamDesigner _designer;
    private readonly AudioPath _path;
    private readonly TalkerScene _scene;
    private readonly Vector3D[] _directions;             // [slots × K]
    private readonly SpscRing<Message> _messages = new(Slots - 2); // one more slot is held back, one is being written
    private readonly int _hop, _talkers;
    private long _sent, _sinceDesign;
    private Message _next;
    private bool _holdsNext;

    private readonly record struct Message(long Id, long Sample, int Count, int Slot);

    public FilterRenewal(MicrophoneArray array, AudioPathSettings settings, int talkers, double tickS, AudioPath path)
    {
        _path = path;
        _talkers = talkers;
        _designer = new BeamDesigner(array, settings, talkers);
        _hop = _designer.HopFrames > 0 ? _designer.HopFrames : Math.Max(1, (int)Math.Round(tickS * array.SampleRateHz));
        _scene = new TalkerScene(talkers);
        _directions = new Vector3D[Slots * talkers];
    }

    /// <summary>A second path that gets every set, as soon as it polls: the one inside an audio device. From any thread.</summary>
    public AudioPath? Played { get => Volatile.Read(ref _played); set => Volatile.Write(ref _played, value); }
    private AudioPath? _played;

    /// <summary>The set designed last, or null; for the report, when the sound has ended.</summary>
    public BeamformerWeights? Last { get; private set; }

    /// <summary>CPU time of a renewal.</summary>
    public DurationHistogram Cpu { get; } = new();

    /// <summary>Tick thread: where the talkers are, from <paramref name="sample"/> on (see <see cref="ISteeringSchedule"/>).</summary>
    /// <param name="id">Tick + 1.</param>
    public void Push(TalkerScene scene, long id, long sample)
    {
        if (sample == ISteeringSchedule.Never) return;
        int slot = (int)(_sent % Slots);
        for (int k = 0; k < scene.Count; k++) _directions[slot * _talkers + k] = scene.Talkers[k].DirectionHead;
        if (_messages.TryAdd(new Message(id, sample, scene.Count, slot))) _sent++; // a full ring: the audio thread stands still, and so may the filters
    }

    /// <summary>Audio thread: after a block.</summary>
    /// <param name="input">[M × frames] planar.</param>
    /// <param name="endSample">Samples processed so far.</param>
    /// <param name="takes">Told which scene is in use from here on.</param>
    public void After(ReadOnlySpan<float> input, int frames, long endSample, SpscRing<SteeringTake> takes)
    {
        _sinceDesign += frames;
        bool due = _sinceDesign >= _hop;
        double startMs = due ? ThreadCpuClock.NowMs() : 0;
        if (due) TakeScene(endSample, takes);
        _designer.Observe(input, _scene);
        if (!due) return;
        _sinceDesign = 0;
        if (_designer.Design(_scene) is not { } weights) return;
        Last = weights;
        _path.PushWeights(weights, ISteeringSchedule.Now); // a fade that still runs is taken over by the new one
        Cpu.Add(ThreadCpuClock.NowMs() - startMs);
    }

    /// <summary>Talkers in use. Audio thread.</summary>
    public TalkerScene Scene => _scene;

    /// <summary>Audio thread: the next set is designed without the dead microphones (see <see cref="BeamDesigner.SetActive"/>), and the ears hear living ones.</summary>
    public void SetActive(ReadOnlySpan<bool> active)
    {
        _designer.SetActive(active);
        _path.SetReferences(_designer.LeftReference, _designer.RightReference);
        Played?.SetReferences(_designer.LeftReference, _designer.RightReference);
        _sinceDesign = _hop; // at the end of this block
    }

    public void Dispose() => _designer.Dispose();

    // The newest scene whose sample has come.
    private void TakeScene(long sample, SpscRing<SteeringTake> takes)
    {
        long taken = 0;
        while (_holdsNext || _messages.TryTake(out _next))
        {
            _holdsNext = _next.Sample > sample;
            if (_holdsNext) break;
            _scene.Count = _next.Count;
            for (int k = 0; k < _next.Count; k++) _scene.Talkers[k].DirectionHead = _directions[_next.Slot * _talkers + k];
            taken = _next.Id;
        }
        if (taken > 0) takes.TryAdd(new SteeringTake(SteeringKind.Scene, taken, sample));
    }
}
