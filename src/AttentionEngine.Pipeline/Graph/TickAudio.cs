using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>The sound of one tick, copied out of the audio stage's histories. Tick thread only; no allocation after construction.</summary>
public sealed class TickAudio
{
    private readonly AudioStage _stage;
    private readonly SampleClockFitter _fitter;
    private readonly double[] _fittedS;
    private readonly float[] _beams, _microphones, _ears;
    private readonly int _talkers, _channels, _maxFrames;

    /// <param name="channels">Microphones.</param>
    /// <param name="maxFrames">The most that one tick may consume.</param>
    public TickAudio(AudioStage stage, double rateHz, int talkers, int channels, int maxFrames)
    {
        (_stage, _talkers, _channels, _maxFrames) = (stage, talkers, channels, maxFrames);
        _fitter = new SampleClockFitter(rateHz / stage.BlockFrames);
        _fittedS = new double[maxFrames / stage.BlockFrames + 1];
        _beams = new float[talkers * maxFrames];
        _microphones = new float[channels * maxFrames];
        _ears = new float[AudioStage.Ears * maxFrames];
    }

    /// <summary>Samples consumed since the start.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples of this tick; may be 0.</summary>
    public int Frames { get; private set; }

    /// <summary>Each talker's beam before attention gains, planar [K × frames].</summary>
    public AudioBlock Beams => new(_beams.AsSpan(0, _talkers * Frames), _talkers, Samples - Frames, Frames > 0 ? Clock.TimeOf(Samples - Frames) : default);

    /// <summary>What the array heard, planar [M × frames].</summary>
    public ReadOnlySpan<float> Microphones => _microphones.AsSpan(0, _channels * Frames);

    /// <summary>What went to the ears, planar [2 × frames].</summary>
    public ReadOnlySpan<float> Ears => _ears.AsSpan(0, AudioStage.Ears * Frames);

    /// <summary>
    /// Sample index to time, by the fit of the array's own clock through the stamps (rate in samples a second of LSL time); of no use before
    /// the first sample. Lost sound has been filled, so the index counts it.
    /// </summary>
    public SampleClock Clock { get; private set; }

    /// <summary>When the newest sample reached this machine, LSL seconds.</summary>
    public double ReceiveTimeS { get; private set; }

    /// <summary>Takes the blocks before <paramref name="blocksUpTo"/> (cumulative).</summary>
    public void Take(long blocksUpTo)
    {
        var blocks = _stage.Blocks.Take(blocksUpTo);
        ReceiveTimeS = blocks.ReceiveTimeS;
        Frames = blocks.Frames * _stage.BlockFrames;
        if (Frames == 0) return;
        if (Frames > _maxFrames) throw new InvalidOperationException($"{Frames} audio frames in one tick, at most {_maxFrames} expected: the runner must not let ticks fall behind.");
        if (!_stage.Beams.TryCopy(Samples, Frames, _beams.AsSpan(0, _talkers * Frames))
            || !_stage.Microphones.TryCopy(Samples, Frames, _microphones.AsSpan(0, _channels * Frames))
            || !_stage.Output.TryCopy(Samples, Frames, _ears.AsSpan(0, AudioStage.Ears * Frames)))
            throw new InvalidOperationException($"Audio sample {Samples} was overwritten before its tick ran.");
        Samples += Frames;
        _fitter.Add(blocks.TimesS, _fittedS.AsSpan(0, blocks.Frames));
        var fit = _fitter.Clock;
        Clock = new SampleClock(Samples - 1, StreamTime.FromSeconds(_fittedS[blocks.Frames - 1]), fit.EffectiveRateHz * _stage.BlockFrames, fit.UncertaintyS);
    }
}
