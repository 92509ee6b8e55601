using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Native;

namespace AttentionEngine.Separation.Safety;

/// <summary>Limits of what a participant hears, turned from dB SPL into full scale by the rig's calibration. Immutable.</summary>
public sealed class EarProtection
{
    /// <summary>Kept below the cap: full-scale noise without any band limit peaks so much higher between the samples that the limiter judges (measured: native limiter tests).</summary>
    public const double TruePeakMarginDb = 4;

    /// <summary>Silence of the control side that is reported; the last good steering plays on.</summary>
    public const double LateMs = 200;

    public const double StartFadeMs = 50, StopFadeMs = 20;
    private const double ReferencePa = 20e-6, SecondsPerHour = 3600;
    private readonly RigOutput _output;

    /// <param name="budgetPa2H">A-weighted dose left to this participant, Pa²h; above 0.</param>
    public EarProtection(RigOutput output, double budgetPa2H)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!(budgetPa2H > 0)) throw new ArgumentOutOfRangeException(nameof(budgetPa2H), budgetPa2H, "the dose that is left must be above 0 Pa²h");
        _output = output;
        BudgetPa2H = budgetPa2H;
    }

    public double BudgetPa2H { get; }

    /// <summary>How long the last good steering plays without gains before pass-through; at least 500.</summary>
    public double HoldMs => _output.HoldMs;

    /// <summary>Largest sample, dB relative to full scale; at most 0.</summary>
    public double CeilingDbfs => Math.Min(0, _output.PeakCapDbSpl - TruePeakMarginDb - _output.FullScaleDbSpl);

    /// <summary>The rig's output group.</summary>
    /// <exception cref="ConfigurationException">There is none: the level at the ear is unknown.</exception>
    public static RigOutput Calibrated(Rig rig)
    {
        ArgumentNullException.ThrowIfNull(rig);
        return rig.Output ?? throw new ConfigurationException($"{rig.FilePath}: no `output` group, so the level at the participant's ear is unknown and no sound may go there. Measure it and add `output: {{ full_scale_db_spl: …, calibrated_on: yyyy-MM-dd }}` (rigs/README.md).");
    }

    /// <summary>Dose of seven days: <paramref name="output"/>'s level for its hours, Pa²h (1.6 for 80 dBA and 40 h).</summary>
    public static double WeekPa2H(RigOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return ReferencePa * ReferencePa * Math.Pow(10, output.LongTermLimitDba / 10) * output.WeekHours;
    }

    /// <summary>Full scale² · s → Pa²h.</summary>
    public double DosePa2H(double dose) => dose * Pa2PerFullScale2 / SecondsPerHour;

    /// <summary>Level that a constant sound of this dose and length has, dBA.</summary>
    public double LevelDba(double dose, double seconds) => 10 * Math.Log10(dose / seconds) + _output.FullScaleDbSpl;

    internal NativeMethods.SafetyConfig ConfigFor(double rateHz)
    {
        return new NativeMethods.SafetyConfig
        {
            RateHz = rateHz, DoseBudget = BudgetPa2H * SecondsPerHour / Pa2PerFullScale2, LateSamples = Samples(LateMs), StartFadeSamples = (int)Samples(StartFadeMs),
            StopFadeSamples = (int)Samples(StopFadeMs), LongTermLimit = (float)Math.Min(1, Math.Pow(10, (_output.LongTermLimitDba - _output.FullScaleDbSpl) / 20)), Howl = 1,
        };

        long Samples(double ms) => Math.Max(1, (long)Math.Round(ms * rateHz / 1000));
    }

    private double Pa2PerFullScale2 => ReferencePa * ReferencePa * Math.Pow(10, _output.FullScaleDbSpl / 10);
}
