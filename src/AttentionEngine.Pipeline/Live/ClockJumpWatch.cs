using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Live;

/// <summary>
/// Finds a jump of a source's clock from the stamps themselves, at the first chunk after it, long before probes can tell: stamps that go
/// backwards, or that lie in our future. Nothing that a network does to data looks like either; lost or delayed data lie in the past.
/// </summary>
public sealed class ClockJumpWatch
{
    /// <summary>Stamps may lie this much ahead of us, beyond what the clock's uncertainty explains.</summary>
    private const double FutureS = 0.05;

    /// <summary>Stamps of one source may be this much out of order.</summary>
    private const double BackwardS = 0.1;

    /// <summary>A source whose stamps were never right is not watched: it stamps the future on purpose.</summary>
    private const int SoundChunks = 8;
    private double _lastStampS = double.NaN, _delayS = double.NaN;
    private int _sound;

    /// <summary>Looks at a chunk that has just come.</summary>
    /// <param name="firstS">Stamp of its first sample.</param>
    /// <param name="lastS">Stamp of its last sample.</param>
    /// <param name="clock">In force.</param>
    /// <param name="nowS">Host's clock.</param>
    /// <param name="replacement">Where a jump was found: a model by which the delay of this chunk is what it was before.</param>
    /// <returns>True at a jump.</returns>
    public bool Jumped(double firstS, double lastS, in ClockModel clock, double nowS, out ClockModel replacement)
    {
        double delayS = nowS - clock.ToHost(lastS);
        double uncertaintyS = double.IsFinite(clock.UncertaintyS) ? clock.UncertaintyS : 0;
        bool future = delayS < -FutureS - uncertaintyS, backward = firstS < _lastStampS - BackwardS;
        _lastStampS = lastS;
        replacement = clock;
        if ((future || backward) && _sound >= SoundChunks)
        {
            _sound = 0;
            replacement = new ClockModel(lastS, nowS - _delayS - lastS, 0, Math.Max(0.1, Math.Abs(_delayS)));
            return true;
        }
        if (future) return false;
        _sound = Math.Min(_sound + 1, SoundChunks);
        _delayS = double.IsNaN(_delayS) ? delayS : _delayS + (Math.Min(delayS, _delayS + 0.01) - _delayS) / 16;
        return false;
    }
}
