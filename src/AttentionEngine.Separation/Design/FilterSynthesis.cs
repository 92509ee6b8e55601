using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Separation.Design;

/// <summary>
/// Spectra to causal FIR filters: shifted by the delay, inverse transform of twice the length, truncated under short raised-cosine
/// flanks. (Truncation loses about 2 dB against a filter that is solved for its delay; the Wiener backend does the latter.)
/// </summary>
internal sealed class FilterSynthesis
{
    private readonly FilterLayout _layout;
    private readonly RealFft<double> _fft;
    private readonly Complex[] _shift; // [bins] e^{−jω delay}
    private readonly double[] _window, _time, _re, _im;

    /// <param name="fftSize">At least twice the taps; 0 for the least that will do.</param>
    public FilterSynthesis(FilterLayout layout, int fftSize = 0)
    {
        _layout = layout;
        int size = Math.Max(fftSize, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, 2 * layout.Taps)));
        if (fftSize > 0 && size > fftSize) throw new ArgumentException($"filters of {layout.Taps} taps need a transform of {size}, got {fftSize}", nameof(fftSize));
        _fft = new RealFft<double>(size);
        _shift = new Complex[_fft.Bins];
        for (int b = 0; b < _fft.Bins; b++)
        {
            var (s, c) = ExactMath.SinCos(2 * Math.PI * b * layout.DelaySamples / size);
            _shift[b] = new Complex(c, -s);
        }
        _window = new double[layout.Taps];
        int rise = Math.Max(1, layout.DelaySamples / 2), fall = Math.Max(1, layout.Taps / 4);
        for (int i = 0; i < layout.Taps; i++)
        {
            double up = i < rise ? 0.5 - 0.5 * ExactMath.SinCos(Math.PI * (i + 1) / (rise + 1)).Cos : 1;
            int left = layout.Taps - i;
            double down = left <= fall ? 0.5 - 0.5 * ExactMath.SinCos(Math.PI * left / (fall + 1)).Cos : 1;
            _window[i] = up * down;
        }
        _time = new double[size];
        _re = new double[_fft.Bins];
        _im = new double[_fft.Bins];
    }

    /// <summary>Size of the transform the spectra belong to.</summary>
    public int FftSize => _fft.Size;

    /// <param name="spectrum">Bin b at <c>spectrum[b * stride]</c>, N/2 + 1 bins.</param>
    /// <param name="taps">[L].</param>
    public void Fill(ReadOnlySpan<Complex> spectrum, int stride, Span<float> taps)
    {
        for (int b = 0; b < _fft.Bins; b++)
        {
            Complex value = spectrum[b * stride] * _shift[b];
            (_re[b], _im[b]) = (value.Real, value.Imaginary);
        }
        ToTaps(taps);
    }

    /// <param name="re">[N/2 + 1].</param>
    /// <param name="im">[N/2 + 1].</param>
    /// <param name="taps">[L].</param>
    public void Fill(ReadOnlySpan<double> re, ReadOnlySpan<double> im, Span<float> taps)
    {
        for (int b = 0; b < _fft.Bins; b++)
        {
            double c = _shift[b].Real, s = _shift[b].Imaginary;
            (_re[b], _im[b]) = (re[b] * c - im[b] * s, re[b] * s + im[b] * c);
        }
        ToTaps(taps);
    }

    private void ToTaps(Span<float> taps)
    {
        _fft.Inverse(_re, _im, _time);
        for (int i = 0; i < _layout.Taps; i++) taps[i] = (float)(_time[i] * _window[i]);
    }
}
