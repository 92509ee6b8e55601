using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Design;

namespace AttentionEngine.Separation;

/// <summary>
/// Designs the filters of every talker's beam, on a Stream thread: once per tick <see cref="Observe"/>, then <see cref="Design"/>.
/// Backends: <c>pass</c> (none), <c>delay-and-sum</c>, <c>superdirective</c>, <c>mvdr</c> and <c>lcmv</c> (directions and head model only),
/// <c>mwf</c> (multichannel Wiener filter on covariances measured through masks). No allocation in steady state.
/// </summary>
public sealed class BeamDesigner
{
    private const int PoolSize = 4;
    private readonly BeamBackend? _backend;
    private readonly BeamformerWeights[] _pool;
    private readonly int _maxTalkers;
    private long _lastId;

    /// <param name="array">Geometry, head model and rate.</param>
    /// <param name="settings">Backend, length and delay of the filters.</param>
    /// <param name="maxTalkers">Most talkers of a scene.</param>
    public BeamDesigner(MicrophoneArray array, AudioPathSettings settings, int maxTalkers)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTalkers);
        _maxTalkers = maxTalkers;
        var layout = FilterLayout.Of(array, settings);
        _backend = settings.Backend switch
        {
            "pass" => null,
            "delay-and-sum" => new ModelBackend(ModelKind.DelayAndSum, array, layout, maxTalkers),
            "superdirective" => new ModelBackend(ModelKind.Superdirective, array, layout, maxTalkers),
            "mvdr" => new ModelBackend(ModelKind.Mvdr, array, layout, maxTalkers),
            "lcmv" => new ModelBackend(ModelKind.Lcmv, array, layout, maxTalkers),
            "mwf" => new WienerBackend(array, layout, maxTalkers),
            _ => throw new ConfigurationException($"the audio path's backend is `{settings.Backend}`, expected one of {string.Join(", ", Backends)}"),
        };
        _pool = [.. Enumerable.Range(0, PoolSize).Select(_ => new BeamformerWeights(0, 2, array.Count, layout.Taps, new float[maxTalkers * 2 * array.Count * layout.Taps])
        {
            LeftShares = new float[maxTalkers],
        })];
    }

    /// <summary>Names of the backends.</summary>
    public static IReadOnlyList<string> Backends { get; } = ["pass", "delay-and-sum", "superdirective", "mvdr", "lcmv", "mwf"];

    /// <summary>Sees the sound of this tick (only <c>mwf</c> measures).</summary>
    /// <param name="input">[M × frames] planar, any number of frames.</param>
    /// <param name="scene">Directions at the end of the tick.</param>
    public void Observe(ReadOnlySpan<float> input, TalkerScene scene) => _backend?.Observe(input, scene);

    /// <summary>A new set, or null when the one in use still fits. Valid until the fourth next set.</summary>
    public BeamformerWeights? Design(TalkerScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        if (scene.Count > _maxTalkers) throw new ArgumentException($"the scene has {scene.Count} talkers, the designer was made for {_maxTalkers}", nameof(scene));
        if (_backend is null || scene.Count == 0) return null;
        var weights = _pool[(_lastId + 1) % PoolSize];
        if (!_backend.TryDesign(scene, weights)) return null;
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

    /// <summary>Forgets the sound seen; ids go on counting.</summary>
    public void Reset() => _backend?.Reset();
}
