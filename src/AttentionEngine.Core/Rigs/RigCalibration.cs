namespace AttentionEngine.Core.Rigs;

/// <summary>What <c>attend calibrate</c> measured on a rig, in the file that the rig names as <c>calibration_file</c>.</summary>
/// <param name="Microphones">[M] in the array's order.</param>
/// <param name="Output">Level of full scale at the ear, or null where it has not been measured.</param>
public sealed record RigCalibration(IReadOnlyList<MicrophoneCalibration> Microphones, OutputCalibration? Output)
{
    /// <summary>Nothing measured yet: channels in the array's order.</summary>
    public static RigCalibration None(MicrophoneArray array) => new([.. array.Microphones.Select((m, i) => new MicrophoneCalibration(m.Name, i, false, double.NaN, null))], null);

    /// <summary>Whether every microphone's level is known.</summary>
    public bool LevelsKnown => Microphones.All(m => double.IsFinite(m.FullScaleDbSpl));

    /// <summary>Order and polarity; and gains that make all microphones as sensitive as their mean (in dB), where all levels are known.</summary>
    public MicrophoneWiring Wiring
    {
        get
        {
            double meanDb = LevelsKnown ? Microphones.Average(m => m.FullScaleDbSpl) : 0;
            return new MicrophoneWiring([.. Microphones.Select(m => m.Channel)],
                [.. Microphones.Select(m => (m.Inverted ? -1 : 1) * (LevelsKnown ? (float)Math.Pow(10, (m.FullScaleDbSpl - meanDb) / 20) : 1f))]);
        }
    }

    /// <summary>Level in dB SPL of root-mean-square 1 after <see cref="Wiring"/>, at every microphone; NaN where not all are known.</summary>
    public double FullScaleDbSpl => LevelsKnown ? Microphones.Average(m => m.FullScaleDbSpl) : double.NaN;
}

/// <param name="Channel">Of the device or stream, from 0.</param>
/// <param name="Inverted">Whether its polarity is turned.</param>
/// <param name="FullScaleDbSpl">Level in dB SPL minus level in dB relative to full scale, both root mean square (a full-scale sine is −3.01 dB); NaN: not measured.</param>
/// <param name="CalibratedOn">Day of the level, yyyy-MM-dd, or null.</param>
public sealed record MicrophoneCalibration(string Name, int Channel, bool Inverted, double FullScaleDbSpl, string? CalibratedOn);

/// <inheritdoc cref="RigOutput"/>
public sealed record OutputCalibration(double FullScaleDbSpl, string CalibratedOn);
