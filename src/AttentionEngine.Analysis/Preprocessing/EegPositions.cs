using System.Numerics;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Where a channel lies: as the file says, otherwise as its name says in the 10-05 system.</summary>
public static class EegPositions
{
    /// <returns>Direction from the middle of the head, unit length, HEAD (x front, y left, z up); null when unknown.</returns>
    public static Vector3? Of(EegChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return (channel.PositionM ?? StandardMontage.PositionM(channel.Name)) is { } at && at.Length() > 0 ? Vector3.Normalize(at) : null;
    }
}
