using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// The one place where data of devices with clocks of their own are brought together: frames of any rate from 64 Hz up onto the common grid,
/// value n at n / 64 s of LSL time, by the time of each frame (cubic). Sound's envelopes and EEG both pass through here and nowhere else are
/// resampled, so that a drift between them is corrected once. Input must be band-limited well below 32 Hz. No allocation after construction.
/// </summary>
public sealed class GridResampler
{
    private const double LongGapS = 1;
    private const int History = 4; // frames for the cubic
    private readonly int _channels;
    private readonly double _periodS;
    private readonly double[] _frames; // [History × channels]
    private readonly double[] _timesS = new double[History];
    private readonly bool[] _good = new bool[History];
    private long _count, _nextGrid;
    private double _badUntilS;

    /// <param name="rateHz">Of the frames, as declared.</param>
    public GridResampler(int channels, double rateHz)
    {
        if (!(rateHz >= SpeechEnvelope.GridRateHz * 0.98)) throw new ArgumentOutOfRangeException(nameof(rateHz), rateHz, "The common grid needs a rate of at least 64 Hz.");
        (_channels, _periodS) = (channels, 1 / rateHz);
        _frames = new double[History * channels];
    }

    private double NewestS => _count > 0 ? _timesS[(_count - 1) % History] : double.NegativeInfinity;

    /// <summary>Whether a frame of this time comes after the ones before; one that repeats or goes back is not to be added.</summary>
    public bool Follows(double timeS) => timeS > NewestS;

    /// <summary>Whether a frame of this time is the first, or comes after a gap of more than a second: then <see cref="Begin"/> comes before it.</summary>
    public bool Begins(double timeS) => _count == 0 || timeS - NewestS > LongGapS;

    /// <summary>Starts anew: the grid goes on from this time.</summary>
    public void Begin(double fromS)
    {
        _count = 0;
        _nextGrid = (long)Math.Ceiling(fromS * SpeechEnvelope.GridRateHz);
        _badUntilS = fromS;
    }

    /// <summary>[channels] where the caller puts the values of the next frame before <see cref="Add"/>.</summary>
    public Span<double> Frame => _frames.AsSpan((int)(_count % History) * _channels, _channels);

    /// <summary>Adds the values in <see cref="Frame"/>. Everything must have been taken that the frames before had completed.</summary>
    /// <param name="good">False: grid values next to this frame are marked as bad.</param>
    public void Add(double timeS, bool good)
    {
        if (_count > 0 && timeS - NewestS > 2.5 * _periodS) _badUntilS = timeS; // what lies in the gap is invented
        int slot = (int)(_count % History);
        (_timesS[slot], _good[slot]) = (timeS, good);
        _count++;
    }

    /// <summary>Takes the next grid values, between the second and third newest frames, where a cubic has its four points.</summary>
    /// <param name="values">[channels]</param>
    /// <param name="index">Grid value n lies at n / 64 s.</param>
    /// <returns>False when the next needs another frame.</returns>
    public bool TryTake(Span<double> values, out long index, out bool good)
    {
        (index, good) = (_nextGrid, false);
        if (_count < History) return false;
        double gridS = _nextGrid / SpeechEnvelope.GridRateHz;
        int i0 = (int)((_count - 4) % History), i1 = (int)((_count - 3) % History), i2 = (int)((_count - 2) % History), i3 = (int)((_count - 1) % History);
        if (gridS > _timesS[i2]) return false;
        double t = Math.Clamp((gridS - _timesS[i1]) / (_timesS[i2] - _timesS[i1]), 0, 1);
        for (int c = 0; c < _channels; c++)
        {
            double a = _frames[i0 * _channels + c], b = _frames[i1 * _channels + c], d = _frames[i2 * _channels + c], e = _frames[i3 * _channels + c];
            // Catmull-Rom: 4 % loss at 9 Hz in the worst phase at 64 Hz, none worth naming at higher rates.
            values[c] = b + 0.5 * t * (d - a + t * (2 * a - 5 * b + 4 * d - e + t * (3 * (b - d) + e - a)));
        }
        good = _good[i1] && _good[i2] && gridS >= _badUntilS && gridS >= _timesS[i1];
        _nextGrid++;
        return true;
    }

    /// <summary>Forgets the past.</summary>
    public void Reset() => (_count, _nextGrid, _badUntilS) = (0, 0, 0);
}
