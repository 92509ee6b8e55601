namespace AttentionEngine.Core.Time;

/// <summary>
/// The fitted relation between a stream's sample index and the capture host's clock:
/// <c>time(i) = ReferenceTime + (i − ReferenceIndex) / EffectiveRateHz</c>.
/// </summary>
/// <param name="ReferenceIndex">Sample index at which <paramref name="ReferenceTime"/> holds.</param>
/// <param name="EffectiveRateHz">Measured rate (not the nominal one), Hz, &gt; 0.</param>
/// <param name="UncertaintyS">Half-width of the interval that covers the truth with at least 99 %, in seconds.</param>
public readonly record struct SampleClock(long ReferenceIndex, StreamTime ReferenceTime, double EffectiveRateHz, double UncertaintyS)
{
    public StreamTime TimeOf(double sampleIndex) => ReferenceTime.AddSeconds((sampleIndex - ReferenceIndex) / EffectiveRateHz);

    /// <summary>Fractional sample index at <paramref name="time"/>.</summary>
    public double IndexAt(StreamTime time) => ReferenceIndex + time.SecondsSince(ReferenceTime) * EffectiveRateHz;
}
