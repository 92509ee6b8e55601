using AttentionEngine.Core.Streams;

namespace AttentionEngine.Core.Time;

/// <summary>
/// The offset of a remote clock from probes of it as they come: a <see cref="ClockLine"/> through a bounded window of probes. Strays are
/// set aside, jumps of the clock start it anew. Deterministic; allocates nothing per probe. Not thread-safe.
/// <see cref="ClockOffsetTrack"/> does the same with all probes of a recording.
/// </summary>
public sealed class ClockOffsetEstimator
{
    private const double JumpMarginS = 1e-3;
    private readonly ClockProbe[] _window;
    private readonly ClockLine _line;
    private int _count, _next;
    private ClockProbe _suspect;
    private bool _hasSuspect;

    /// <param name="capacity">Probes that are kept; the oldest leaves first.</param>
    public ClockOffsetEstimator(int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 4);
        _window = new ClockProbe[capacity];
        _line = new ClockLine(capacity);
    }

    /// <summary>Whether a probe has been seen since the last reset.</summary>
    public bool HasEstimate => _count > 0;

    /// <summary>Probes taken, probes set aside as outliers, and jumps of the remote clock (restart, step) so far.</summary>
    public long Probes { get; private set; }
    public long Rejected { get; private set; }
    public int Jumps { get; private set; }

    /// <summary>Rate of the local clock relative to the remote's minus 1, parts per million.</summary>
    public double DriftPpm => _line.Drift * 1e6;

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
            if (!_hasSuspect || !IsConsistent(probe, _suspect.OffsetS, _suspect.RoundTripS / 2 + elapsedS * 2 * ClockLine.DriftPriorSd))
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
        _line.Fit(_window.AsSpan(0, _count), (_next + _window.Length - 1) % _window.Length);
        return jumped;
    }

    /// <summary>Forgets all probes; the counters stay.</summary>
    public void Reset() => (_count, _next, _hasSuspect) = (0, 0, false);

    /// <inheritdoc cref="ClockLine.OffsetAt"/>
    public double OffsetAt(double localTimeS) => _line.OffsetAt(localTimeS);

    /// <inheritdoc cref="ClockLine.ToLocal"/>
    public double ToLocal(double remoteTimeS) => _line.ToLocal(remoteTimeS);

    /// <inheritdoc cref="ClockLine.UncertaintyAt"/>
    /// <remarks>Infinite before the first probe.</remarks>
    public double UncertaintyAt(double localTimeS) => _count == 0 ? double.PositiveInfinity : _line.UncertaintyAt(localTimeS);

    private static bool IsConsistent(ClockProbe probe, double offsetS, double uncertaintyS) =>
        Math.Abs(probe.OffsetS - offsetS) <= uncertaintyS + probe.RoundTripS / 2 + JumpMarginS;

    private void Store(ClockProbe probe)
    {
        _window[_next] = probe;
        _next = (_next + 1) % _window.Length;
        _count = Math.Min(_count + 1, _window.Length);
    }
}
