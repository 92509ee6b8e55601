using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>
/// Counts the samples that a stream with a rate has lost, from its time stamps, and reports each gap once. The rate is the declared one,
/// or what the first second shows where that differs by more than half a percent. Irregular streams have no gaps. Not thread-safe.
/// </summary>
/// <param name="source">Name in the health events.</param>
public sealed class GapWatch(StreamInfo info, IHealthSink health, string source)
{
    private const int MaxFrames = 512, FirstFrames = 16;
    private const double FirstS = 1;
    private readonly double[] _smoothed = new double[MaxFrames];
    private readonly List<double> _first = [];
    private readonly List<int> _firstChunks = [];
    private SampleClockFitter? _fitter;

    /// <summary>Samples found missing so far.</summary>
    public long Missing { get; private set; }

    /// <summary>The rate that samples are counted by, Hz; NaN until it is known.</summary>
    public double RateHz { get; private set; } = double.NaN;

    /// <summary>Fitted through jitter and over gaps, samples per second of the source's clock; NaN until it is known.</summary>
    public double FittedRateHz => _fitter is { Index: >= 0 } fitter ? fitter.Clock.EffectiveRateHz : double.NaN;

    /// <param name="stampsS">[frames] on the source's clock.</param>
    /// <param name="clock">Where the stamps lie on the host's clock, for the time of an event.</param>
    public void Observe(ReadOnlySpan<double> stampsS, in Graph.ClockModel clock)
    {
        if (!(info.NominalRateHz > 0)) return;
        if (_fitter is null)
        {
            foreach (double stampS in stampsS) _first.Add(stampS);
            _firstChunks.Add(stampsS.Length);
            if (_first.Count < FirstFrames || _first[^1] - _first[0] < FirstS && _first[^1] >= _first[0]) return;
            RateHz = RateCheck.RateOf(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_first), info.NominalRateHz);
            _fitter = new SampleClockFitter(RateHz);
            Learn(clock);
            return;
        }
        Feed(stampsS, clock, MaxFrames);
    }

    /// <summary>The source's clock has jumped: what comes next does not follow what was before.</summary>
    public void Restart()
    {
        if (_fitter is not null) _fitter = new SampleClockFitter(RateHz);
        _first.Clear();
        _firstChunks.Clear();
    }

    /// <summary>The first second in the chunks in which it came, whose stamps share their error; but in some calls at least, before which the fit can tell no gap.</summary>
    private void Learn(in Graph.ClockModel clock)
    {
        double[] learned = [.. _first];
        int most = Math.Max(1, learned.Length / FirstFrames), at = 0;
        foreach (int frames in _firstChunks)
        {
            Feed(learned.AsSpan(at, frames), clock, Math.Min(most, MaxFrames));
            at += frames;
        }
        _first.Clear();
        _firstChunks.Clear();
    }

    private void Feed(ReadOnlySpan<double> stampsS, in Graph.ClockModel clock, int most)
    {
        while (stampsS.Length > 0)
        {
            int frames = Math.Min(stampsS.Length, most);
            var change = _fitter!.Add(stampsS[..frames], _smoothed);
            if (change.MissingSamples > 0)
            {
                Missing += change.MissingSamples;
                health.Report(new HealthEvent(StreamTime.FromSeconds(clock.ToHost(stampsS[0])), HealthKind.Gap, source, change.MissingSamples,
                    FormattableString.Invariant($"{change.MissingSamples} samples ({change.MissingSamples / RateHz * 1000:F1} ms) missing before the stamp {stampsS[0]:F6} s")));
            }
            stampsS = stampsS[frames..];
        }
    }
}
