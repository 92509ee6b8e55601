using System.Numerics;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>
/// Frames in which the renderer holds the geometry still: Hann windows of two hops that overlap by half and add to one, so going
/// from one frame's filters to the next is a cross-fade, without clicks.
/// </summary>
/// <param name="Hop">Samples between frames, a power of two of at most about 8 ms.</param>
public sealed record FrameGrid(int Hop)
{
    public int Window => 2 * Hop;

    /// <summary>Taps of the head filters.</summary>
    public int Taps => 2 * Hop;

    /// <summary>Window and taps fit without wrapping around.</summary>
    public int FftSize => 4 * Hop;
    public int Bins => FftSize / 2 + 1;

    public static FrameGrid For(double rateHz) => new((int)BitOperations.RoundUpToPowerOf2((uint)(0.0085 * rateHz / 2) + 1));
}
