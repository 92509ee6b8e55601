using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>What the audio path should play. Mutable and reused.</summary>
public sealed class SteeringCommand(int capacity)
{
    public StreamTime Time { get; set; }
    public long Tick { get; set; }
    public int Count { get; set; }

    /// <summary>[K] linear gains of the talkers' beams, common to both ears.</summary>
    public float[] Gains { get; } = new float[capacity];

    /// <summary>Linear gain η of the unprocessed reference microphones.</summary>
    public float AmbientGain { get; set; }
}

/// <summary>A set of filters for the audio thread.</summary>
/// <param name="Id">Counts up from 1; 0 is the pass-through that the path starts with.</param>
/// <param name="Talkers">K.</param>
/// <param name="Ears">Outputs, 2.</param>
/// <param name="Microphones">M.</param>
/// <param name="Taps">Filter length L in samples.</param>
/// <param name="Filters">[K × ears × M × L], row-major.</param>
public sealed record BeamformerWeights(long Id, int Talkers, int Ears, int Microphones, int Taps, float[] Filters);
