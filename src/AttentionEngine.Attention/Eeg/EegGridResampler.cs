using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// EEG of any rate from 64 Hz up onto the common 64 Hz grid, by time stamps: causal 20 Hz low-pass (its delay is taken out of the
/// time), cubic interpolation, then the 1–9 Hz band-pass. Values that are not finite are replaced by the last good one and mark the
/// grid samples around them as bad, and so does a gap in the time stamps. No allocation after construction.
/// </summary>
internal sealed class EegGridResampler
{
    private const double CutoffHz = 20, LongGapS = 1;
    private const int History = 4; // filtered frames for the cubic
    private readonly BiquadCascade? _lowPass;
    private readonly BiquadCascade _bandPass;
    private readonly int _channels;
    private readonly double _rateHz, _delayS;
    private readonly float[] _last;
    private readonly double[] _frames;      // [History × channels]
    private readonly double[] _timesS = new double[History];
    private readonly bool[] _good = new bool[History];
    private long _count, _nextGrid;
    private double _badUntilS;

    public EegGridResampler(int channels, double rateHz)
    {
        if (!(rateHz >= SpeechEnvelope.GridRateHz * 0.98)) throw new ArgumentOutOfRangeException(nameof(rateHz), rateHz, "EEG needs a rate of at least 64 Hz.");
        (_channels, _rateHz) = (channels, rateHz);
        if (rateHz > SpeechEnvelope.GridRateHz * 1.1)
        {
            var sections = ButterworthDesign.LowPass(4, CutoffHz, rateHz);
            _lowPass = new BiquadCascade(sections, channels);
            _delayS = ButterworthDesign.GroupDelayS(sections, 4, rateHz);
        }
        _bandPass = new BiquadCascade(ButterworthDesign.BandPass(GridBandPass.Order, GridBandPass.LowHz, GridBandPass.HighHz, SpeechEnvelope.GridRateHz), channels);
        _last = new float[channels];
        _frames = new double[History * channels];
    }

    /// <summary>Takes one frame; calls <paramref name="sink"/>.<see cref="IGridSink.Grid"/> for every grid sample that it completes.</summary>
    /// <param name="frame">Values, microvolts, picked by <paramref name="pick"/>.</param>
    /// <param name="pick">[channels] index of each wanted channel in the frame.</param>
    /// <param name="grid">[channels] scratch that the sink reads.</param>
    public void Push(double timeS, ReadOnlySpan<float> frame, ReadOnlySpan<int> pick, Span<float> grid, IGridSink sink)
    {
        double newestS = _count > 0 ? _timesS[(_count - 1) % History] : double.NegativeInfinity;
        double placeS = timeS - _delayS;
        if (!(placeS > newestS)) return; // out of order or repeated
        bool first = _count == 0 || placeS - newestS > LongGapS;
        if (first) Restart(placeS, frame, pick);
        else if (placeS - newestS > 2.5 / _rateHz) _badUntilS = placeS; // what lies in the gap is invented
        int slot = (int)(_count % History);
        bool good = true;
        for (int c = 0; c < _channels; c++)
        {
            float v = frame[pick[c]];
            if (float.IsFinite(v)) _last[c] = v; else good = false;
            _frames[slot * _channels + c] = _lowPass?.Step(_last[c], c) ?? _last[c];
        }
        _timesS[slot] = placeS;
        _good[slot] = good;
        _count++;
        Emit(grid, sink);
    }

    private void Restart(double placeS, ReadOnlySpan<float> frame, ReadOnlySpan<int> pick)
    {
        _count = 0;
        _nextGrid = (long)Math.Ceiling(placeS * SpeechEnvelope.GridRateHz);
        _badUntilS = placeS;
        for (int c = 0; c < _channels; c++)
        {
            _last[c] = float.IsFinite(frame[pick[c]]) ? frame[pick[c]] : 0;
            _lowPass?.Settle(_last[c], c); // electrode offsets of millivolts must not ring
            _bandPass.Settle(_last[c], c);
        }
    }

    /// <summary>Grid samples between the second and third newest frames, where a cubic has its four points.</summary>
    private void Emit(Span<float> grid, IGridSink sink)
    {
        while (_count >= History)
        {
            double gridS = _nextGrid / SpeechEnvelope.GridRateHz;
            int i0 = (int)((_count - 4) % History), i1 = (int)((_count - 3) % History), i2 = (int)((_count - 2) % History), i3 = (int)((_count - 1) % History);
            if (gridS > _timesS[i2]) return;
            double t = Math.Clamp((gridS - _timesS[i1]) / (_timesS[i2] - _timesS[i1]), 0, 1);
            for (int c = 0; c < _channels; c++)
            {
                double a = _frames[i0 * _channels + c], b = _frames[i1 * _channels + c], d = _frames[i2 * _channels + c], e = _frames[i3 * _channels + c];
                // Catmull-Rom: 4 % loss at 9 Hz in the worst phase at 64 Hz, none worth naming at higher rates.
                double y = b + 0.5 * t * (d - a + t * (2 * a - 5 * b + 4 * d - e + t * (3 * (b - d) + e - a)));
                grid[c] = (float)_bandPass.Step(y, c);
            }
            sink.Grid(_nextGrid++, grid, _good[i1] && _good[i2] && gridS >= _badUntilS);
        }
    }
}

/// <summary>Receives band-passed grid samples in order.</summary>
internal interface IGridSink
{
    /// <param name="index">Grid sample n at n / 64 s.</param>
    /// <param name="values">[channels]</param>
    void Grid(long index, ReadOnlySpan<float> values, bool good);
}
