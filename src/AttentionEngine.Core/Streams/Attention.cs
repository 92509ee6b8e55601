using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>The senses that give evidence.</summary>
public enum Modality { Gaze = 0, Head = 1, Vision = 2, Beams = 3, Eeg = 4 }

public static class Modalities
{
    public const int Count = 5;
    public static IReadOnlyList<string> Names { get; } = ["gaze", "head", "vision", "beams", "eeg"];
}

/// <summary>The decoder's belief at a tick. Mutable and reused.</summary>
public sealed class AttentionEstimate(int capacity)
{
    public StreamTime Time { get; set; }
    public long Tick { get; set; }

    /// <summary>Talkers K.</summary>
    public int Count { get; set; }

    /// <summary>[K + 1] probabilities: the talkers in scene order, then none. Sums to 1.</summary>
    public float[] Posterior { get; } = new float[capacity + 1];

    /// <summary>[modalities × K] log-likelihood increments of this tick in nats, relative to none (0): <c>EvidenceNats[m * Count + k]</c>.</summary>
    public float[] EvidenceNats { get; } = new float[Modalities.Count * capacity];

    /// <summary>[K + 1] log of the predicted prior of this tick, so that log posterior = this + Σ nats − log Z.</summary>
    public float[] LogPrior { get; } = new float[capacity + 1];
}

/// <summary>What the decision policy holds after a tick.</summary>
/// <param name="Talker">Index in the scene's order, or −1 for none.</param>
/// <param name="Confidence">Posterior of that talker.</param>
public readonly record struct AttendedTalker(StreamTime Time, long Tick, int Talker, float Confidence);
