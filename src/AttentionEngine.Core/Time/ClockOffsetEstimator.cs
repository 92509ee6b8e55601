using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Time;

/// <summary>
/// The offset of a remote clock from probes of it: a line through a bounded window of probes, each weighted by how much its round trip
/// exceeds the shortest (an exchange that waited in no queue is symmetric), outliers tamed by Huber weights. The rate of the clock is
/// held near 1 by a prior (200 ppm) until the probes know better. Deterministic; allocates nothing per probe. Not thread-safe.
/// </summary>
public sealed class ClockOffsetEstimator
{
    private const double DriftPriorSd = 200e-6;
    private const double JumpMarginS = 1e-3;
    private const double HuberLimit = 1.5;
    private readonly ClockProbe[] _window;
    private readonly double[] _weights;
    private readonly double[] _sorted;
    private int _count, _next;
    private ClockProbe _suspect;
    private bool _hasSuspect;
    // The line: offset(t) = _meanOffsetS + _drift (t - _meanTimeS), variance scale² (1/_weightSum + (t - _meanTimeS)²/_spread).
    private double _meanTimeS, _meanOffsetS, _drift, _weightSum, _spread, _scale, _shortestS;

    /// <param name="capacity">Probes that are kept; the oldest leaves first.</param>
    public ClockOffsetEstimator(int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 4);
        _window = new ClockProbe[capacity];
        _weights = new double[capacity];
        _sorted = new double[capacity];
    }

    /// <summary>Whether a probe has been seen since the last reset.</summary>
    public bool HasEstimate => _count > 0;

    /// <summary>Probes taken, probes set aside as outliers, and jumps of the remote clock (restart, step) so far.</summary>
    public long Probes { get; private set; }
    public long Rejected { get; private set; }
    public int Jumps { get; private set; }

    /// <summary>Rate of the local clock relative to the remote's minus 1, parts per million.</summary>
    public double DriftPpm => _drift * 1e6;

    /// <summary>Takes a probe; probes come in the order of local time.</summary>
    /// <returns>True when this probe confirmed a jump of the remote clock; the estimate starts anew from there.</returns>
    public bool Add(ClockProbe probe)
    {
        if (!double.IsFinite(probe.LocalTimeS) || !double.IsFinite(probe.OffsetS) || !(probe.RoundTripS >= 0))
        {
            Rejected++;
            return false;
        }
        Probes++;
        bool jumped = false;
        if (_count > 0 && !IsConsistent(probe, OffsetAt(probe.LocalTimeS), UncertaintyAt(probe.LocalTimeS)))
        {
            // One such probe may be a stray; a second that agrees with it is a jump.
            double elapsedS = Math.Abs(probe.LocalTimeS - _suspect.LocalTimeS);
            if (!_hasSuspect || !IsConsistent(probe, _suspect.OffsetS, _suspect.RoundTripS / 2 + elapsedS * 2 * DriftPriorSd))
            {
                (_suspect, _hasSuspect) = (probe, true);
                Rejected++;
                return false;
            }
            Reset();
            Store(_suspect);
            Jumps++;
            Rejected--;
            jumped = true;
        }
        _hasSuspect = false;
        Store(probe);
        Fit();
        return jumped;
    }

    /// <summary>Forgets all probes; the counters stay.</summary>
    public void Reset() => (_count, _next, _hasSuspect) = (0, 0, false);

    /// <summary>Seconds to add to a remote stamp, at local time <paramref name="localTimeS"/>.</summary>
    public double OffsetAt(double localTimeS) => _meanOffsetS + _drift * (localTimeS - _meanTimeS);

    /// <summary>A remote time stamp on the local clock, seconds.</summary>
    public double ToLocal(double remoteTimeS)
    {
        // local = remote + offset(local), solved for local.
        double aboutS = remoteTimeS + _meanOffsetS;
        return aboutS + _drift * (aboutS - _meanTimeS) / (1 - _drift);
    }

    /// <summary>
    /// Half-width in seconds of the interval that covers the true offset with at least 99 %: half the shortest round trip (nobody
    /// can see an asymmetric path) plus three standard deviations of the line. Infinite before the first probe.
    /// </summary>
    public double UncertaintyAt(double localTimeS)
    {
        if (_count == 0) return double.PositiveInfinity;
        double d = localTimeS - _meanTimeS;
        // The rate itself wanders by some 0.1 ppm over a window; beyond the probes that adds up.
        double beyondS = Math.Max(0, Math.Abs(d) - Math.Abs(Newest.LocalTimeS - _meanTimeS));
        return _shortestS / 2 + 3 * _scale * Math.Sqrt(1 / _weightSum + d * d / _spread) + 0.2e-6 * beyondS;
    }

    private ClockProbe Newest => _window[(_next + _window.Length - 1) % _window.Length];

    private static bool IsConsistent(ClockProbe probe, double offsetS, double uncertaintyS) =>
        Math.Abs(probe.OffsetS - offsetS) <= uncertaintyS + probe.RoundTripS / 2 + JumpMarginS;

    private void Store(ClockProbe probe)
    {
        _window[_next] = probe;
        _next = (_next + 1) % _window.Length;
        _count = Math.Min(_count + 1, _window.Length);
    }

    private void Fit()
    {
        var probes = _window.AsSpan(0, _count);
        _shortestS = double.PositiveInfinity;
        foreach (var p in probes) _shortestS = Math.Min(_shortestS, p.RoundTripS);
        _scale = 1;
        for (int i = 0; i < probes.Length; i++)
        {
            double sd = Sd(probes[i]);
            _weights[i] = 1 / (sd * sd);
        }
        for (int iteration = 0; ; iteration++)
        {
            FitLine(probes);
            for (int i = 0; i < probes.Length; i++) _sorted[i] = Math.Abs(Residual(probes[i])) / Sd(probes[i]);
            var sorted = _sorted.AsSpan(0, probes.Length);
            sorted.Sort();
            // The median of |normal| is 0.6745. Few probes fit any line too well: then the assumed deviations stand.
            double seen = sorted[sorted.Length / 2] / 0.6745;
            _scale = probes.Length < 8 ? Math.Max(1, seen) : Math.Max(0.1, seen);
            if (iteration == 4) return;
            for (int i = 0; i < probes.Length; i++)
            {
                double sd = Sd(probes[i]), z = Math.Abs(Residual(probes[i])) / (sd * _scale);
                _weights[i] = Math.Min(1, HuberLimit / Math.Max(z, 1e-12)) / (sd * sd);
            }
        }
    }

    /// <summary>Assumed deviation of a probe: a tenth of the shortest trip, and half of what its own trip took longer.</summary>
    private double Sd(ClockProbe probe) => 1e-6 + _shortestS / 10 + (probe.RoundTripS - _shortestS) / 2;

    private double Residual(ClockProbe probe) => probe.OffsetS - OffsetAt(probe.LocalTimeS);

    private void FitLine(ReadOnlySpan<ClockProbe> probes)
    {
        // Differences to the newest probe keep the sums small beside offsets of days.
        var newest = Newest;
        double w = 0, wt = 0, wo = 0;
        for (int i = 0; i < probes.Length; i++)
        {
            w += _weights[i];
            wt += _weights[i] * (probes[i].LocalTimeS - newest.LocalTimeS);
            wo += _weights[i] * (probes[i].OffsetS - newest.OffsetS);
        }
        double meanT = wt / w, meanO = wo / w, tt = 1 / (DriftPriorSd * DriftPriorSd), to = 0;
        for (int i = 0; i < probes.Length; i++)
        {
            double t = probes[i].LocalTimeS - newest.LocalTimeS - meanT;
            tt += _weights[i] * t * t;
            to += _weights[i] * t * (probes[i].OffsetS - newest.OffsetS - meanO);
        }
        (_weightSum, _spread, _drift) = (w, tt, to / tt);
        (_meanTimeS, _meanOffsetS) = (newest.LocalTimeS + meanT, newest.OffsetS + meanO);
    }
}
