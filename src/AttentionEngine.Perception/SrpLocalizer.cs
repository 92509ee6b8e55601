using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <param name="AzimuthHeadRad">Counter-clockwise from front, HEAD.</param>
/// <param name="Power">Share of the largest possible steered power, [0, 1].</param>
public readonly record struct SrpPeak(double AzimuthHeadRad, double Power);

/// <summary>
/// Where sound comes from in the horizontal plane: steered response power with phase transform (DiBiase 2000) over the array's own
/// steering vectors, so that the head's shadow is in it. Frames weigh the more, the further they stand clear of the noise floor. Fed with
/// blocks of any size; nothing is allocated after the constructor.
/// </summary>
public sealed class SrpLocalizer
{
    private const int FftSize = 512;
    private const int Hop = FftSize / 2;
    private const double LowestHz = 300, HighestHz = 4500;
    private const double FloorWeight = 2;
    private const double AbsoluteFloor = 1e-9;

    private readonly MicrophoneArray _array;
    private readonly SteeringTable _table;
    private readonly RealFft<float> _fft = new(FftSize);
    private readonly MinimumFloor _floor;
    private readonly float[] _window = new float[FftSize], _frame = new float[FftSize], _re = new float[FftSize / 2 + 1], _im = new float[FftSize / 2 + 1];
    private readonly float[] _input;                      // [M × FftSize] newest samples
    private readonly float[] _spectrumRe, _spectrumIm;    // [bins × M] phases only
    private readonly float[] _map;                        // [directions]
    private readonly int _firstBin, _lastBin;
    private readonly float _share;
    private int _filled;

    /// <param name="stepDeg">Grid of directions, degrees.</param>
    /// <param name="memoryS">Time constant of the map, seconds of loud sound.</param>
    public SrpLocalizer(MicrophoneArray array, double stepDeg = 5, double memoryS = 0.3)
    {
        _array = array;
        _table = new SteeringTable(new SteeringVectors(array, FftSize), SteeringTable.Horizontal(stepDeg));
        _floor = new MinimumFloor(Math.Max(1, (int)(1.25 * array.SampleRateHz / Hop)));
        _input = new float[array.Count * FftSize];
        _spectrumRe = new float[_table.Bins * array.Count];
        _spectrumIm = new float[_table.Bins * array.Count];
        _map = new float[_table.Directions.Count];
        _firstBin = Math.Max(1, (int)Math.Ceiling(LowestHz * FftSize / array.SampleRateHz));
        _lastBin = Math.Min(_table.Bins - 2, (int)(HighestHz * FftSize / array.SampleRateHz));
        _share = (float)(1 - ExactMath.Exp(-Hop / array.SampleRateHz / memoryS));
        for (int i = 0; i < FftSize; i++) _window[i] = (float)(0.5 - 0.5 * ExactMath.SinCos(2 * Math.PI * (i + 0.5) / FftSize).Cos);
    }

    /// <summary>[directions] share of the largest possible steered power, smoothed.</summary>
    public ReadOnlySpan<float> Map => _map;

    /// <summary>Azimuth of a direction of <see cref="Map"/>, radians, HEAD.</summary>
    public double AzimuthHeadRad(int direction) => _table.Directions[direction].AzimuthRad;

    public void Add(AudioBlock block)
    {
        if (block.Channels != _array.Count) throw new ArgumentException($"A block of {block.Channels} channels came where the array has {_array.Count} microphones.");
        for (int done = 0; done < block.Frames;)
        {
            int take = Math.Min(block.Frames - done, FftSize - _filled);
            for (int m = 0; m < block.Channels; m++) block.Channel(m).Slice(done, take).CopyTo(_input.AsSpan(m * FftSize + _filled, take));
            _filled += take;
            done += take;
            if (_filled < FftSize) continue;
            Analyse();
            for (int m = 0; m < block.Channels; m++) _input.AsSpan(m * FftSize + Hop, FftSize - Hop).CopyTo(_input.AsSpan(m * FftSize));
            _filled = FftSize - Hop;
        }
    }

    /// <summary>The highest maxima of the map, highest first, at least <paramref name="separationRad"/> apart.</summary>
    /// <param name="least">Power below which there is no peak.</param>
    /// <returns>Peaks written.</returns>
    public int FindPeaks(Span<SrpPeak> peaks, double separationRad, double least = 0)
    {
        int found = 0, n = _map.Length;
        while (found < peaks.Length)
        {
            int best = -1;
            for (int d = 0; d < n; d++)
                if (_map[d] > least && _map[d] >= _map[(d + 1) % n] && _map[d] > _map[(d + n - 1) % n] && (best < 0 || _map[d] > _map[best]) && IsClear(peaks[..found], d, separationRad)) best = d;
            if (best < 0) break;
            peaks[found++] = new SrpPeak(AzimuthHeadRad(best) + Refine(_map[(best + n - 1) % n], _map[best], _map[(best + 1) % n]) * 2 * Math.PI / n, _map[best]);
        }
        return found;
    }

    private bool IsClear(ReadOnlySpan<SrpPeak> peaks, int direction, double separationRad)
    {
        foreach (SrpPeak peak in peaks)
            if (Math.Abs(Core.Geometry.Angles.WrapRad(peak.AzimuthHeadRad - AzimuthHeadRad(direction))) < separationRad) return false;
        return true;
    }

    /// <summary>Top of the parabola through three neighbours, in steps.</summary>
    private static double Refine(double before, double at, double after)
    {
        double curve = before - 2 * at + after;
        return curve < 0 ? Math.Clamp(0.5 * (before - after) / curve, -0.5, 0.5) : 0;
    }

    private void Analyse()
    {
        double power = 0;
        for (int m = 0; m < _array.Count; m++)
        {
            for (int i = 0; i < FftSize; i++) _frame[i] = _window[i] * _input[m * FftSize + i];
            _fft.Forward(_frame, _re, _im);
            for (int b = _firstBin; b <= _lastBin; b++)
            {
                float square = _re[b] * _re[b] + _im[b] * _im[b], scale = square > 0 ? 1 / MathF.Sqrt(square) : 0;
                power += square;
                _spectrumRe[b * _array.Count + m] = _re[b] * scale;
                _spectrumIm[b * _array.Count + m] = _im[b] * scale;
            }
        }
        power /= _array.Count * FftSize * FftSize;
        // A frame counts by how far it stands clear of the floor; over talk without a pause the floor is high, but all frames weigh the same.
        float share = _share * (float)(power / (power + FloorWeight * _floor.Update(power) + AbsoluteFloor));
        for (int d = 0; d < _map.Length; d++) _map[d] += share * (Steer(_table.Re(d), _table.Im(d)) - _map[d]);
    }

    /// <summary>Mean over frequency of |Σ_m conj(a_m / |a_m|) · phase of x_m|² / M².</summary>
    private float Steer(ReadOnlySpan<float> steerRe, ReadOnlySpan<float> steerIm)
    {
        int mics = _array.Count;
        float sum = 0;
        for (int b = _firstBin; b <= _lastBin; b++)
        {
            float re = 0, im = 0;
            for (int i = b * mics; i < (b + 1) * mics; i++)
            {
                float ar = steerRe[i], ai = steerIm[i], inverse = 1 / MathF.Sqrt(ar * ar + ai * ai + 1e-20f);
                re += inverse * (ar * _spectrumRe[i] + ai * _spectrumIm[i]);
                im += inverse * (ar * _spectrumIm[i] - ai * _spectrumRe[i]);
            }
            sum += re * re + im * im;
        }
        return sum / ((_lastBin - _firstBin + 1) * mics * mics);
    }
}
