using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>
/// When the samples of a recorded stream were taken, on the recorder's clock: mapped with all clock offsets known, and, where the stream has a
/// rate, freed of jitter by the fit that also counts gaps live (<see cref="SampleClockFitter"/>). Constant memory; samples in their order.
/// </summary>
public sealed class FittedTimes(ScannedStream stream)
{
    private readonly XdfClockMap _clock = new(stream.Offsets);
    private SampleClockFitter? _fitter = NewFitter(stream);
    private double[] _mappedS = [], _fittedS = [];
    private int _clockNumber;

    public double UncertaintyS => _clock.UncertaintyS;

    /// <summary>Whether the source's clock was another one in the call before.</summary>
    public bool ClockChanged { get; private set; }

    /// <param name="stampsS">[frames] finite, as sent.</param>
    /// <returns>[frames] seconds on the recorder's clock; valid until the next call.</returns>
    public ReadOnlySpan<double> Next(ReadOnlySpan<double> stampsS)
    {
        if (_mappedS.Length < stampsS.Length) (_mappedS, _fittedS) = (new double[2 * stampsS.Length], new double[2 * stampsS.Length]);
        for (int i = 0; i < stampsS.Length; i++) _mappedS[i] = _clock.ToRecorder(stampsS[i]);
        ClockChanged = _clock.Clock != _clockNumber;
        _clockNumber = _clock.Clock;
        var mappedS = _mappedS.AsSpan(0, stampsS.Length);
        if (_fitter is null) return mappedS;
        if (ClockChanged) _fitter = NewFitter(stream); // a clock that was set says nothing about samples lost
        var fittedS = _fittedS.AsSpan(0, stampsS.Length);
        _fitter!.Add(mappedS, fittedS);
        return fittedS;
    }

    private static SampleClockFitter? NewFitter(ScannedStream stream) => stream.RateHz > 0 ? new SampleClockFitter(stream.RateHz) : null;
}
