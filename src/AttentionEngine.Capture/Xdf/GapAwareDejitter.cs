using System.Runtime.CompilerServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Removes jitter and keeps gaps. A gap is a step in the stamps that lasts: the medians of the residuals on both sides of it differ by
/// more than half a period and by far more than they usually do in this recording; a late burst that catches up is none. Across gaps below a second the samples
/// stay on one grid of periods (lost samples are whole ones) unless a long enough run shows another phase.
/// </summary>
internal static class GapAwareDejitter
{
    private const double BreakS = 1, WindowS = 0.25, PeriodTolerance = 2e-4;
    private const int LeastWindow = 6, MostWindow = 400;

    // Medians over long recordings are taken from about so many places.
    private const int MostLooks = 50_000;

    /// <param name="timesS">[samples] in and out, seconds.</param>
    public static (IReadOnlyList<XdfSegment> Runs, IReadOnlyList<XdfGap> Gaps, double EffectiveRateHz) Apply(double[] timesS, double nominalRateHz)
    {
        int n = timesS.Length;
        if (n < 3) return ([new XdfSegment(0, n - 1)], [], n == 2 && timesS[1] > timesS[0] ? 1 / (timesS[1] - timesS[0]) : 0);
        double periodS = MedianPeriod(timesS, nominalRateHz);
        var found = Find(timesS, periodS);
        // In a short recording the strides of the median reach over gaps; what lies between the gaps does not.
        double withinS = PeriodWithin(timesS, found.Runs, periodS);
        if (Math.Abs(withinS / periodS - 1) > PeriodTolerance) found = Find(timesS, periodS = withinS);
        return (found.Runs, found.Gaps, LatticeFit.Apply(timesS, new Lattice(found.Lattice), found.Runs, found.StretchOfRun, periodS));
    }

    /// <param name="StretchOfRun">[runs] a break starts a stretch with a phase of its own.</param>
    /// <param name="Lattice">[samples] place of each on the grid of periods; null when none is missing.</param>
    private readonly record struct Found(List<XdfSegment> Runs, List<XdfGap> Gaps, List<int> StretchOfRun, double[]? Lattice);

    private static Found Find(double[] timesS, double periodS)
    {
        int n = timesS.Length;
        // Steps in samples before each sample.
        var gaps = new List<XdfGap>();
        var runs = new List<XdfSegment>();
        var stretchOfRun = new List<int>();
        double[]? lattice = null;
        int stretch = 0, first = 0;
        var candidates = Candidates(timesS, periodS);
        double usualS = UsualStep(timesS, periodS, candidates);
        for (int c = 0; c < candidates.Count; c++)
        {
            int i = candidates[c];
            double stepS = timesS[i + 1] - timesS[i] - periodS;
            bool isBreak = Math.Abs(stepS) > BreakS || stepS < -periodS - BreakS / 2;
            int from = Math.Max(first, BeforeBreak(candidates, timesS, c, -1)), to = BeforeBreak(candidates, timesS, c, +1);
            bool lasts = Lasts(timesS, i, from, to, periodS, usualS, ref stepS);
            if (!isBreak && !lasts) continue;
            runs.Add(new XdfSegment(first, i));
            stretchOfRun.Add(stretch);
            if (isBreak) stretch++;
            long missing = stepS > 0 ? Math.Max(isBreak ? 0 : 1, (long)Math.Round(stepS / periodS)) : 0;
            if (missing > 0) gaps.Add(new XdfGap(i, missing));
            if (missing > 0) (lattice ??= new double[n])[i + 1] = missing;
            first = i + 1;
        }
        runs.Add(new XdfSegment(first, n - 1));
        stretchOfRun.Add(stretch);
        if (lattice is not null) for (int i = 1; i < n; i++) lattice[i] += lattice[i - 1] + 1;
        return new Found(runs, gaps, stretchOfRun, lattice);
    }

    /// <summary>The mean period within unbroken runs of a second or more; <paramref name="otherwiseS"/> without any.</summary>
    private static double PeriodWithin(double[] timesS, List<XdfSegment> runs, double otherwiseS)
    {
        double spanS = 0, steps = 0;
        foreach (var run in runs)
        {
            double runS = timesS[run.Last] - timesS[run.First];
            if (!(runS >= BreakS) || run.Count < 2 * LeastWindow) continue;
            spanS += runS;
            steps += run.Count - 1;
        }
        return steps > 0 ? spanS / steps : otherwiseS;
    }

    /// <summary>The median over long strides: few gaps and any jitter leave it alone.</summary>
    private static double MedianPeriod(double[] timesS, double nominalRateHz)
    {
        int stride = Math.Clamp(timesS.Length / 4, 1, Math.Max(1, (int)(5 * nominalRateHz)));
        int every = Math.Max(1, (timesS.Length - stride) / MostLooks);
        var periods = new double[(timesS.Length - stride - 1) / every + 1];
        for (int k = 0; k < periods.Length; k++) periods[k] = (timesS[k * every + stride] - timesS[k * every]) / stride;
        double median = XdfClockSync.MedianInPlace(periods);
        return median > 0 ? median : 1 / nominalRateHz;
    }

    /// <summary>Samples after which the stamps step up by more than half a period and three deviations of the usual step, or break.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static List<int> Candidates(double[] timesS, double periodS)
    {
        int every = Math.Max(1, timesS.Length / MostLooks);
        var away = new double[(timesS.Length - 2) / every + 1];
        for (int k = 0; k < away.Length; k++) away[k] = Math.Abs(timesS[k * every + 1] - timesS[k * every] - periodS);
        double limit = Math.Max(0.5 * periodS, 3 * 1.4826 * XdfClockSync.MedianInPlace(away));
        var found = new List<int>();
        for (int i = 0; i + 1 < timesS.Length; i++)
        {
            double stepS = timesS[i + 1] - timesS[i] - periodS;
            if (stepS > limit || Math.Abs(stepS) > BreakS / 2) found.Add(i);
        }
        return found;
    }

    /// <summary>How far a window may reach without crossing a break: the sample after the break before, or the break's own sample after.</summary>
    private static int BeforeBreak(List<int> candidates, double[] timesS, int at, int direction)
    {
        for (int c = at + direction; c >= 0 && c < candidates.Count; c += direction)
        {
            int i = candidates[c];
            if (Math.Abs(candidates[at] - i) > MostWindow) break;
            if (Math.Abs(timesS[i + 1] - timesS[i]) > BreakS / 10) return direction < 0 ? i + 1 : i;
        }
        return direction < 0 ? 0 : timesS.Length - 1;
    }

    /// <summary>Whether the step after sample <paramref name="i"/> lasts over the windows before and after; gives its size.</summary>
    private static bool Lasts(double[] timesS, int i, int from, int to, double periodS, double usualS, ref double stepS)
    {
        if (!MeasureStep(timesS, i, from, to, periodS, out double lasting, out double noise)) return stepS > 0.1;
        if (lasting < 0.5 * stepS || lasting < Math.Max(0.6 * periodS, double.IsNaN(usualS) ? 5 * noise : 6 * usualS)) return false;
        stepS = lasting;
        return true;
    }

    /// <summary>The step between the medians of the residuals in the windows up to and after sample <paramref name="i"/>.</summary>
    private static bool MeasureStep(double[] timesS, int i, int from, int to, double periodS, out double stepS, out double noiseS)
    {
        int window = Window(periodS), before = Math.Min(window, i - from + 1), after = Math.Min(window, to - i);
        (stepS, noiseS) = (0, 0);
        if (before < LeastWindow || after < LeastWindow) return false;
        double[] left = new double[before], right = new double[after];
        for (int k = 0; k < before; k++) left[k] = timesS[i - k] + k * periodS - timesS[i];
        for (int k = 0; k < after; k++) right[k] = timesS[i + 1 + k] - (k + 1) * periodS - timesS[i];
        double leftMedian = XdfClockSync.MedianInPlace(left), rightMedian = XdfClockSync.MedianInPlace(right);
        double spread = Math.Max(Deviation(left, leftMedian), Deviation(right, rightMedian));
        stepS = rightMedian - leftMedian;
        // Stamps of one burst share their error: count only a quarter of them.
        noiseS = 1.2533 * spread * Math.Sqrt(4.0 / before + 4.0 / after);
        return true;
    }

    /// <summary>
    /// The usual size of such steps in this recording, measured all over it, at the starts of bursts where it has bursts: what network
    /// and host do to stamps lasts too. NaN when the recording is too short to tell.
    /// </summary>
    private static double UsualStep(double[] timesS, double periodS, List<int> candidates)
    {
        int window = Window(periodS), stride = Math.Max(Math.Max(1, window / 2), timesS.Length / 2000);
        var steps = new List<double>();
        int c = 0;
        for (int i = window; i + window < timesS.Length; i += stride)
        {
            while (c < candidates.Count && candidates[c] < i) c++;
            int at = c < candidates.Count && candidates[c] < i + stride ? candidates[c] : i;
            if (MeasureStep(timesS, at, 0, timesS.Length - 1, periodS, out double step, out _)) steps.Add(Math.Abs(step));
        }
        return steps.Count < 12 ? double.NaN : 1.4826 * XdfClockSync.Median([.. steps]);
    }

    private static int Window(double periodS) => (int)Math.Clamp(WindowS / periodS, LeastWindow, MostWindow);

    /// <summary>The values are lost.</summary>
    private static double Deviation(double[] values, double median)
    {
        foreach (ref double v in values.AsSpan()) v = Math.Abs(v - median);
        return 1.4826 * XdfClockSync.MedianInPlace(values);
    }
}
