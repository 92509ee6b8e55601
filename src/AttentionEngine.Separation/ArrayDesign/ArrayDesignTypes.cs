namespace AttentionEngine.Separation.ArrayDesign;

/// <summary>What to design and how to judge it.</summary>
/// <param name="DirectionsDeg">Azimuths looked at, one beam each.</param>
/// <param name="Backends">Of <see cref="ArrayDesigner.ClassicalBackends"/>.</param>
/// <param name="InterferersDeg">Other talkers of <c>mvdr</c> and <c>lcmv</c>; empty: one, 90 degrees to the right of the look direction.</param>
/// <param name="PatternHz">Frequencies of the beam patterns.</param>
/// <param name="PositionErrorMm">Standard deviation of each coordinate of each microphone.</param>
/// <param name="Trials">Of the Monte Carlo run over position errors; 0 for none.</param>
/// <param name="Seed">Of the same.</param>
public sealed record ArrayDesignOptions(IReadOnlyList<double> DirectionsDeg, IReadOnlyList<string> Backends, IReadOnlyList<double> InterferersDeg, IReadOnlyList<double> PatternHz, double PositionErrorMm, int Trials, ulong Seed);

/// <summary>Filters and figures of an array.</summary>
/// <param name="FrequenciesHz">F, of the figures.</param>
/// <param name="DirectivityLimitDb">[directions][F] what no weights can exceed (with −90 dB of own noise).</param>
public sealed record ArrayDesignResult(IReadOnlyList<double> FrequenciesHz, IReadOnlyList<BeamDesign> Beams, IReadOnlyList<double[]> DirectivityLimitDb, int Taps, int DelaySamples);

/// <summary>One beam: a back end and a look direction.</summary>
/// <param name="Ear">The ear whose filters the figures are of: the one on the look direction's side; left in front.</param>
/// <param name="Filters">[2 ears × M microphones × taps].</param>
/// <param name="WhiteNoiseGainDb">[F].</param>
/// <param name="DirectivityIndexDb">[F].</param>
/// <param name="LookGainDb">[F] relative to the ear's reference microphone: 0 where the talker is left undistorted.</param>
public sealed record BeamDesign(string Backend, double DirectionDeg, IReadOnlyList<double> InterferersDeg, string Ear, float[] Filters, double[] WhiteNoiseGainDb, double[] DirectivityIndexDb, double[] LookGainDb,
    IReadOnlyList<HorizontalPattern> Patterns, IReadOnlyList<TalkerGain> Angles, IReadOnlyList<TalkerGain> Distances, PositionSensitivity? Sensitivity);

/// <summary>Gain of a talker who is not where the beam looks, or not far away.</summary>
/// <param name="At">Degrees to the left of the look direction, or metres from the centre of the head.</param>
/// <param name="GainDb">[F] relative to the ear's reference microphone, which the same talker reaches.</param>
public sealed record TalkerGain(double At, double[] GainDb);

/// <summary>Gain around the horizontal plane.</summary>
/// <param name="GainDb">Of each azimuth, relative to the look direction.</param>
/// <param name="BeamwidthDeg">Between the −3 dB points on both sides of the look direction; 360 where there are none.</param>
public sealed record HorizontalPattern(double FrequencyHz, double[] AzimuthDeg, double[] GainDb, double BeamwidthDeg);

/// <summary>What position errors do, over the Monte Carlo trials.</summary>
/// <param name="LookGainLowDb">[F] 5th percentile of the change of gain in the look direction.</param>
/// <param name="LookGainHighDb">[F] 95th percentile of the same.</param>
/// <param name="DirectivityIndexMedianDb">[F] median.</param>
/// <param name="DirectivityIndexLowDb">[F] 5th percentile.</param>
public sealed record PositionSensitivity(double[] LookGainLowDb, double[] LookGainHighDb, double[] DirectivityIndexMedianDb, double[] DirectivityIndexLowDb);
