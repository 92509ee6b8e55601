namespace AttentionEngine.Core.Dsp;

/// <summary>Coefficients of one second-order section, a0 = 1: <c>y[n] = b0 x[n] + b1 x[n−1] + b2 x[n−2] − a1 y[n−1] − a2 y[n−2]</c>.</summary>
public readonly record struct Biquad(double B0, double B1, double B2, double A1, double A2);

/// <summary>
/// Sections in series over one or more independent channels, in FP64, transposed direct form II. Causal, no allocation after
/// construction, one sample at a time: block sizes cannot change the result.
/// </summary>
public sealed class BiquadCascade
{
    private readonly Biquad[] _sections;
    private readonly double[] _state; // [channels × sections × 2]

    public BiquadCascade(ReadOnlySpan<Biquad> sections, int channels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        _sections = sections.ToArray();
        Channels = channels;
        _state = new double[channels * _sections.Length * 2];
    }

    public int Channels { get; }

    /// <summary>Filters one sample of one channel.</summary>
    public double Step(double x, int channel = 0)
    {
        int s = channel * _sections.Length * 2;
        foreach (ref readonly var c in _sections.AsSpan())
        {
            double y = c.B0 * x + _state[s];
            double s0 = c.B1 * x - c.A1 * y + _state[s + 1];
            double s1 = c.B2 * x - c.A2 * y;
            // Silence must not decay into denormals, which are a hundred times slower.
            _state[s] = Math.Abs(s0) < 1e-200 ? 0 : s0;
            _state[s + 1] = Math.Abs(s1) < 1e-200 ? 0 : s1;
            x = y;
            s += 2;
        }
        return x;
    }

    /// <summary>Filters frames in place.</summary>
    /// <param name="values">[frames × channels], frame-major.</param>
    public void Process(Span<float> values)
    {
        if (values.Length % Channels != 0) throw new ArgumentException($"{values.Length} values are not whole frames of {Channels} channels.", nameof(values));
        for (int i = 0; i < values.Length; i++) values[i] = (float)Step(values[i], i % Channels);
    }

    /// <summary>Forgets the past: afterwards the filter is as new.</summary>
    public void Reset() => Array.Clear(_state);

    /// <summary>Sets the state that a constant input of <paramref name="x"/> would have left, so that a stream which starts at an offset makes no step.</summary>
    public void Settle(double x, int channel = 0)
    {
        int s = channel * _sections.Length * 2;
        foreach (ref readonly var c in _sections.AsSpan())
        {
            double y = x * (c.B0 + c.B1 + c.B2) / (1 + c.A1 + c.A2);
            _state[s] = y - c.B0 * x;
            _state[s + 1] = c.B2 * x - c.A2 * y;
            x = y;
            s += 2;
        }
    }
}
