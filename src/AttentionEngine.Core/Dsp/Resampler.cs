namespace AttentionEngine.Core.Dsp;

/// <summary>
/// Offline sample-rate conversion by any rational ratio: polyphase filter, sinc under a Kaiser window (Crochiere &amp; Rabiner 1983,
/// Kaiser 1974). Linear phase without delay: output sample 0 lies at input sample 0. Pass band flat within 0.001 dB up to 0.9 of the
/// lower Nyquist frequency, images and aliases of what lies beyond 1.1 of it below −90 dB.
/// </summary>
public sealed class Resampler
{
    // Zero crossings on each side at the lower rate: with beta 9.6 the transition band is 0.2 of the lower Nyquist frequency.
    private const int ZeroCrossings = 32;
    private const double KaiserBeta = 9.6;

    private readonly int _up, _down, _taps;
    private readonly float[] _filters; // [up phases × taps], each phase time-reversed so that it is a dot product with the input

    /// <param name="fromRateHz">Rate of the input; a positive multiple of 0.001 Hz.</param>
    /// <param name="toRateHz">Rate of the output; likewise.</param>
    public Resampler(double fromRateHz, double toRateHz)
    {
        long from = MilliHertz(fromRateHz, nameof(fromRateHz)), to = MilliHertz(toRateHz, nameof(toRateHz));
        long divisor = GreatestCommonDivisor(from, to);
        if (to / divisor > 100_000 || from / divisor > 100_000)
            throw new ArgumentOutOfRangeException(nameof(toRateHz), toRateHz, $"The ratio {to / divisor}/{from / divisor} of the two rates needs a filter bank that is too large; round one of them.");
        _up = (int)(to / divisor);
        _down = (int)(from / divisor);
        double cutoff = Math.Min(1.0, (double)_up / _down); // of the input's Nyquist frequency
        int half = (int)Math.Ceiling(ZeroCrossings / cutoff);
        _taps = 2 * half;
        _filters = new float[_up * _taps];
        for (int phase = 0; phase < _up; phase++) Design(phase, half, cutoff, _filters.AsSpan(phase * _taps, _taps));
    }

    /// <summary>Samples that <paramref name="inputLength"/> samples become.</summary>
    public int OutputLength(int inputLength) => (int)(((long)inputLength * _up + _down - 1) / _down);

    /// <param name="input">[n] samples at the first rate; zero is assumed around them.</param>
    /// <returns>[<see cref="OutputLength"/>] samples at the second rate.</returns>
    public float[] Process(ReadOnlySpan<float> input)
    {
        if (_up == _down) return input.ToArray();
        var output = new float[OutputLength(input.Length)];
        int half = _taps / 2;
        for (int i = 0; i < output.Length; i++)
        {
            long position = (long)i * _down;
            int start = (int)(position / _up) - half + 1;
            var filter = _filters.AsSpan((int)(position % _up) * _taps, _taps);
            int first = Math.Max(0, -start), last = Math.Min(_taps, input.Length - start);
            double sum = 0;
            for (int t = first; t < last; t++) sum += filter[t] * input[start + t];
            output[i] = (float)sum;
        }
        return output;
    }

    public static float[] Resample(ReadOnlySpan<float> input, double fromRateHz, double toRateHz) => new Resampler(fromRateHz, toRateHz).Process(input);

    private void Design(int phase, int half, double cutoff, Span<float> filter)
    {
        double offset = (double)phase / _up, sum = 0;
        Span<double> taps = _taps <= 1024 ? stackalloc double[_taps] : new double[_taps];
        for (int t = 0; t < _taps; t++)
        {
            double x = t - half + 1 - offset; // distance of the input sample from the output instant, in input samples
            double edge = x / half;
            double window = edge is > -1 and < 1 ? BesselI0(KaiserBeta * Math.Sqrt(1 - edge * edge)) : 0;
            double argument = Math.PI * cutoff * x;
            taps[t] = window * (Math.Abs(argument) < 1e-9 ? 1 : Math.Sin(argument) / argument);
            sum += taps[t];
        }
        // Unit gain at 0 Hz in each phase: otherwise the phases would modulate a constant.
        for (int t = 0; t < _taps; t++) filter[t] = (float)(taps[t] / sum);
    }

    /// <summary>Modified Bessel function of the first kind, order 0, by its power series (Abramowitz &amp; Stegun 9.6.12).</summary>
    private static double BesselI0(double x)
    {
        double term = 1, sum = 1, q = x * x / 4;
        for (int k = 1; term > 1e-17 * sum; k++)
        {
            term *= q / ((double)k * k);
            sum += term;
        }
        return sum;
    }

    private static long MilliHertz(double rateHz, string name)
    {
        double scaled = rateHz * 1000;
        if (!(scaled >= 1 && scaled < 1e12) || Math.Abs(scaled - Math.Round(scaled)) > 1e-6)
            throw new ArgumentOutOfRangeException(name, rateHz, "A rate must be a positive multiple of 0.001 Hz.");
        return (long)Math.Round(scaled);
    }

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
