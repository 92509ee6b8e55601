using AttentionEngine.Core.Time;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// From a stream's stamps to the recorder's clock, with all clock offsets of the recording known: one <see cref="ClockOffsetTrack"/> for
/// each clock that the source had. More than one after a restart (found as pyxdf does), and after a jump of any size, found as live
/// (<see cref="ClockOffsetEstimator"/>), where the recording keeps round trips. Takes the stamps in their order, piece by piece. Not thread-safe.
/// </summary>
public sealed class XdfClockMap
{
    private const double SilenceS = 30, MarginS = 0.1;
    private readonly XdfClockOffset[] _offsets;
    private readonly IReadOnlyList<XdfSegment> _ranges;
    private readonly ClockOffsetTrack[] _tracks;
    private int _range;
    private double _lastS = double.NaN, _stepS = double.NaN;

    /// <param name="offsets">In the order of the file; none: the stamps are the recorder's own.</param>
    public XdfClockMap(XdfClockOffset[] offsets)
    {
        _offsets = [.. offsets.Where(o => double.IsFinite(o.CollectionTimeS) && double.IsFinite(o.OffsetS))];
        _ranges = [.. XdfClockSync.Ranges(_offsets).SelectMany(r => Split(r))];
        _tracks = [.. _ranges.Select(r => new ClockOffsetTrack([.. _offsets.AsSpan(r.First, r.Count).ToArray().Select(o => o.ToProbe())]))];
    }

    /// <summary>Cuts a run of offsets where the live estimator finds a jump.</summary>
    private IEnumerable<XdfSegment> Split(XdfSegment range)
    {
        var estimator = new ClockOffsetEstimator();
        int first = range.First;
        for (int i = range.First; i <= range.Last; i++)
        {
            if (double.IsNaN(_offsets[i].RoundTripS)) break; // how far the offset may be wrong is not known
            if (!estimator.Add(_offsets[i].ToProbe())) continue;
            // The probe before this one was the first of the new clock; this one agrees with it.
            yield return new XdfSegment(first, i - 2);
            first = i - 1;
        }
        yield return new XdfSegment(first, range.Last);
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
        while (_range + 1 < _tracks.Length && IsOfNext(stampS)) _range++;
        (_stepS, _lastS) = (stampS - _lastS, stampS);
        return _tracks[_range].ToLocal(stampS);
    }

    /// <summary>
    /// A stamp belongs to the next clock from the step that the jump makes in the stamps themselves (samples may be missing there too), or
    /// when this clock cannot have come so far by the next probe. A clock that goes on smoothly goes on.
    /// </summary>
    private bool IsOfNext(double stampS)
    {
        var (last, next) = (_offsets[_ranges[_range].Last], _offsets[_ranges[_range + 1].First]);
        double lastS = last.CollectionTimeS, betweenS = next.ToProbe().LocalTimeS - last.ToProbe().LocalTimeS, jumpS = last.OffsetS - next.OffsetS;
        if (double.IsNaN(_lastS) && stampS >= _offsets[_ranges[_range].First].CollectionTimeS - SilenceS && stampS <= lastS) return false;
        if (double.IsNaN(_lastS)) return !(Math.Abs(stampS - lastS) < Math.Abs(stampS - next.CollectionTimeS));
        double moreS = stampS - _lastS - (double.IsNaN(_stepS) ? 0 : _stepS);
        bool steps = jumpS > 0 ? moreS > jumpS / 2 : moreS < jumpS / 2;
        if (steps && (_lastS > lastS - betweenS - SilenceS || (jumpS < 0 && stampS < lastS))) return true;
        return stampS > lastS + betweenS + MarginS;
    }
}
