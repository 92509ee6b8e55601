namespace AttentionEngine.Capture.Datasets;

/// <summary>Horizontal direction of gaze over time, to tell which talker was looked at.</summary>
/// <param name="TimesS">Ascending, on the clock of the trials.</param>
/// <param name="AzimuthDeg">Counter-clockwise (left) positive, in the frame of the talkers' azimuths; NaN where the eyes were not seen.</param>
internal sealed record GazeTrack(double[] TimesS, double[] AzimuthDeg)
{
    /// <summary>A talker is looked at within this angle, or within half of the way to the next one.</summary>
    private const double WithinDeg = 15;

    /// <summary>A sample of gaze speaks for this long.</summary>
    private const double HoldS = 0.1;

    /// <param name="talkersDeg">[K] at a time, s.</param>
    /// <returns>[samples] index of the talker looked at; −1: none, or the eyes not seen.</returns>
    public int[] At(Func<double, double[]> talkersDeg, double startS, int samples, double rateHz)
    {
        var looked = new int[samples];
        for (int n = 0; n < samples; n++)
        {
            double timeS = startS + n / rateHz;
            int i = Array.BinarySearch(TimesS, timeS);
            if (i < 0) i = ~i - 1;
            looked[n] = i >= 0 && timeS - TimesS[i] <= HoldS && double.IsFinite(AzimuthDeg[i]) ? Nearest(AzimuthDeg[i], talkersDeg(timeS)) : -1;
        }
        return looked;
    }

    private static int Nearest(double gazeDeg, double[] talkersDeg)
    {
        double[] away = [.. talkersDeg.Select(t => Math.Abs(Math.IEEERemainder(t - gazeDeg, 360)))];
        int best = Array.IndexOf(away, away.Min());
        double next = talkersDeg.Where((_, k) => k != best).Select(t => Math.Abs(Math.IEEERemainder(t - talkersDeg[best], 360))).DefaultIfEmpty(double.PositiveInfinity).Min();
        return away[best] <= Math.Min(WithinDeg, next / 2) ? best : -1;
    }
}
