using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Time;

/// <summary>
/// The offset of a remote clock over a whole recording, from all probes of it: <see cref="ClockLine"/>s through windows of as many probes as
/// a live inlet keeps, joined at their middles, so that a rate that wanders over an hour is followed. Not thread-safe.
/// </summary>
public sealed class ClockOffsetTrack
{
    private const int Window = 64, Step = 16;
    private readonly List<(double MiddleRemoteS, ClockLine Line)> _knots = [];
    private int _at;

    /// <param name="probes">At least one, of one clock that did not jump; in the order of local time.</param>
    public ClockOffsetTrack(ReadOnlySpan<ClockProbe> probes)
    {
        for (int first = 0; ; first += Step)
        {
            first = Math.Min(first, Math.Max(0, probes.Length - Window));
            var some = probes.Slice(first, Math.Min(Window, probes.Length - first));
            var line = new ClockLine(some.Length);
            line.Fit(some, some.Length - 1);
            double middleS = (some[0].LocalTimeS + some[^1].LocalTimeS) / 2;
            _knots.Add((middleS - line.OffsetAt(middleS), line));
            UncertaintyS = Math.Max(UncertaintyS, line.UncertaintyAt(some[^1].LocalTimeS));
            if (first + Window >= probes.Length) return;
        }
    }

    /// <summary>Half-width that covers the true offset with at least 99 % between the first and the last probe, seconds.</summary>
    public double UncertaintyS { get; }

    /// <summary>Maps many stamps in place; rising ones fastest.</summary>
    public void ToLocal(Span<double> remoteS)
    {
        if (_knots.Count == 1) _knots[0].Line.ToLocal(remoteS);
        else foreach (ref double t in remoteS) t = ToLocal(t);
    }

    /// <summary>A remote time stamp on the local clock, seconds. Fastest for stamps that rise.</summary>
    public double ToLocal(double remoteS)
    {
        if (_knots[_at].MiddleRemoteS > remoteS) _at = 0;
        while (_at + 1 < _knots.Count && _knots[_at + 1].MiddleRemoteS <= remoteS) _at++;
        var (fromS, line) = _knots[_at];
        double localS = line.ToLocal(remoteS);
        if (_at + 1 == _knots.Count || remoteS <= fromS) return localS;
        var (toS, next) = _knots[_at + 1];
        return localS + (next.ToLocal(remoteS) - localS) * ((remoteS - fromS) / (toS - fromS));
    }
}
