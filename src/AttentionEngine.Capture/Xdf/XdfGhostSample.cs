using System.Globalization;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// A file may end with a sample that its outlet never sent and a wild clock offset (liblsl issue 246, pylsl issue 67). Both are taken
/// away when both signs are there, as pyxdf does: more samples than the footer counts, and a last offset that is an outlier.
/// </summary>
internal static class XdfGhostSample
{
    private const double TimeRatio = 10, ValueDeviations = 10;

    public static (double[] StampsS, XdfClockOffset[] Offsets) Remove(XdfStreamData stream)
    {
        var offsets = stream.ClockOffsets;
        string? text = stream.FooterXml is null ? null : XdfInfoXml.TryParse(stream.FooterXml)?.Element("sample_count")?.Value;
        bool isExtra = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double count) && count >= 0 && stream.SampleCount > (long)count;
        return isExtra && offsets.Length >= 3 && LastIsWild(offsets) ? (stream.StampsS[..(int)count], offsets[..^1]) : (stream.StampsS, offsets);
    }

    private static bool LastIsWild(XdfClockOffset[] offsets)
    {
        double[] intervals = [.. offsets.Skip(1).Zip(offsets, (b, a) => b.CollectionTimeS - a.CollectionTimeS)];
        double usual = XdfClockSync.Median(intervals[..^1]), last = Math.Abs(intervals[^1]);
        double ratio = usual > 0 ? last / usual : last > 0 ? double.PositiveInfinity : 1;
        double[] values = [.. offsets.SkipLast(1).Select(o => o.OffsetS)];
        double middle = XdfClockSync.Median(values);
        double spread = XdfClockSync.Median([.. values.Select(v => Math.Abs(v - middle))]);
        double deviations = spread > XdfClockSync.Epsilon ? Math.Abs(offsets[^1].OffsetS - middle) / (1.4826 * spread) : 0;
        return ratio > TimeRatio || deviations > ValueDeviations;
    }
}
