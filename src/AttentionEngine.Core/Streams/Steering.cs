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

    /// <summary>
    /// The attended talker at full level, everything else at a floor: that talker's beam gets 1 − floor, the unprocessed microphones the
    /// floor. (Not the other beams: each holds leaks of everybody, which would add up to far more than the floor, and the microphones
    /// keep where everything is.)
    /// </summary>
    /// <param name="attended">Index of the attended talker, −1 for none: everything is heard as it is.</param>
    /// <param name="talkers">K.</param>
    /// <param name="floor">Linear, 0 to 1.</param>
    public void Attend(int attended, int talkers, float floor)
    {
        if (attended < -1 || attended >= talkers) throw new ArgumentOutOfRangeException(nameof(attended), attended, $"expected -1 to {talkers - 1}");
        Count = talkers;
        AmbientGain = attended < 0 ? 1 : floor;
        for (int k = 0; k < talkers; k++) Gains[k] = k == attended ? 1 - floor : 0;
    }
}

/// <summary>
/// A set of filters for the audio thread. Beam of talker k at ear e: Σ_m Σ_τ Filters[k, e, m, τ] · x_m(t − τ).
/// Owned by the designer and reused: valid until the fourth next set; the audio path copies it when it is pushed.
/// </summary>
/// <param name="talkers">K ≤ capacity.</param>
/// <param name="ears">Outputs, 2: left, right.</param>
/// <param name="microphones">M.</param>
/// <param name="taps">Filter length L in samples.</param>
/// <param name="filters">[K × ears × M × L], row-major; may be longer than that.</param>
public sealed class BeamformerWeights(int talkers, int ears, int microphones, int taps, float[] filters)
{
    /// <summary>Counts up from 1; 0 is the pass-through that the path starts with.</summary>
    public long Id { get; set; }
    public int Talkers { get; set; } = talkers;
    public int Ears { get; } = ears;
    public int Microphones { get; } = microphones;
    public int Taps { get; } = taps;
    public float[] Filters { get; } = filters;

    /// <summary>[≥ K] how much of talker k's mono beam is the left ear's, 0 to 1; null: half.</summary>
    public float[]? LeftShares { get; init; }
}
