namespace AttentionEngine.Capture.Xdf;

public enum XdfTimingMode
{
    /// <summary>Keeps gaps of any length where they are (default).</summary>
    GapAware,

    /// <summary>What pyxdf 1.17 computes, to 1 ns (where offsets are days long, to its own rounding of some 10 ns): gaps shorter than 1 s or 500 samples are smeared over the recording.</summary>
    PyxdfCompatible,

    /// <summary>By the engine's own fit, as live and in replay: each time from the stamps before it only. Less exact than the default, which knows what comes after, too.</summary>
    Live,
}

/// <param name="Synchronize">Map stamps to the recorder's clock by the clock offsets.</param>
/// <param name="Dejitter">Replace the stamps of regular streams by fitted ones.</param>
public sealed record XdfTimingOptions(bool Synchronize = true, bool Dejitter = true, XdfTimingMode Mode = XdfTimingMode.GapAware);

/// <summary>Samples first to last, both included.</summary>
public readonly record struct XdfSegment(int First, int Last)
{
    public int Count => Last - First + 1;
}

/// <summary>Missing data in a regular stream.</summary>
/// <param name="AfterSample">The last sample before it.</param>
/// <param name="MissingSamples">How many are missing, by the fitted rate.</param>
public readonly record struct XdfGap(int AfterSample, long MissingSamples);

/// <summary>When the samples of a stream were taken.</summary>
/// <param name="TimesS">[samples] seconds; shorter than the values when the file ends with a sample that its outlet never sent (liblsl issue 246; then the values' tail is to be left out).</param>
/// <param name="Segments">Unbroken runs of samples.</param>
/// <param name="ClockSegments">Runs of samples under one clock of the source; more than one after a restart.</param>
/// <param name="Gaps">Where samples are missing; not in <see cref="XdfTimingMode.PyxdfCompatible"/>.</param>
/// <param name="EffectiveRateHz">Measured rate; 0 for irregular streams.</param>
public sealed record XdfTimes(double[] TimesS, IReadOnlyList<XdfSegment> Segments, IReadOnlyList<XdfSegment> ClockSegments, IReadOnlyList<XdfGap> Gaps, double EffectiveRateHz, int ClockResets)
{
    public static XdfTimes Of(XdfStreamData stream, XdfTimingOptions? options = null)
    {
        options ??= new XdfTimingOptions();
        var (stamps, offsets) = options.Synchronize ? XdfGhostSample.Remove(stream) : (stream.StampsS, stream.ClockOffsets);
        double[] times = XdfMemory.Take<double>(stamps.Length);
        XdfBlocks.Run(times.Length, (from, count) => stamps.AsSpan(from, count).CopyTo(times.AsSpan(from, count)));
        if (times.Length == 0) return new XdfTimes(times, [], [], [], 0, 0);
        var map = new XdfClockMap(offsets);
        bool compatible = options.Mode == XdfTimingMode.PyxdfCompatible;
        IReadOnlyList<XdfSegment> clockSegments = !options.Synchronize || offsets.Length == 0 ? [] : compatible ? XdfClockSync.Apply(times, offsets) : map.ToRecorder(times);
        int resets = compatible ? Math.Max(0, XdfClockSync.Ranges(offsets).Count - 1) : map.Resets;
        var whole = new XdfSegment(0, times.Length - 1);
        double rate = stream.Info.NominalRateHz;
        double spanS = times[^1] - times[0];
        double meanRate = rate > 0 && times.Length > 1 && (spanS > 0 || (spanS < 0 && compatible)) ? (times.Length - 1) / spanS : 0;
        bool mayDrop = string.Equals(stream.Info.Desc.Element("synchronization")?.Element("can_drop_samples")?.Value, "true", StringComparison.OrdinalIgnoreCase);
        if (rate == 0 || !options.Dejitter || mayDrop) return new XdfTimes(times, [whole], clockSegments, [], meanRate, resets);
        if (compatible)
        {
            var segments = SegmentDejitter.Apply(times, rate, out double effective);
            return new XdfTimes(times, segments, clockSegments, [], effective, resets);
        }
        var (runs, gaps, fitted) = options.Mode == XdfTimingMode.Live ? LiveDejitter.Apply(times, rate, clockSegments) : GapAwareDejitter.Apply(times, rate);
        return new XdfTimes(times, runs, clockSegments, gaps, fitted, resets);
    }
}
