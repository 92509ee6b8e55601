using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation.Safety;

/// <summary>
/// One session of sound to one participant: refuses to begin when the calibration is missing or the week's dose is used up, gives the
/// audio path its limits, and counts what was heard. Not on the audio thread.
/// </summary>
public sealed class EarSession : IDisposable
{
    private const double WriteEveryS = 10;
    private readonly DoseLedger _ledger;
    private readonly double _rateHz;
    private double _counted;
    private long _countedSamples;

    /// <param name="folder">Folder of the dose files.</param>
    /// <param name="participant">Pseudonymous id.</param>
    /// <exception cref="ConfigurationException">No calibration, or no dose left in these seven days.</exception>
    public EarSession(Rig rig, string folder, string participant, DateTimeOffset now)
    {
        var output = EarProtection.Calibrated(rig);
        _rateHz = rig.Array.SampleRateHz;
        _ledger = DoseLedger.Open(folder, participant);
        WeekPa2H = EarProtection.WeekPa2H(output);
        UsedAtStartPa2H = _ledger.UsedPa2H(now);
        if (UsedAtStartPa2H >= WeekPa2H)
        {
            _ledger.Dispose();
            throw new ConfigurationException(FormattableString.Invariant($"participant {participant} has heard {UsedAtStartPa2H:F3} Pa²h in the last {DoseLedger.Days} days, the limit is {WeekPa2H:F3} ({output.LongTermLimitDba} dBA for {output.WeekHours} h). Wait, or let another participant begin; {_ledger.FilePath} lists the sessions."));
        }
        Protection = new EarProtection(output, WeekPa2H - UsedAtStartPa2H);
    }

    /// <summary>For the audio path of this session.</summary>
    public EarProtection Protection { get; }

    public double WeekPa2H { get; }
    public double UsedAtStartPa2H { get; }

    /// <summary>Counted in this session so far, Pa²h.</summary>
    public double SessionPa2H { get; private set; }

    /// <summary>Part of the week's dose that is used after <paramref name="status"/>; 1 = all.</summary>
    public double UsedPart(AudioSafetyStatus status) => (UsedAtStartPa2H + Protection.DosePa2H(status.Dose)) / WeekPa2H;

    /// <summary>Counts what was heard since the last entry, every ten seconds of sound; call it often.</summary>
    public void Count(AudioSafetyStatus status, DateTimeOffset now)
    {
        if (status.Samples - _countedSamples >= WriteEveryS * _rateHz) Write(status, now);
    }

    /// <summary>Counts the rest; after the sound has ended.</summary>
    public void End(AudioSafetyStatus status, DateTimeOffset now)
    {
        if (status.Samples > _countedSamples) Write(status, now);
    }

    public void Dispose() => _ledger.Dispose();

    private void Write(AudioSafetyStatus status, DateTimeOffset now)
    {
        double dosePa2H = Protection.DosePa2H(Math.Max(0, status.Dose - _counted));
        _ledger.Add(now, (status.Samples - _countedSamples) / _rateHz, dosePa2H);
        SessionPa2H += dosePa2H;
        (_counted, _countedSamples) = (status.Dose, status.Samples);
    }
}
