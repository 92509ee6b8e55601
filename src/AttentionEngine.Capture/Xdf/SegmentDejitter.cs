using System.Runtime.CompilerServices;

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
            FitLine(timesS, s);
            intervals += s.Count - 1;
            durationS += timesS[s.Last] - timesS[s.First];
        }
        effectiveRateHz = intervals > 0 ? intervals / durationS : 0;
        return segments;
    }

    private static void FitLine(double[] timesS, XdfSegment segment)
    {
        if (segment.Count < 2) return;
        double middle = (segment.Count - 1) / 2.0, origin = timesS[segment.First];
        double mean = XdfBlocks.Sum(segment.Count, (from, count) => (SumOf(timesS.AsSpan(segment.First + from, count), origin), 0)).A / segment.Count;
        var (xy, xx) = XdfBlocks.Sum(segment.Count, (from, count) => Products(timesS.AsSpan(segment.First + from, count), from - middle, origin + mean));
        double slope = xy / xx;
        XdfBlocks.Run(segment.Count, (from, count) => TakeLine(timesS.AsSpan(segment.First + from, count), from - middle, origin, mean, slope));
    }

    // Four sums side by side: one alone would wait for each addition to end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOf(ReadOnlySpan<double> timesS, double origin)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= timesS.Length; i += 4)
        {
            a += timesS[i] - origin;
            b += timesS[i + 1] - origin;
            c += timesS[i + 2] - origin;
            d += timesS[i + 3] - origin;
        }
        for (; i < timesS.Length; i++) a += timesS[i] - origin;
        return a + b + (c + d);
    }

    /// <summary>Σ x · (t − <paramref name="middleS"/>) and Σ x², x counting from <paramref name="firstX"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Xy, double Xx) Products(ReadOnlySpan<double> timesS, double firstX, double middleS)
    {
        double a = 0, b = 0, xa = 0, xb = 0;
        int i = 0;
        for (; i + 2 <= timesS.Length; i += 2)
        {
            double x = firstX + i, y = x + 1;
            a += x * (timesS[i] - middleS);
            b += y * (timesS[i + 1] - middleS);
            xa += x * x;
            xb += y * y;
        }
        for (; i < timesS.Length; i++)
        {
            double x = firstX + i;
            a += x * (timesS[i] - middleS);
            xa += x * x;
        }
        return (a + b, xa + xb);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeLine(Span<double> timesS, double firstX, double origin, double mean, double slope)
    {
        for (int i = 0; i < timesS.Length; i++) timesS[i] = origin + (mean + slope * (firstX + i));
    }
}
