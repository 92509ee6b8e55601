using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Separation.Design;

/// <summary>Short-time spectra of a multichannel stream that comes in pieces of any length. Square-root Hann window.</summary>
internal sealed class SpectralFrames
{
    private readonly int _microphones, _hop;
    private readonly RealFft<double> _fft;
    private readonly double[] _window, _line, _time, _re, _im; // line: [M × N], oldest first
    private int _filled;                                       // new samples since the last frame

    public SpectralFrames(int microphones, int size, int hop)
    {
        _microphones = microphones;
        _hop = hop;
        _fft = new RealFft<double>(size);
        _window = new double[size];
        for (int i = 0; i < size; i++) _window[i] = ExactMath.SinCos(Math.PI * i / size).Sin;
        _line = new double[microphones * size];
        _time = new double[size];
        _re = new double[_fft.Bins];
        _im = new double[_fft.Bins];
        Spectrum = new Complex[_fft.Bins * microphones];
    }

    /// <summary>[bins × M] of the frame last completed, bin-major.</summary>
    public Complex[] Spectrum { get; }

    public int Bins => _fft.Bins;

    /// <summary>Takes samples up to the end of the next frame.</summary>
    /// <param name="input">[M × frames] planar.</param>
    /// <param name="at">First frame not taken yet; moved on.</param>
    /// <returns>True when <see cref="Spectrum"/> holds a new frame; false when the input is used up.</returns>
    public bool TryNext(ReadOnlySpan<float> input, int frames, ref int at)
    {
        int take = Math.Min(_hop - _filled, frames - at), size = _fft.Size;
        for (int m = 0; m < _microphones; m++)
        {
            var line = _line.AsSpan(m * size, size);
            line[take..].CopyTo(line);
            // A sample that is no sound must not poison the covariances.
            for (int i = 0; i < take; i++) { float x = input[m * frames + at + i]; line[size - take + i] = MathF.Abs(x) <= 64 ? x : 0; }
        }
        at += take;
        _filled += take;
        if (_filled < _hop) return false;
        _filled = 0;
        for (int m = 0; m < _microphones; m++)
        {
            for (int i = 0; i < size; i++) _time[i] = _line[m * size + i] * _window[i];
            _fft.Forward(_time, _re, _im);
            for (int b = 0; b < _fft.Bins; b++) Spectrum[b * _microphones + m] = new Complex(_re[b], _im[b]);
        }
        return true;
    }

    public void Reset()
    {
        Array.Clear(_line);
        _filled = 0;
    }
}
