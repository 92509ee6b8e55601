using AttentionEngine.Core.Time;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// From a stream's stamps to the recorder's clock, with all clock offsets of the recording known: one <see cref="ClockOffsetTrack"/> for
/// each clock that the source had (more than one after a restart). Takes the stamps in their order, piece by piece. Not thread-safe.
/// </summary>
public sealed class XdfClockMap
{
    private readonly XdfClockOffset[] _offsets;
    private readonly IReadOnlyList<XdfSegment> _ranges;
    private readonly ClockOffsetTrack[] _tracks;
    private int _range;

    /// <param name="offsets">In the order of the file; none: the stamps are the recorder's own.</param>
    public XdfClockMap(XdfClockOffset[] offsets)
    {
        _offsets = [.. offsets.Where(o => double.IsFinite(o.CollectionTimeS) && double.IsFinite(o.OffsetS))];
        _ranges = XdfClockSync.Ranges(_offsets);
        _tracks = [.. _ranges.Select(r => new ClockOffsetTrack([.. _offsets.AsSpan(r.First, r.Count).ToArray().Select(o => o.ToProbe())]))];
    }

    /// <summary>Times that the source's clock was set or restarted.</summary>
    public int Resets => Math.Max(0, _ranges.Count - 1);

    /// <summary>Half-width that covers the truth with at least 99 %, seconds; NaN without offsets.</summary>
    public double UncertaintyS => _tracks.Length == 0 ? double.NaN : _tracks.Max(t => t.UncertaintyS);

    /// <summary>Which of the source's clocks the newest stamp belongs to, from 0.</summary>
    public int Clock => _range;

    /// <summary>Maps a whole stream's stamps in place.</summary>
    /// <param name="stampsS">[samples] in their order.</param>
    /// <returns>Runs of samples under one clock.</returns>
    internal List<XdfSegment> ToRecorder(double[] stampsS)
    {
        var segments = new List<XdfSegment>();
        if (_tracks.Length == 1)
        {
            _tracks[0].ToLocal(stampsS);
            if (stampsS.Length > 0) segments.Add(new XdfSegment(0, stampsS.Length - 1));
            return segments;
        }
        int start = 0, clock = -1;
        for (int i = 0; i < stampsS.Length; i++)
        {
            stampsS[i] = ToRecorder(stampsS[i]);
            if (Clock == clock) continue;
            if (i > start) segments.Add(new XdfSegment(start, i - 1));
            (start, clock) = (i, Clock);
        }
        if (stampsS.Length > start) segments.Add(new XdfSegment(start, stampsS.Length - 1));
        return segments;
    }

    /// <summary>The next stamp of the stream on the recorder's clock, seconds.</summary>
    public double ToRecorder(double stampS)
    {
        if (_tracks.Length == 0 || !double.IsFinite(stampS)) return stampS;
        // A stamp belongs to the next clock from the first that is nearer to that clock's first offset than to this one's last.
        while (_range + 1 < _tracks.Length && !(Math.Abs(stampS - _offsets[_ranges[_range].Last].CollectionTimeS) < Math.Abs(stampS - _offsets[_ranges[_range + 1].First].CollectionTimeS))) _range++;
        return _tracks[_range].ToLocal(stampS);
    }
}
