using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Dsp;

/// <summary>
/// The causal 1–9 Hz band-pass of 64 Hz signals (Butterworth, second order at each edge). EEG and envelopes go through the same
/// filter, so its delay is the same on both sides and cancels.
/// </summary>
public sealed class GridBandPass(int channels)
{
    public const double LowHz = 1, HighHz = 9;
    public const int Order = 2;
    private readonly BiquadCascade _filter = new(ButterworthDesign.BandPass(Order, LowHz, HighHz, SpeechEnvelope.GridRateHz), channels);

    /// <summary>Filters frames in place.</summary>
    /// <param name="values">[frames × channels], frame-major.</param>
    public void Process(Span<float> values) => _filter.Process(values);

    public void Reset() => _filter.Reset();
}
