using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Separation;

/// <summary>
/// The live audio path over sound in memory, tick by tick: the path plays a tick with the filters designed from the ticks before it, then
/// the designer sees that tick. Same designer, same native code as live.
/// </summary>
public sealed class OfflineSeparation : IDisposable
{
    private readonly BeamDesigner _designer;
    private readonly bool _ideal;
    private readonly SteeringCommand _command;
    private readonly float _floor;
    private readonly int _tickFrames, _talkers;
    private readonly MicrophoneArray _array;
    private readonly AudioPathSettings _settings;

    /// <param name="tickMs">Time between designs.</param>
    /// <param name="idealImages">See <see cref="BeamDesigner"/>.</param>
    public OfflineSeparation(MicrophoneArray array, AudioPathSettings settings, int talkers, double tickMs = 40, float[]? idealImages = null)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        (_array, _settings, _talkers) = (array, settings, talkers);
        Path = new AudioPath(array, settings, talkers);
        _designer = new BeamDesigner(array, settings, talkers, idealImages);
        _ideal = idealImages is not null;
        Microphones = new MicrophoneWatch(array.Count, array.SampleRateHz);
        _command = new SteeringCommand(talkers);
        _floor = (float)Math.Pow(10, settings.FloorDb / 20); // 0 for no floor
        _tickFrames = _designer.HopFrames > 0 ? _designer.HopFrames : Math.Max(1, (int)Math.Round(tickMs * array.SampleRateHz / 1000));
    }

    public AudioPath Path { get; }

    /// <summary>Dead and clipping microphones; the filters are designed without the dead ones (not with ideal masks, which know the whole array only).</summary>
    public MicrophoneWatch Microphones { get; }

    /// <summary>Runs over a whole signal.</summary>
    /// <param name="input">[M × frames].</param>
    /// <param name="output">[2 × frames].</param>
    /// <param name="sceneAt">The scene and the attended talker (−1: none) for the tick that starts at a sample.</param>
    /// <param name="observer">Sees the blocks of the audio device go by, for timing; or null.</param>
    /// <param name="shadows">Other signals, [M × frames] → [2 × frames], that pass through the very filters and gains that are designed on
    /// <paramref name="input"/>: with the parts of a mixture, what becomes of each part.</param>
    public void Run(ReadOnlySpan<float> input, Span<float> output, Func<long, (TalkerScene Scene, int Attended)> sceneAt, IBlockObserver? observer = null, params ReadOnlySpan<(float[] Input, float[] Output)> shadows)
    {
        ArgumentNullException.ThrowIfNull(sceneAt);
        var paths = new AudioPath[shadows.Length + 1];
        paths[0] = Path;
        try
        {
            for (int i = 1; i < paths.Length; i++) paths[i] = new AudioPath(_array, _settings, _talkers);
            Run(input, output, sceneAt, observer, shadows, paths);
        }
        finally
        {
            foreach (var path in paths.Skip(1)) path?.Dispose();
        }
    }

    private void Run(ReadOnlySpan<float> input, Span<float> output, Func<long, (TalkerScene Scene, int Attended)> sceneAt, IBlockObserver? observer, ReadOnlySpan<(float[] Input, float[] Output)> shadows, AudioPath[] paths)
    {
        int mics = Path.Microphones, frames = output.Length / 2, block = Path.BlockFrames;
        float[] tick = new float[mics * _tickFrames], x = new float[mics * block], y = new float[2 * block];
        for (int at = 0; at < frames; at += _tickFrames)
        {
            int length = Math.Min(_tickFrames, frames - at);
            var (scene, attended) = sceneAt(at);
            if (at == 0) Design(scene, paths);
            _command.Tick = at / _tickFrames;
            _command.Attend(attended, scene.Count, _floor);
            foreach (var path in paths) path.PushGains(_command, at);
            for (int offset = 0; offset < length; offset += block)
            {
                int n = Math.Min(block, length - offset);
                observer?.BeforeBlock();
                Block(Path, input, output);
                observer?.AfterBlock(n);
                for (int i = 0; i < shadows.Length; i++) Block(paths[i + 1], shadows[i].Input, shadows[i].Output);

                void Block(AudioPath path, ReadOnlySpan<float> from, Span<float> to)
                {
                    for (int m = 0; m < mics; m++) from.Slice(m * frames + at + offset, n).CopyTo(x.AsSpan(m * n));
                    path.Process(x.AsSpan(0, mics * n), y.AsSpan(0, 2 * n), []);
                    for (int e = 0; e < 2; e++) y.AsSpan(e * n, n).CopyTo(to[(e * frames + at + offset)..]);
                }
            }
            foreach (var path in paths) while (path.TryReadTaken(out _, out _, out _)) { }
            for (int m = 0; m < mics; m++) input.Slice(m * frames + at, length).CopyTo(tick.AsSpan(m * length));
            if (Microphones.Observe(tick.AsSpan(0, mics * length)) && !_ideal)
            {
                _designer.SetActive(Microphones.Active);
                Path.SetReferences(_designer.LeftReference, _designer.RightReference);
            }
            _designer.Observe(tick.AsSpan(0, mics * length), scene);
            Design(scene, paths);
        }
    }

    public void Dispose()
    {
        _designer.Dispose();
        Path.Dispose();
    }

    private void Design(TalkerScene scene, AudioPath[] paths)
    {
        if (_designer.Design(scene) is not { } weights) return;
        foreach (var path in paths) path.PushWeights(weights, -1);
    }
}

/// <summary>Sees the blocks of the audio path go by.</summary>
public interface IBlockObserver
{
    void BeforeBlock();

    /// <param name="frames">Frames of the block.</param>
    void AfterBlock(int frames);
}
