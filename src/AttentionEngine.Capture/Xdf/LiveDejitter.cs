using AttentionEngine.Core.Time;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Jitter removal as the engine does it live and in replay, by the same <see cref="SampleClockFitter"/>: each time knows only the stamps before it.</summary>
internal static class LiveDejitter
{
    private const double PieceS = 0.01;

    /// <summary>Samples in one call of the fit; an inlet's chunks vary around this.</summary>
    public static int PieceOf(double nominalRateHz) => (int)Math.Clamp(nominalRateHz * PieceS, 1, 1 << 16);

    /// <param name="timesS">[samples] in and out, seconds of the recorder's clock.</param>
    /// <param name="clocks">Runs under one clock of the source; empty: one run. A clock that was set says nothing about samples lost.</param>
    public static (IReadOnlyList<XdfSegment> Runs, IReadOnlyList<XdfGap> Gaps, double EffectiveRateHz) Apply(double[] timesS, double nominalRateHz, IReadOnlyList<XdfSegment> clocks)
    {
        var runs = new List<XdfSegment>();
        var gaps = new List<XdfGap>();
        double rateHz = 0;
        int piece = PieceOf(nominalRateHz);
        var fitted = new double[piece];
        foreach (var clock in clocks.Count > 0 ? clocks : [new XdfSegment(0, timesS.Length - 1)])
        {
            var fitter = new SampleClockFitter(nominalRateHz);
            int first = clock.First;
            for (int at = clock.First; at <= clock.Last; at += piece)
            {
                int frames = Math.Min(piece, clock.Last + 1 - at);
                var change = fitter.Add(timesS.AsSpan(at, frames), fitted);
                fitted.AsSpan(0, frames).CopyTo(timesS.AsSpan(at));
                if (change.IsNone || at == first) continue;
                runs.Add(new XdfSegment(first, at - 1));
                if (change.MissingSamples > 0) gaps.Add(new XdfGap(at - 1, change.MissingSamples));
                first = at;
            }
            runs.Add(new XdfSegment(first, clock.Last));
            rateHz = fitter.RateHz; // as a number: stamps of a damaged file may be no time at all
        }
        return (runs, gaps, rateHz);
    }
}
