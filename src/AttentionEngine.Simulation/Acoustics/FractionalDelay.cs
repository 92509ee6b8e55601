using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>Values of a sampled signal between its samples: sinc under a Hann window, 32 taps, tabulated at 1/4096 of a sample.</summary>
public static class FractionalDelay
{
    public const int Taps = 32;
    private const int Phases = 4096;
    private static readonly float[] Table = MakeTable();

    /// <summary>[32] weights of the samples <c>floor(position) − 15 … floor(position) + 16</c>, for a fraction in [0, 1).</summary>
    public static ReadOnlySpan<float> Weights(double fraction) => Table.AsSpan(Math.Min((int)(fraction * Phases + 0.5), Phases) * Taps, Taps);

    /// <summary>The signal at a position in samples; zero is assumed around it.</summary>
    public static float At(ReadOnlySpan<float> signal, double position)
    {
        int whole = (int)Math.Floor(position);
        var weights = Weights(position - whole);
        int start = whole - Taps / 2 + 1;
        int first = Math.Max(0, -start), last = Math.Min(Taps, signal.Length - start);
        float sum = 0;
        for (int i = first; i < last; i++) sum += weights[i] * signal[start + i];
        return sum;
    }

    /// <summary>Adds an impulse of the given size at a fractional position.</summary>
    public static void AddImpulse(Span<float> response, double position, double amplitude)
    {
        int whole = (int)Math.Floor(position);
        var weights = Weights(position - whole);
        int start = whole - Taps / 2 + 1;
        int first = Math.Max(0, -start), last = Math.Min(Taps, response.Length - start);
        for (int i = first; i < last; i++) response[start + i] += (float)(amplitude * weights[i]);
    }

    private static float[] MakeTable()
    {
        var table = new float[(Phases + 1) * Taps];
        for (int p = 0; p <= Phases; p++)
        {
            for (int i = 0; i < Taps; i++)
            {
                double x = i - Taps / 2 + 1 - (double)p / Phases;
                double window = 0.5 + 0.5 * ExactMath.SinCos(Math.PI * x / (Taps / 2 + 0.5)).Cos;
                table[p * Taps + i] = (float)(window * (Math.Abs(x) < 1e-9 ? 1 : ExactMath.SinCos(Math.PI * x).Sin / (Math.PI * x)));
            }
        }
        return table;
    }
}
