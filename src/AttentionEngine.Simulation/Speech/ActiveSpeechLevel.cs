namespace AttentionEngine.Simulation.Speech;

/// <summary>Active speech level after ITU-T P.56 (12/2011), method B: mean power over the time in which there is speech.</summary>
public static class ActiveSpeechLevel
{
    private const double TimeConstantS = 0.03, HangoverS = 0.2, MarginDb = 15.9;
    private const int Thresholds = 20; // from full scale down in steps of 6 dB

    /// <param name="samples">[n] one channel.</param>
    /// <param name="rateHz">Hz.</param>
    /// <returns>Root of the mean square over the active time, linear; 0 for silence.</returns>
    public static double Rms(ReadOnlySpan<float> samples, double rateHz)
    {
        double peak = 0, energy = 0;
        foreach (float x in samples)
        {
            peak = Math.Max(peak, Math.Abs(x));
            energy += (double)x * x;
        }
        if (energy == 0) return 0;
        Span<long> active = stackalloc long[Thresholds];
        CountActive(samples, rateHz, peak, active);

        // The threshold that lies MarginDb below the level it gives, by interpolation between the two steps around it (P.56 §10.2).
        double lastLevelDb = 0, lastDifference = double.NaN;
        for (int j = 0; j < Thresholds; j++)
        {
            if (active[j] == 0) continue;
            double levelDb = 10 * Math.Log10(energy / active[j]);
            double difference = levelDb - 20 * Math.Log10(Threshold(peak, j)) - MarginDb;
            if (difference >= 0)
            {
                double w = double.IsNaN(lastDifference) ? 1 : lastDifference / (lastDifference - difference);
                return Math.Pow(10, ((1 - w) * (double.IsNaN(lastDifference) ? levelDb : lastLevelDb) + w * levelDb) / 20);
            }
            (lastLevelDb, lastDifference) = (levelDb, difference);
        }
        return Math.Sqrt(energy / samples.Length);
    }

    private static double Threshold(double peak, int j) => peak * Math.Pow(0.5, j + 1);

    /// <param name="active">[thresholds] samples whose smoothed envelope is above each threshold, or was within the hangover.</param>
    private static void CountActive(ReadOnlySpan<float> samples, double rateHz, double peak, Span<long> active)
    {
        double g = Math.Exp(-1 / (rateHz * TimeConstantS)), p = 0, q = 0;
        int hangover = (int)(HangoverS * rateHz);
        Span<double> thresholds = stackalloc double[Thresholds];
        Span<int> since = stackalloc int[Thresholds];
        for (int j = 0; j < Thresholds; j++) { thresholds[j] = Threshold(peak, j); since[j] = hangover; }
        foreach (float x in samples)
        {
            p = g * p + (1 - g) * Math.Abs(x);
            q = g * q + (1 - g) * p;
            for (int j = 0; j < Thresholds; j++)
            {
                if (q >= thresholds[j]) since[j] = 0;
                else if (since[j] >= hangover) continue;
                else since[j]++;
                active[j]++;
            }
        }
    }
}
