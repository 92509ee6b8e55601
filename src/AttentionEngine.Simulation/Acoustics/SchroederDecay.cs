namespace AttentionEngine.Simulation.Acoustics;

/// <summary>Reverberation time from a response (backward integration, Schroeder 1965; the T20 of ISO 3382).</summary>
public static class SchroederDecay
{
    /// <param name="energy">[n] squared response.</param>
    /// <param name="rateHz">Values per second.</param>
    /// <returns>Three times the time from −5 to −25 dB of the remaining energy, seconds.</returns>
    public static double Rt60S(ReadOnlySpan<double> energy, double rateHz)
    {
        double total = 0;
        foreach (double e in energy) total += e;
        double remaining = total, five = double.NaN;
        for (int i = 0; i < energy.Length; i++)
        {
            double next = remaining - energy[i];
            if (double.IsNaN(five) && next < total * Math.Pow(10, -0.5)) five = i + 1 - Part(remaining, next, total * Math.Pow(10, -0.5));
            if (next < total * Math.Pow(10, -2.5)) return 3 * (i + 1 - Part(remaining, next, total * Math.Pow(10, -2.5)) - five) / rateHz;
            remaining = next;
        }
        return double.NaN;

        // How far back from the end of this step the level was crossed.
        static double Part(double before, double after, double level) => before > after ? (level - after) / (before - after) : 0;
    }
}
