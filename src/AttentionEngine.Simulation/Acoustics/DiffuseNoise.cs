using System.Numerics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>
/// Spherically isotropic noise at the microphones: independent Gaussian spectra, mixed at each frequency by a Cholesky factor of the
/// coherence that 500 plane waves around the head give (after Habets, Cohen &amp; Gannot, JASA 124, 2008). Such a field has the same
/// statistics whichever way the head points.
/// </summary>
public sealed class DiffuseNoise
{
    private const int PlaneWaves = 500;
    private readonly FrameGrid _grid;
    private readonly Complex[][] _mixing; // [bins] lower triangle, row-major [M × M]
    private readonly int _microphones;

    public DiffuseNoise(HeadFilters filters)
    {
        _grid = filters.Grid;
        _microphones = filters.Microphones;
        _mixing = new Complex[_grid.Bins][];
        var directions = SphereDirections.Fibonacci(PlaneWaves);
        var h = new Complex[_microphones];
        for (int b = 0; b < _grid.Bins; b++)
        {
            var coherence = new Complex[_microphones * _microphones];
            foreach (var direction in directions)
            {
                for (int m = 0; m < _microphones; m++) h[m] = filters.At(direction, m, b);
                for (int i = 0; i < _microphones; i++)
                    for (int j = 0; j <= i; j++) coherence[i * _microphones + j] += h[i] * Complex.Conjugate(h[j]) / PlaneWaves;
            }
            _mixing[b] = Cholesky(coherence, _microphones);
        }
    }

    /// <summary>Adds noise to all microphones.</summary>
    /// <param name="microphones">[M][samples].</param>
    /// <param name="spectrum">[bins] relative power of the noise at each frequency, at the head's centre with the head absent.</param>
    /// <param name="power">Variance there.</param>
    public void AddTo(IReadOnlyList<float[]> microphones, ReadOnlySpan<double> spectrum, double power, SeededRandom random)
    {
        int bins = _grid.Bins, size = _grid.FftSize, hop = size / 2, samples = microphones[0].Length;
        double sum = 0;
        for (int b = 1; b < bins - 1; b++) sum += 2 * spectrum[b] / ((double)size * size);
        var amplitude = new double[bins];
        for (int b = 1; b < bins - 1; b++) amplitude[b] = Math.Sqrt(power * spectrum[b] / sum / 2); // per real and imaginary part
        var window = new float[size];
        for (int i = 0; i < size; i++) window[i] = (float)ExactMath.SinCos(Math.PI * (i + 0.5) / size).Sin; // its squares add to one
        var fft = new RealFft<float>(size);
        var (re, im, time) = (new float[_microphones * bins], new float[_microphones * bins], new float[size]);
        var z = new Complex[_microphones];
        for (int start = -hop; start < samples; start += hop)
        {
            for (int b = 1; b < bins - 1; b++)
            {
                for (int m = 0; m < _microphones; m++) z[m] = amplitude[b] * new Complex(random.Normal(), random.Normal());
                for (int m = 0; m < _microphones; m++)
                {
                    Complex y = 0;
                    for (int j = 0; j <= m; j++) y += _mixing[b][m * _microphones + j] * z[j];
                    (re[m * bins + b], im[m * bins + b]) = ((float)y.Real, (float)y.Imaginary);
                }
            }
            for (int m = 0; m < _microphones; m++)
            {
                fft.Inverse(re.AsSpan(m * bins, bins), im.AsSpan(m * bins, bins), time);
                int first = Math.Max(0, -start), last = Math.Min(size, samples - start);
                for (int i = first; i < last; i++) microphones[m][start + i] += window[i] * time[i];
            }
        }
    }

    /// <summary>Relative power per bin of a kind of noise.</summary>
    /// <param name="signals">The talkers' signals, whose long-term spectrum speech-shaped noise has.</param>
    /// <returns>[bins]; nothing below 80 Hz.</returns>
    public static double[] Spectrum(NoiseSpectrum kind, FrameGrid grid, double rateHz, IReadOnlyList<float[]> signals)
    {
        var spectrum = new double[grid.Bins];
        double binHz = rateHz / grid.FftSize;
        if (kind == NoiseSpectrum.Speech) AddLongTermSpectrum(spectrum, grid, signals);
        for (int b = 0; b < spectrum.Length; b++)
        {
            if (kind == NoiseSpectrum.White) spectrum[b] = 1;
            if (kind == NoiseSpectrum.Pink) spectrum[b] = 1.0 / Math.Max(b, 1);
            if (b * binHz < 80) spectrum[b] = 0;
        }
        return spectrum;
    }

    private static void AddLongTermSpectrum(double[] spectrum, FrameGrid grid, IReadOnlyList<float[]> signals)
    {
        var fft = new RealFft<float>(grid.FftSize);
        var (frame, re, im) = (new float[grid.FftSize], new float[grid.Bins], new float[grid.Bins]);
        foreach (float[] signal in signals)
        {
            for (int start = 0; start + frame.Length <= signal.Length; start += frame.Length)
            {
                for (int i = 0; i < frame.Length; i++) frame[i] = signal[start + i] * (float)(0.5 - 0.5 * ExactMath.SinCos(2 * Math.PI * i / frame.Length).Cos);
                fft.Forward(frame, re, im);
                for (int b = 0; b < spectrum.Length; b++) spectrum[b] += (double)re[b] * re[b] + (double)im[b] * im[b];
            }
        }
        // A floor at -60 dB: a short signal has holes that no long-term spectrum has.
        double largest = spectrum.Max();
        for (int b = 0; b < spectrum.Length; b++) spectrum[b] += largest > 0 ? 1e-6 * largest : 1; // white where nobody speaks at all
    }

    /// <summary>Lower factor L with L Lᴴ = A + 1e-6 trace(A)/M I, in place; only the lower triangle of A is read.</summary>
    private static Complex[] Cholesky(Complex[] a, int n)
    {
        double trace = 0;
        for (int i = 0; i < n; i++) trace += a[i * n + i].Real;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Complex s = a[i * n + j];
                for (int k = 0; k < j; k++) s -= a[i * n + k] * Complex.Conjugate(a[j * n + k]);
                if (i == j) a[i * n + i] = Math.Sqrt(Math.Max(s.Real + 1e-6 * trace / n, 0));
                else a[i * n + j] = a[j * n + j] == Complex.Zero ? Complex.Zero : s / a[j * n + j];
            }
        }
        return a;
    }
}
