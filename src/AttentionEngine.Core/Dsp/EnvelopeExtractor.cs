using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Speech envelope of one talker, causal and streaming: gammatone-like bands from 150 to 4000 Hz, their Hilbert envelopes to the
/// power 0.6, mean over bands, 20 Hz low-pass, on the common 64 Hz grid (after Biesmans et al., IEEE TNSRE 25, 2017). Value n
/// describes the sound at n / 64 s: the delay of the filters is taken out of the time, and a value comes out about
/// <see cref="DelayS"/> after the sound. Block sizes do not change a bit; nothing is allocated after construction.
/// </summary>
public sealed class EnvelopeExtractor
{
    private const double PowerLaw = 0.6, HopRateHz = 1000, CutoffHz = 20;
    private readonly GammatoneBank _bank;
    private readonly BiquadCascade _lowPass;
    private readonly float[] _bands = new float[GammatoneBank.BandCount];
    private readonly GridResampler _resampler;
    private readonly double[] _value = new double[1];
    private readonly int _hopSamples;
    private int _inHop;
    private long _sampleIndex;

    /// <param name="rateHz">Audio rate, 8 to 96 kHz.</param>
    public EnvelopeExtractor(double rateHz)
    {
        if (!(rateHz is >= 8000 and <= 96000)) throw new ArgumentOutOfRangeException(nameof(rateHz), rateHz, "Envelopes are made from audio at 8000 to 96000 Hz.");
        _bank = new GammatoneBank(rateHz);
        _hopSamples = (int)Math.Round(rateHz / HopRateHz);
        double hopRateHz = rateHz / _hopSamples;
        var sections = ButterworthDesign.LowPass(4, CutoffHz, hopRateHz);
        _lowPass = new BiquadCascade(sections);
        DelayS = _bank.MeanDelayS + (_hopSamples - 1) / 2.0 / rateHz + ButterworthDesign.GroupDelayS(sections, 4, hopRateHz);
        DelaySamples = DelayS * rateHz;
        _resampler = new GridResampler(1, hopRateHz);
    }

    /// <summary>Group delay at 4 Hz modulation, already taken out of the grid index, seconds.</summary>
    public double DelayS { get; }
    private double DelaySamples { get; }

    /// <summary>Takes consecutive samples and writes the grid values that they complete.</summary>
    /// <param name="audio">[frames] mono; continues where the last call ended.</param>
    /// <param name="clock">Relation of sample index (0 = first sample after construction or <see cref="Reset"/>) to LSL time.</param>
    /// <param name="envelope">Room for the values: at least frames × 64 / rate + 2.</param>
    /// <param name="firstGrid">Grid index of the first value written; value i is at (firstGrid + i) / 64 s. Where the clock jumps by more than a second, the values before the jump are left out.</param>
    /// <returns>Values written.</returns>
    public int Process(ReadOnlySpan<float> audio, SampleClock clock, Span<float> envelope, out long firstGrid)
    {
        firstGrid = 0;
        int written = 0;
        while (audio.Length > 0)
        {
            int take = Math.Min(audio.Length, _hopSamples - _inHop);
            _bank.Accumulate(audio[..take]);
            audio = audio[take..];
            _inHop += take;
            _sampleIndex += take;
            if (_inHop < _hopSamples) break;
            _inHop = 0;
            double value = EndHop(), placeS = clock.TimeOf(_sampleIndex - 1 - DelaySamples).Seconds; // a hop's value is complete at its last sample
            if (!_resampler.Follows(placeS)) continue;
            if (_resampler.Begins(placeS))
            {
                _resampler.Begin(_sampleIndex == _hopSamples ? clock.TimeOf(0).Seconds : placeS);
                written = 0;
            }
            _resampler.Frame[0] = value;
            _resampler.Add(placeS, good: true);
            while (_resampler.TryTake(_value, out long grid, out _))
            {
                if (written == envelope.Length) continue; // only after a jump of the clock: these lie in the gap
                if (written == 0) firstGrid = grid;
                envelope[written++] = (float)_value[0];
            }
        }
        return written;
    }

    /// <summary>Forgets the past: afterwards the extractor is as new, and sample index 0 is the next sample.</summary>
    public void Reset()
    {
        _bank.Reset();
        _lowPass.Reset();
        _resampler.Reset();
        _inHop = 0;
        _sampleIndex = 0;
    }

    private double EndHop()
    {
        _bank.TakeMeans(_bands, _hopSamples);
        double sum = 0;
        foreach (float band in _bands) sum += ExactMath.Pow(band, PowerLaw);
        return _lowPass.Step(sum / _bands.Length);
    }
}
