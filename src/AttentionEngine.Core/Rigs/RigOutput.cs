namespace AttentionEngine.Core.Rigs;

/// <summary>Level calibration of the output and what a participant may hear. Without it no sound goes to a participant. The defaults are the strictest that
/// this engine uses; louder is only what a person writes into the rig's file on this machine, and never more than 111 dB SPL peak.</summary>
/// <param name="FullScaleDbSpl">Level in dB SPL at the ear minus level in dB relative to full scale, both as root mean square (a full-scale sine is −3.01 dB):
/// the peak pressure level of sample value 1.</param>
/// <param name="CalibratedOn">Date of the measurement, yyyy-MM-dd.</param>
/// <param name="PeakCapDbSpl">True-peak cap.</param>
/// <param name="LongTermLimitDba">A-weighted level over 10 s that the sound is turned down to, and the level of the week's dose.</param>
/// <param name="WeekHours">Hours at that level which make the dose of seven days.</param>
/// <param name="HoldMs">How long the last good steering plays without a command, before pass-through.</param>
public sealed record RigOutput(double FullScaleDbSpl, string CalibratedOn, double PeakCapDbSpl = 100, double LongTermLimitDba = 80, double WeekHours = 40, double HoldMs = 500);
