namespace AttentionEngine.Capture.Xdf;

/// <summary>pyxdf's jitter removal: breaks where stamps step by more than 1 s and 500 samples, and a line of time over index in each part.</summary>
internal static class SegmentDejitter
{
    /// <param name="timesS">[samples] in and out, seconds.</param>
    public static IReadOnlyList<XdfSegment> Apply(double[] timesS, double nominalRateHz, out double effectiveRateHz)
    {
        double breakS = Math.Max(1, 500 / nominalRateHz);
        var segments = new List<XdfSegment>();
        int first = 0;
        for (int i = 0; i < timesS.Length; i++)
        {
            if (i + 1 < timesS.Length && !(Math.Abs(timesS[i + 1] - timesS[i]) > breakS)) continue;
            segments.Add(new XdfSegment(first, i));
            first = i + 1;
        }
        double intervals = 0, durationS = 0;
        foreach (var s in segments)
        {
            FitLine(timesS.AsSpan(s.First, s.Count));
            intervals += s.Count - 1;
            durationS += timesS[s.Last] - timesS[s.First];
        }
        effectiveRateHz = intervals > 0 ? intervals / durationS : 0;
        return segments;
    }

    private static void FitLine(Span<double> timesS)
    {
        if (timesS.Length < 2) return;
        double middle = (timesS.Length - 1) / 2.0, origin = timesS[0], mean = 0, xy = 0, xx = 0;
        foreach (double t in timesS) mean += t - origin;
        mean /= timesS.Length;
        for (int i = 0; i < timesS.Length; i++)
        {
            xy += (i - middle) * (timesS[i] - origin - mean);
            xx += (i - middle) * (i - middle);
        }
        double slope = xy / xx;
        for (int i = 0; i < timesS.Length; i++) timesS[i] = origin + (mean + slope * (i - middle));
    }
}
