using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation;

/// <summary>
/// Gains from a decision. The attended talker's beam gets 1 − η, the unprocessed microphones η = the awareness floor: the attended
/// talker is heard at full level, everything else at the floor and where it is. (The floor is given to the microphones, not to the other
/// beams: leaks of one talker into several beams would add up to far more than the floor.)
/// </summary>
public static class SteeringGains
{
    /// <param name="command">Count, gains and ambient are set; time and tick are the caller's.</param>
    /// <param name="attended">Index of the attended talker, −1 for none: everything is heard as it is.</param>
    /// <param name="talkers">K.</param>
    /// <param name="floorDb">Awareness floor, dB ≤ 0; −infinity for none.</param>
    public static void Fill(SteeringCommand command, int attended, int talkers, double floorDb)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (attended < -1 || attended >= talkers) throw new ArgumentOutOfRangeException(nameof(attended), attended, $"expected -1 to {talkers - 1}");
        float floor = attended < 0 ? 1 : double.IsNegativeInfinity(floorDb) ? 0 : (float)Math.Pow(10, floorDb / 20);
        command.Count = talkers;
        command.AmbientGain = floor;
        for (int k = 0; k < talkers; k++) command.Gains[k] = k == attended ? 1 - floor : 0;
    }
}
