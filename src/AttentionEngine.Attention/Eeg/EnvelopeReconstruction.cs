using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Eeg;

/// <summary>EEG in, reconstructed envelope ŝ on the 64 Hz grid out; ŝ(n) needs EEG up to the longest lag after n. Keeps the last four seconds.</summary>
internal sealed class EnvelopeReconstruction : IGridSink
{
    private const int Capacity = 256;
    private const int RowCapacity = 512; // grid frames kept to learn from, 8 s
    private readonly TemporalResponseFunction _trf;
    private readonly float[] _weights;
    private readonly float[] _rows; // [RowCapacity × C]; empty without adaptation
    private readonly EegGridResampler _resampler;
    private readonly int[] _pick;
    private readonly float[] _grid, _window; // [C], [L × C] ring of grid samples
    private readonly bool[] _windowGood;
    private readonly float[] _values = new float[Capacity];
    private readonly bool[] _goods = new bool[Capacity];
    private long _gridCount, _lastGrid = long.MinValue;

    /// <param name="labels">Channel labels of the stream.</param>
    /// <exception cref="ConfigurationException">The stream lacks a channel of the decoder.</exception>
    public EnvelopeReconstruction(TemporalResponseFunction trf, IReadOnlyList<string> labels, double rateHz)
    {
        _trf = trf;
        _weights = [.. trf.Weights];
        _pick = Pick(trf, labels);
        _resampler = new EegGridResampler(_pick.Length, rateHz);
        _grid = new float[_pick.Length];
        _window = new float[_pick.Length * trf.Lags];
        _windowGood = new bool[trf.Lags];
        _rows = trf.AdaptHalfLifeS > 0 ? new float[RowCapacity * _pick.Length] : [];
    }

    /// <summary>Grid index after the newest ŝ; <see cref="long.MinValue"/> before the first.</summary>
    public long End { get; private set; } = long.MinValue;

    /// <summary>Time of the newest EEG frame.</summary>
    public double NewestS { get; private set; } = double.NegativeInfinity;

    public void Add(EegChunk chunk)
    {
        var samples = chunk.Samples;
        for (int i = 0; i < samples.Frames; i++)
        {
            _resampler.Push(samples.TimesS[i], samples.Frame(i), _pick, _grid, this);
            NewestS = Math.Max(NewestS, samples.TimesS[i]);
        }
    }

    /// <summary>ŝ(n), or false when it has not been made or is no longer kept.</summary>
    public bool TryGet(long index, out float value, out bool good)
    {
        (value, good) = (0, false);
        if (End == long.MinValue || index >= End || index < End - Capacity) return false;
        (value, good) = (_values[Ring.Slot(index, Capacity)], _goods[Ring.Slot(index, Capacity)]);
        return true;
    }

    /// <summary>[C × L] in use; may be changed between two samples.</summary>
    public Span<float> Weights => _weights;

    /// <summary>The EEG from which ŝ(n) was made; only where <see cref="TryGet"/> says that it is good, and with adaptation.</summary>
    /// <param name="row">[C × L]</param>
    /// <returns>False when it is no longer kept.</returns>
    public bool TryGetRow(long n, Span<double> row)
    {
        int lags = _trf.Lags, channels = _pick.Length;
        if (_rows.Length == 0 || n + lags - 1 > _lastGrid || n <= _lastGrid - RowCapacity) return false;
        for (int lag = 0; lag < lags; lag++)
        {
            var frame = _rows.AsSpan(Ring.Slot(n + lag, RowCapacity) * channels, channels);
            for (int c = 0; c < channels; c++) row[c * lags + lag] = frame[c];
        }
        return true;
    }

    void IGridSink.Grid(long index, ReadOnlySpan<float> values, bool good)
    {
        if (index != _lastGrid + 1) { _gridCount = 0; Array.Clear(_goods); } // restarted after a gap: nothing before can be joined
        _lastGrid = index;
        int lags = _trf.Lags, channels = _pick.Length, slot = (int)(_gridCount % lags);
        values.CopyTo(_window.AsSpan(slot * channels, channels));
        if (_rows.Length > 0) values.CopyTo(_rows.AsSpan(Ring.Slot(index, RowCapacity) * channels, channels));
        _windowGood[slot] = good;
        _gridCount++;
        if (_gridCount < lags) return;
        double sum = 0;
        bool all = true;
        for (int lag = 0; lag < lags; lag++)
        {
            int s = (int)((_gridCount + lag) % lags); // the oldest sample in the window is lag 0
            all &= _windowGood[s];
            for (int c = 0; c < channels; c++) sum += _weights[c * lags + lag] * _window[s * channels + c];
        }
        long n = index - (lags - 1);
        _values[Ring.Slot(n, Capacity)] = (float)sum;
        _goods[Ring.Slot(n, Capacity)] = all;
        End = n + 1;
    }

    private static int[] Pick(TemporalResponseFunction trf, IReadOnlyList<string> labels)
    {
        var pick = new int[trf.Channels.Count];
        var missing = new List<string>();
        for (int c = 0; c < pick.Length; c++)
        {
            pick[c] = labels.ToList().FindIndex(l => string.Equals(l, trf.Channels[c], StringComparison.OrdinalIgnoreCase));
            if (pick[c] < 0) missing.Add(trf.Channels[c]);
        }
        if (missing.Count > 0)
            throw new ConfigurationException($"The EEG stream has no channel {string.Join(", ", missing)}, which decoder `{trf.Name}` needs; the stream has {string.Join(", ", labels)}. Use a decoder trained on this montage, or name the channels in the stream's metadata.");
        return pick;
    }
}
