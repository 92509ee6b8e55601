using System.Runtime.CompilerServices;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Time;

/// <summary>
/// The one fit of a remote clock, live and offline: a line through probes, each weighted by how much its round trip exceeds the shortest
/// (an exchange that waited in no queue is symmetric), outliers tamed by Huber weights. The rate of the clock is held near 1 by a prior
/// (200 ppm) until the probes know better. Deterministic; a fit allocates nothing. Not thread-safe.
/// </summary>
/// <param name="capacity">The most probes of one fit.</param>
public sealed class ClockLine(int capacity)
{
    /// <summary>Standard deviation of clock rates before any probe, dimensionless.</summary>
    public const double DriftPriorSd = 200e-6;
    private const double HuberLimit = 1.5;
    private readonly double[] _weights = new double[capacity];
    private readonly double[] _sorted = new double[capacity];
    // offset(t) = _meanOffsetS + Drift (t - _meanTimeS), variance scale² (1/_weightSum + (t - _meanTimeS)²/_spread).
    private double _meanTimeS, _meanOffsetS, _weightSum, _spread, _scale, _shortestS, _tripS, _newestS;

    /// <summary>Rate of the local clock relative to the remote's minus 1.</summary>
    public double Drift { get; private set; }

    /// <summary>Seconds to add to a remote stamp, at local time <paramref name="localTimeS"/>.</summary>
    public double OffsetAt(double localTimeS) => _meanOffsetS + Drift * (localTimeS - _meanTimeS);

    /// <summary>A remote time stamp on the local clock, seconds.</summary>
    public double ToLocal(double remoteTimeS)
    {
        // local = remote + offset(local), solved for local.
        double aboutS = remoteTimeS + _meanOffsetS;
        return aboutS + Drift * (aboutS - _meanTimeS) / (1 - Drift);
    }

    /// <summary>Maps many stamps in place, to the same bits as one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ToLocal(Span<double> remoteS)
    {
        double offsetS = _meanOffsetS, drift = Drift, meanS = _meanTimeS, rest = 1 - drift;
        foreach (ref double t in remoteS)
        {
            double aboutS = t + offsetS;
            t = aboutS + drift * (aboutS - meanS) / rest;
        }
    }

    /// <summary>
    /// Half-width in seconds of the interval that covers the true offset with at least 99 %: half the round trip (nobody can see an asymmetric
    /// path), in the mean of the probes by their weight in the line, plus three standard deviations of the line. Not the shortest
    /// trip alone: one lucky exchange says nothing about the others, which the line follows.
    /// </summary>
    public double UncertaintyAt(double localTimeS)
    {
        double d = localTimeS - _meanTimeS;
        // The rate itself wanders by some 0.1 ppm over a window; beyond the probes that adds up.
        double beyondS = Math.Max(0, Math.Abs(d) - Math.Abs(_newestS - _meanTimeS));
        return _tripS / 2 + 3 * _scale * Math.Sqrt(1 / _weightSum + d * d / _spread) + 0.2e-6 * beyondS;
    }

    /// <summary>Fits the line.</summary>
    /// <param name="probes">At least one, in any order.</param>
    /// <param name="newest">Index of the newest of them.</param>
    public void Fit(ReadOnlySpan<ClockProbe> probes, int newest)
    {
        _newestS = probes[newest].LocalTimeS;
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
            FitWeighted(probes, probes[newest]);
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

    private void FitWeighted(ReadOnlySpan<ClockProbe> probes, ClockProbe newest)
    {
        // Differences to the newest probe keep the sums small beside offsets of days.
        double w = 0, wt = 0, wo = 0, trip = 0;
        for (int i = 0; i < probes.Length; i++)
        {
            w += _weights[i];
            trip += _weights[i] * probes[i].RoundTripS;
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
        (_weightSum, _spread, Drift, _tripS) = (w, tt, to / tt, trip / w);
        (_meanTimeS, _meanOffsetS) = (newest.LocalTimeS + meanT, newest.OffsetS + meanO);
    }
}
