using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// EEG on its way to the common grid: causal 20 Hz low-pass (its delay is taken out of the time), <see cref="GridResampler"/>, then the 1–9 Hz
/// band-pass. Values that are not finite are replaced by the last good one and mark the grid samples around them as bad, and so does a gap in
/// the time stamps. No allocation after construction.
/// </summary>
internal sealed class EegGridResampler
{
    private const double CutoffHz = 20;
    private readonly BiquadCascade? _lowPass;
    private readonly BiquadCascade _bandPass;
    private readonly GridResampler _resampler;
    private readonly double _delayS;
    private readonly float[] _last;
    private readonly double[] _values;

    public EegGridResampler(int channels, double rateHz)
    {
        _resampler = new GridResampler(channels, rateHz);
        if (rateHz > SpeechEnvelope.GridRateHz * 1.1)
        {
            var sections = ButterworthDesign.LowPass(4, CutoffHz, rateHz);
            _lowPass = new BiquadCascade(sections, channels);
            _delayS = ButterworthDesign.GroupDelayS(sections, 4, rateHz);
        }
        _bandPass = new BiquadCascade(ButterworthDesign.BandPass(GridBandPass.Order, GridBandPass.LowHz, GridBandPass.HighHz, SpeechEnvelope.GridRateHz), channels);
        _last = new float[channels];
        _values = new double[channels];
    }

    /// <summary>Takes one frame; calls <paramref name="sink"/>.<see cref="IGridSink.Grid"/> for every grid sample that it completes.</summary>
    /// <param name="frame">Values, microvolts, picked by <paramref name="pick"/>.</param>
    /// <param name="pick">[channels] index of each wanted channel in the frame.</param>
    /// <param name="grid">[channels] scratch that the sink reads.</param>
    public void Push(double timeS, ReadOnlySpan<float> frame, ReadOnlySpan<int> pick, Span<float> grid, IGridSink sink)
    {
        double placeS = timeS - _delayS;
        if (!_resampler.Follows(placeS)) return; // out of order or repeated
        if (_resampler.Begins(placeS)) Restart(placeS, frame, pick);
        var next = _resampler.Frame;
        bool good = true;
        for (int c = 0; c < next.Length; c++)
        {
            float v = frame[pick[c]];
            if (float.IsFinite(v)) _last[c] = v; else good = false;
            next[c] = _lowPass?.Step(_last[c], c) ?? _last[c];
        }
        _resampler.Add(placeS, good);
        while (_resampler.TryTake(_values, out long index, out bool sound))
        {
            for (int c = 0; c < _values.Length; c++) grid[c] = (float)_bandPass.Step(_values[c], c);
            sink.Grid(index, grid, sound);
        }
    }

    private void Restart(double placeS, ReadOnlySpan<float> frame, ReadOnlySpan<int> pick)
    {
        _resampler.Begin(placeS);
        for (int c = 0; c < _last.Length; c++)
        {
            _last[c] = float.IsFinite(frame[pick[c]]) ? frame[pick[c]] : 0;
            _lowPass?.Settle(_last[c], c); // electrode offsets of millivolts must not ring
            _bandPass.Settle(_last[c], c);
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
