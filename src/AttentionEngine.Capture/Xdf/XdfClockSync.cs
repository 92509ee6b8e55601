using System.Runtime.CompilerServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Maps stamps to the recorder's clock: the clock offsets are cut where the source's clock was reset, and each part gets a robust line.
/// Thresholds and order of steps are those of pyxdf, so that results agree in <see cref="XdfTimingMode.PyxdfCompatible"/>; the default mode has
/// <see cref="XdfClockMap"/>.
/// </summary>
internal static class XdfClockSync
{
    internal const double Epsilon = 2.220446049250313e-16;
    private const double ResetTimeS = 5, ResetTimeDeviations = 5, ResetOffsetS = 1, ResetOffsetDeviations = 10;

    /// <param name="timesS">[samples] source stamps in, recorder times out.</param>
    /// <returns>Runs of samples under one clock; empty without offsets.</returns>
    public static IReadOnlyList<XdfSegment> Apply(double[] timesS, XdfClockOffset[] offsets)
    {
        if (offsets.Length == 0) return [];
        var ranges = Ranges(offsets);
        var segments = new List<XdfSegment>();
        int start = 0;
        foreach (var range in ranges)
        {
            int stop = range.Last + 1 < offsets.Length ? EndOfRange(timesS, start, offsets[range.Last].CollectionTimeS, offsets[range.Last + 1].CollectionTimeS) : timesS.Length;
            if (stop == start) continue;
            var (intercept, slope) = range.Count == 1 ? (offsets[range.First].OffsetS, 0) : HuberLine.Fit(offsets.AsSpan(range.First, range.Count));
            int first = start;
            XdfBlocks.Run(stop - start, (from, count) => AddLine(timesS.AsSpan(first + from, count), intercept, slope));
            segments.Add(new XdfSegment(start, stop - 1));
            start = stop;
        }
        return segments;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLine(Span<double> timesS, double intercept, double slope)
    {
        foreach (ref double t in timesS) t += intercept + slope * t;
    }

    /// <summary>Runs of offsets between resets: where time goes back, or where both its step and the offset's step are outliers.</summary>
    public static IReadOnlyList<XdfSegment> Ranges(XdfClockOffset[] offsets)
    {
        if (offsets.Length == 0) return [];
        int n = offsets.Length - 1;
        double[] timeSteps = new double[n], offsetSteps = new double[n];
        for (int i = 0; i < n; i++)
        {
            timeSteps[i] = offsets[i + 1].CollectionTimeS - offsets[i].CollectionTimeS;
            offsetSteps[i] = offsets[i + 1].OffsetS - offsets[i].OffsetS;
        }
        var timeOdd = Outliers(timeSteps, ResetTimeDeviations, ResetTimeS);
        var offsetOdd = Outliers(offsetSteps, ResetOffsetDeviations, ResetOffsetS);
        var ranges = new List<XdfSegment>();
        int first = 0;
        for (int i = 0; i < n; i++)
        {
            if (!(timeSteps[i] < 0 || (timeOdd[i] && offsetOdd[i]))) continue;
            ranges.Add(new XdfSegment(first, i));
            first = i + 1;
        }
        ranges.Add(new XdfSegment(first, n));
        return ranges;
    }

    /// <summary>The first sample that is nearer to the next clock's first offset than to this clock's last.</summary>
    private static int EndOfRange(double[] timesS, int start, double lastS, double nextS)
    {
        for (int i = start; i < timesS.Length; i++)
            if (!(Math.Abs(timesS[i] - lastS) < Math.Abs(timesS[i] - nextS))) return i;
        return timesS.Length;
    }

    private static bool[] Outliers(double[] steps, double deviations, double seconds)
    {
        double middle = Median(steps);
        double[] away = [.. steps.Select(s => Math.Abs(s - middle))];
        double spread = Median(away) + Epsilon;
        return [.. away.Select(a => a / spread > deviations && a > seconds)];
    }

    internal static double Median(double[] values) => MedianInPlace([.. values]);

    /// <summary>The median by selection, which is several times faster than by sorting and gives the same value. The values change their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double MedianInPlace(Span<double> values)
    {
        if (values.Length == 0) return 0;
        int half = values.Length / 2;
        double upper = Select(values, half);
        if (values.Length % 2 == 1) return upper;
        double lower = double.NaN;
        foreach (double v in values[..half]) // after the selection everything before half is no greater
            if (v > lower || double.IsNaN(lower)) lower = v;
        return (lower + upper) / 2;
    }

    /// <summary>The value that sorting would put at <paramref name="wanted"/> (Hoare 1961); NaN counts as smallest, as in sorting.</summary>
    private static double Select(Span<double> values, int wanted)
    {
        int nan = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i])) continue;
            (values[i], values[nan]) = (values[nan], values[i]);
            nan++;
        }
        if (wanted < nan) return double.NaN;
        int low = nan, high = values.Length - 1;
        while (low < high)
        {
            double a = values[low], b = values[(low + high) / 2], c = values[high];
            double pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = low, j = high;
            while (i <= j)
            {
                while (values[i] < pivot) i++;
                while (values[j] > pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (wanted <= j) high = j;
            else if (wanted >= i) low = i;
            else break;
        }
        return values[wanted];
    }
}
