using System.Runtime.CompilerServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Fits time over the grid of periods on which samples lie. A stretch (no break of a second or more) gets one line; short stretches borrow
/// the others' rate. Where the rate of the source wandered, so that a line leaves more than the jitter explains, the line becomes a
/// chain of local lines over windows of 10 s.
/// </summary>
internal static class LatticeFit
{
    private const int LongStretch = 500, LeastRun = 6;
    private const double BlockS = 2, WindowS = 10, KnotS = 1;

    /// <param name="timesS">[samples] in and out, seconds.</param>
    /// <param name="lattice">Index of each sample counted with the missing ones.</param>
    /// <param name="runs">Unbroken runs; <paramref name="stretchOfRun"/> gives each its stretch.</param>
    /// <returns>Effective rate, Hz.</returns>
    public static double Apply(double[] timesS, Lattice lattice, List<XdfSegment> runs, List<int> stretchOfRun, double medianPeriodS)
    {
        var lines = new List<(int FirstRun, int LastRun, Line Line)>();
        double xx = 0, xt = 0;
        for (int first = 0; first < runs.Count;)
        {
            int last = first;
            while (last + 1 < runs.Count && stretchOfRun[last + 1] == stretchOfRun[first]) last++;
            var line = Line.Of(timesS, lattice, runs[first].First, runs[last].Last);
            xx += line.Xx;
            xt += line.Xt;
            lines.Add((first, last, line));
            first = last + 1;
        }
        double shared = xx > 0 && xt > 0 ? xt / xx : medianPeriodS;
        double steps = 0, spanS = 0;
        foreach (var (firstRun, lastRun, own) in lines)
        {
            int first = runs[firstRun].First, last = runs[lastRun].Last;
            var line = own with { PeriodS = last - first + 1 >= LongStretch && own.Xt > 0 ? own.Xt / own.Xx : shared };
            if (Wanders(timesS, lattice, first, last, line)) FollowLocally(timesS, lattice, first, last, line);
            else for (int r = firstRun; r <= lastRun; r++) TakeLine(timesS, lattice, runs[r], line);
            steps += lattice[last] - lattice[first];
            spanS += timesS[last] - timesS[first];
        }
        return steps > 0 && spanS > 0 ? steps / spanS : 1 / shared;
    }

    /// <summary>The line of a stretch, with a phase of its own for a run that clearly shows one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeLine(double[] timesS, Lattice lattice, XdfSegment run, Line line)
    {
        double mean = 0, square = 0;
        for (int i = run.First; i <= run.Last; i++) mean += line.Residual(timesS[i], lattice[i]);
        mean /= run.Count;
        for (int i = run.First; i <= run.Last; i++) square += Square(line.Residual(timesS[i], lattice[i]) - mean);
        // Stamps of one chunk share their error: only a quarter of them count.
        double error = Math.Sqrt(square / run.Count * 4 / run.Count);
        double phase = run.Count >= LeastRun && Math.Abs(mean) > Math.Max(4 * error, line.PeriodS / 8) ? mean : 0;
        for (int i = run.First; i <= run.Last; i++) timesS[i] = line.At(lattice[i]) + phase;
    }

    /// <summary>Whether the means of blocks of 2 s stray from the line by more than their own noise explains, and by more than 0.2 ms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Wanders(double[] timesS, Lattice lattice, int first, int last, Line line)
    {
        int block = (int)Math.Max(8, BlockS / line.PeriodS);
        int blocks = (last - first + 1) / block;
        if (blocks < 5) return false;
        double between = 0, within = 0;
        for (int b = 0; b < blocks; b++)
        {
            double mean = 0, square = 0;
            for (int i = first + b * block; i < first + (b + 1) * block; i++)
            {
                double r = line.Residual(timesS[i], lattice[i]);
                mean += r / block;
                square += r * r / block;
            }
            between += mean * mean / blocks;
            within += Math.Max(0, square - mean * mean) / blocks;
        }
        return between > Math.Max(4 * within * 4 / block, 0.2e-3 * 0.2e-3);
    }

    /// <summary>Lines over 10 s around knots each second, joined.</summary>
    private static void FollowLocally(double[] timesS, Lattice lattice, int first, int last, Line line)
    {
        int half = (int)Math.Max(LeastRun, WindowS / 2 / line.PeriodS), step = (int)Math.Max(1, KnotS / line.PeriodS);
        var knots = new List<(double X, double T)>();
        for (int i = first; ; i = Math.Min(last, i + step))
        {
            var local = Line.Of(timesS, lattice, Math.Max(first, i - half), Math.Min(last, i + half));
            local = local with { PeriodS = local.Xt > 0 ? local.Xt / local.Xx : line.PeriodS };
            knots.Add((lattice[i], local.At(lattice[i])));
            if (i == last) break;
        }
        int k = 0;
        for (int i = first; i <= last; i++)
        {
            while (k + 2 < knots.Count && lattice[i] > knots[k + 1].X) k++;
            var (a, b) = (knots[k], knots[Math.Min(k + 1, knots.Count - 1)]);
            timesS[i] = b.X > a.X ? a.T + (b.T - a.T) * (lattice[i] - a.X) / (b.X - a.X) : a.T;
        }
    }

    private static double Square(double x) => x * x;

    /// <summary>time(x) = OriginS + (MeanS + PeriodS · (x − OriginX − MeanX)); differences to the first sample keep the sums small.</summary>
    private readonly record struct Line(double OriginS, double OriginX, double MeanS, double MeanX, double Xx, double Xt)
    {
        public double PeriodS { get; init; }

        public double At(double x) => OriginS + (MeanS + PeriodS * (x - OriginX - MeanX));

        public double Residual(double timeS, double x) => timeS - OriginS - MeanS - PeriodS * (x - OriginX - MeanX);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static Line Of(double[] timesS, Lattice lattice, int first, int last)
        {
            double originS = timesS[first], originX = lattice[first], meanS = 0, meanX = 0, xx = 0, xt = 0;
            int count = last - first + 1;
            for (int i = first; i <= last; i++)
            {
                meanS += timesS[i] - originS;
                meanX += lattice[i] - originX;
            }
            meanS /= count;
            meanX /= count;
            for (int i = first; i <= last; i++)
            {
                double x = lattice[i] - originX - meanX;
                xx += x * x;
                xt += x * (timesS[i] - originS - meanS);
            }
            return new Line(originS, originX, meanS, meanX, xx, xt);
        }
    }
}

/// <summary>Where each sample lies on the grid of periods.</summary>
/// <param name="positions">[samples]; null when no sample is missing: then the place is the index, and no memory is needed.</param>
internal readonly struct Lattice(double[]? positions)
{
    public double this[int sample] => positions is null ? sample : positions[sample];
}
