namespace AttentionEngine.Separation.Safety;

/// <summary>What a microphone's signal says about it.</summary>
public enum MicrophoneState
{
    Good,

    /// <summary>One constant value, while others hear something.</summary>
    Constant,

    /// <summary>Samples that are not numbers, or absurd.</summary>
    NoNumbers,

    /// <summary>Far below the others.</summary>
    Quiet,

    /// <summary>Far above the others.</summary>
    Loud,
}

/// <summary>
/// Finds dead and clipping microphones from their signals alone, in windows of 100 ms: one that stands out from the median of the array
/// for 300 ms is out, and in again after 2 s without fault. Nothing is decided in silence, and the last microphone stays. The result does not depend on how
/// a signal is cut into calls; no allocation.
/// </summary>
public sealed class MicrophoneWatch
{
    private const double WindowS = 0.1, ApartDb = 30, SilenceDbfs = -90, HighPassHz = 80, MostBadPart = 0.01;
    private const int OutWindows = 3, InWindows = 20;
    private const float FullScale = 0.999f, Absurd = 64;
    private readonly int _window;
    private readonly float _pole;
    private readonly float[] _last, _high, _min, _max;
    private readonly double[] _energy, _levelDb, _sorted;
    private readonly int[] _bad, _faulty, _good;
    private readonly bool[] _active;
    private readonly long[] _clipped;
    private readonly MicrophoneState[] _states, _found;
    private int _filled;

    /// <param name="microphones">M.</param>
    public MicrophoneWatch(int microphones, double rateHz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(microphones);
        _window = Math.Max(16, (int)Math.Round(WindowS * rateHz));
        _pole = (float)(1 - 2 * Math.PI * HighPassHz / rateHz);
        (_last, _high, _min, _max) = (new float[microphones], new float[microphones], new float[microphones], new float[microphones]);
        (_energy, _levelDb, _sorted) = (new double[microphones], new double[microphones], new double[microphones]);
        (_bad, _faulty, _good) = (new int[microphones], new int[microphones], new int[microphones]);
        _active = new bool[microphones];
        _clipped = new long[microphones];
        (_states, _found) = (new MicrophoneState[microphones], new MicrophoneState[microphones]);
        Reset();
    }

    /// <summary>[M] whether to use the microphone.</summary>
    public ReadOnlySpan<bool> Active => _active;

    /// <summary>[M] why not.</summary>
    public ReadOnlySpan<MicrophoneState> States => _states;

    /// <summary>[M] samples at or over full scale so far.</summary>
    public ReadOnlySpan<long> Clipped => _clipped;

    /// <param name="input">[M × frames] planar.</param>
    /// <returns>True when <see cref="Active"/> has changed.</returns>
    public bool Observe(ReadOnlySpan<float> input)
    {
        int mics = _active.Length, frames = input.Length / mics;
        bool changed = false;
        for (int at = 0; at < frames;)
        {
            int take = Math.Min(frames - at, _window - _filled);
            for (int m = 0; m < mics; m++) Take(m, input.Slice(m * frames + at, take));
            at += take;
            _filled += take;
            if (_filled == _window) changed |= Judge();
        }
        return changed;
    }

    public void Reset()
    {
        Array.Fill(_active, true);
        Array.Clear(_states);
        Array.Clear(_clipped);
        Array.Clear(_faulty);
        Array.Clear(_good);
        Array.Clear(_last);
        Array.Clear(_high);
        StartWindow();
    }

    private void StartWindow()
    {
        Array.Fill(_min, float.PositiveInfinity);
        Array.Fill(_max, float.NegativeInfinity);
        Array.Clear(_energy);
        Array.Clear(_bad);
        _filled = 0;
    }

    private void Take(int m, ReadOnlySpan<float> samples)
    {
        float last = _last[m], high = _high[m], min = _min[m], max = _max[m];
        double energy = _energy[m];
        foreach (float x in samples)
        {
            if (!(Math.Abs(x) <= Absurd)) { _bad[m]++; continue; }
            if (Math.Abs(x) >= FullScale) _clipped[m]++;
            min = Math.Min(min, x);
            max = Math.Max(max, x);
            high = x - last + _pole * high;
            if (Math.Abs(high) < 1e-20f) high = 0; // no denormals in silence
            last = x;
            energy += (double)high * high;
        }
        (_last[m], _high[m], _min[m], _max[m], _energy[m]) = (last, high, min, max, energy);
    }

    private bool Judge()
    {
        for (int m = 0; m < _active.Length; m++) _levelDb[m] = 10 * Math.Log10(_energy[m] / _window + 1e-20);
        _levelDb.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        double medianDb = _sorted[_sorted.Length / 2];
        bool silence = medianDb < SilenceDbfs, changed = false;
        for (int m = 0; m < _active.Length; m++)
        {
            _found[m] = _bad[m] > MostBadPart * _window ? MicrophoneState.NoNumbers
                : silence ? MicrophoneState.Good
                : _max[m] <= _min[m] ? MicrophoneState.Constant
                : _levelDb[m] < medianDb - ApartDb ? MicrophoneState.Quiet
                : _active.Length > 2 && _levelDb[m] > medianDb + ApartDb ? MicrophoneState.Loud : MicrophoneState.Good;
            bool good = _found[m] == MicrophoneState.Good;
            if (good && silence) continue; // says nothing
            _faulty[m] = good ? 0 : _faulty[m] + 1;
            _good[m] = good ? _good[m] + 1 : 0;
            if (_active[m] ? _faulty[m] >= OutWindows && Others(m) : _good[m] >= InWindows)
            {
                _active[m] = !_active[m];
                _states[m] = _found[m];
                changed = true;
            }
        }
        StartWindow();
        return changed;
    }

    private bool Others(int microphone)
    {
        for (int m = 0; m < _active.Length; m++)
            if (m != microphone && _active[m]) return true;
        return false;
    }
}
