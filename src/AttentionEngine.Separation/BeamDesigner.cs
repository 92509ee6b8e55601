using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Design;
using AttentionEngine.Separation.Design.Masks;

namespace AttentionEngine.Separation;

/// <summary>
/// Designs the filters of every talker's beam, on a Stream thread: once per tick <see cref="Observe"/>, then <see cref="Design"/>.
/// Backends: <c>pass</c> (none), <c>delay-and-sum</c>, <c>superdirective</c>, <c>mvdr</c> and <c>lcmv</c> (directions and head model only),
/// <c>mwf</c> (multichannel Wiener filter on covariances measured through masks), <c>mask-mwf</c> (the same through a mask network, renewed
/// every 8 ms: call both every <see cref="HopFrames"/>). No allocation in steady state.
/// </summary>
public sealed class BeamDesigner : IDisposable
{
    private const int PoolSize = 4;
    private const double MaskRateHz = 16000;
    private readonly MicrophoneArray _array;
    private readonly AudioPathSettings _settings;
    private readonly FilterLayout _layout;
    private readonly bool _ideal;
    private readonly IMaskSource? _masks;      // of mask-mwf; outlives the backend, so that a microphone that dies loads no network
    private BeamBackend? _backend;
    private MicrophoneSelection? _selection;   // null: all microphones
    private BeamformerWeights? _reduced;       // of the selection
    private readonly BeamformerWeights[] _pool;
    private readonly int _maxTalkers;
    private long _lastId;

    /// <param name="array">Geometry, head model and rate.</param>
    /// <param name="settings">Backend, length and delay of the filters.</param>
    /// <param name="maxTalkers">Most talkers of a scene.</param>
    /// <param name="idealImages">[K + 1 × M × n] of each talker, then of everything else: <c>mask-mwf</c> takes its masks from them (benchmarks); or null.</param>
    public BeamDesigner(MicrophoneArray array, AudioPathSettings settings, int maxTalkers, float[]? idealImages = null)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTalkers);
        _maxTalkers = maxTalkers;
        (_array, _settings, _ideal) = (array, settings, idealImages is not null);
        var layout = _layout = FilterLayout.Of(array, settings);
        _masks = settings.Backend == "mask-mwf" ? Masks(array, settings, layout, maxTalkers, idealImages) : null;
        _backend = Create(array);
        _pool = [.. Enumerable.Range(0, PoolSize).Select(_ => new BeamformerWeights(0, 2, array.Count, layout.Taps, new float[maxTalkers * 2 * array.Count * layout.Taps])
        {
            LeftShares = new float[maxTalkers],
        })];
    }

    /// <summary>Names of the backends.</summary>
    public static IReadOnlyList<string> Backends { get; } = ["pass", "delay-and-sum", "superdirective", "mvdr", "lcmv", "mwf", "mask-mwf"];

    /// <summary>Frames between designs that the backend is made for; 0: once a tick.</summary>
    public int HopFrames => _backend?.HopFrames ?? 0;

    /// <summary>Sees the sound of this tick (only <c>mwf</c> measures).</summary>
    /// <param name="input">[M × frames] planar, any number of frames.</param>
    /// <param name="scene">Directions at the end of the tick.</param>
    public void Observe(ReadOnlySpan<float> input, TalkerScene scene) => _backend?.Observe(_selection is null ? input : _selection.Keep(input), scene);

    /// <summary>Designs without dead microphones from now on: their filters are zero, and an ear whose own microphone is dead gets the nearest living one. What was
    /// learned of the sound is forgotten. Allocates: for the moment at which a microphone dies or comes back.</summary>
    /// <param name="active">[M]; at least one is true.</param>
    public void SetActive(ReadOnlySpan<bool> active)
    {
        if (_ideal) throw new InvalidOperationException("ideal masks are those of the whole array: it cannot be made smaller");
        _selection = active.Contains(false) ? new MicrophoneSelection(_array, active) : null;
        var array = _selection?.Array ?? _array;
        _backend = Create(array);
        _reduced = _selection is null ? null : new BeamformerWeights(0, 2, array.Count, _layout.Taps, new float[_maxTalkers * 2 * array.Count * _layout.Taps]);
    }

    /// <summary>Microphone that stands for the left ear; the rig's unless that one is dead.</summary>
    public int LeftReference => _selection?.LeftReference ?? _array.LeftReference;

    public int RightReference => _selection?.RightReference ?? _array.RightReference;

    /// <summary>A new set, or null when the one in use still fits. Valid until the fourth next set.</summary>
    public BeamformerWeights? Design(TalkerScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        if (scene.Count > _maxTalkers) throw new ArgumentException($"the scene has {scene.Count} talkers, the designer was made for {_maxTalkers}", nameof(scene));
        if (_backend is null || scene.Count == 0) return null;
        var weights = _pool[(_lastId + 1) % PoolSize];
        if (!_backend.TryDesign(scene, _reduced ?? weights)) return null;
        _selection?.Expand(_reduced!, scene.Count, weights);
        weights.Id = ++_lastId;
        weights.Talkers = scene.Count;
        for (int k = 0; k < scene.Count; k++)
        {
            // The mono beam comes from the ear on the talker's side, blended in front, where both are in step.
            double y = scene.Talkers[k].DirectionHead.Y;
            weights.LeftShares![k] = (float)(0.5 + 0.5 * Math.Clamp(y / 0.35, -1, 1));
        }
        return weights;
    }

    private BeamBackend? Create(MicrophoneArray array) => _settings.Backend switch
    {
        "pass" => null,
        "delay-and-sum" => new ModelBackend(ModelKind.DelayAndSum, array, _layout, _maxTalkers),
        "superdirective" => new ModelBackend(ModelKind.Superdirective, array, _layout, _maxTalkers),
        "mvdr" => new ModelBackend(ModelKind.Mvdr, array, _layout, _maxTalkers),
        "lcmv" => new ModelBackend(ModelKind.Lcmv, array, _layout, _maxTalkers),
        "mwf" => new WienerBackend(array, _layout, _maxTalkers),
        "mask-mwf" => new MaskedWienerBackend(array, _layout, _maxTalkers, _masks!),
        _ => throw new ConfigurationException($"the audio path's backend is `{_settings.Backend}`, expected one of {string.Join(", ", Backends)}"),
    };

    private static IMaskSource Masks(MicrophoneArray array, AudioPathSettings settings, FilterLayout layout, int maxTalkers, float[]? idealImages)
    {
        if (array.SampleRateHz != MaskRateHz)
            throw new ConfigurationException(FormattableString.Invariant($"the backend `mask-mwf` works at {MaskRateHz} Hz, the rate its network was trained at; the array has {array.SampleRateHz} Hz. Use `mwf`, or an array at {MaskRateHz} Hz."));
        if (2 * layout.Taps > MaskFeatures.FftSize)
            throw new ConfigurationException(FormattableString.Invariant($"the backend `mask-mwf` makes filters of up to {MaskFeatures.FftSize / 2 / array.SampleRateHz * 1000} ms; taps_ms is {settings.TapsMs}."));
        if (idealImages is null && settings.MaskModel is null) throw new ConfigurationException("the backend `mask-mwf` needs the audio path's `mask_model`: the folder of a mask network, for example models/masks.");
        return idealImages is null ? new NetworkMasks(settings.MaskModel!, MaskFeatures.FftSize / 2 + 1, maxTalkers) : new IdealMasks(idealImages, maxTalkers, array.Count);
    }

    public void Dispose() => (_masks as IDisposable)?.Dispose();

    /// <summary>Forgets the sound seen; ids go on counting.</summary>
    public void Reset() => _backend?.Reset();
}
