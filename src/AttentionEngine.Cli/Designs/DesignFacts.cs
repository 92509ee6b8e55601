using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.ArrayDesign;

namespace AttentionEngine.Cli.Designs;

/// <summary>A design as the object of <c>--json</c>.</summary>
internal static class DesignFacts
{
    private const double BandLowHz = 250, BandHighHz = 4000;

    /// <summary>Mean over 250 to 4000 Hz.</summary>
    public static double BandMean(ArrayDesignResult result, double[] values) =>
        result.FrequenciesHz.Zip(values).Where(p => p.First >= BandLowHz && p.First <= BandHighHz).Select(p => p.Second).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Distance of two microphones and the frequency above which a plane wave along their line is ambiguous, c / 2d.</summary>
    public static IEnumerable<(Microphone A, Microphone B, double DistanceM, double AliasHz)> Pairs(MicrophoneArray array)
    {
        for (int i = 0; i < array.Count; i++)
            for (int j = i + 1; j < array.Count; j++)
            {
                double distanceM = (array.Microphones[i].PositionHeadM - array.Microphones[j].PositionHeadM).Norm;
                yield return (array.Microphones[i], array.Microphones[j], distanceM, distanceM > 0 ? SoundSpeed.Default / (2 * distanceM) : double.NaN);
            }
    }

    public static object Of(string folder, Rig rig, ArrayDesignOptions options, ArrayDesignResult result, Rig? judge, IReadOnlyList<string> files) => new
    {
        Schema = "attend.design/1",
        Folder = folder,
        Rig = rig.Name,
        rig.Array.HeadModel,
        RateHz = rig.Array.SampleRateHz,
        Microphones = rig.Array.Microphones.Select(m => new
        {
            m.Name,
            PositionM = new[] { m.PositionHeadM.X, m.PositionHeadM.Y, m.PositionHeadM.Z },
            DistanceM = m.PositionHeadM.Norm,
            AzimuthDeg = Angles.ToDegrees(m.PositionHeadM.AzimuthRad),
            ElevationDeg = Angles.ToDegrees(m.PositionHeadM.ElevationRad),
        }),
        Pairs = Pairs(rig.Array).Select(p => new { A = p.A.Name, B = p.B.Name, DistanceMm = 1000 * p.DistanceM, AliasHz = p.AliasHz }),
        result.Taps,
        result.DelaySamples,
        options.DirectionsDeg,
        FrequencyHz = result.FrequenciesHz,
        WhiteNoiseGainDb = ByBackend(result, b => b.WhiteNoiseGainDb),
        DirectivityIndexDb = ByBackend(result, b => b.DirectivityIndexDb),
        LookGainDb = ByBackend(result, b => b.LookGainDb),
        DirectivityLimitDb = result.DirectivityLimitDb,
        PositionErrorMm = options.PositionErrorMm,
        options.Trials,
        options.Seed,
        Sensitivity = options.Trials == 0 ? null : result.Beams.Select(b => new { b.Backend, b.DirectionDeg, b.Sensitivity }),
        Patterns = result.Beams.SelectMany(b => b.Patterns.Select(p => new { b.Backend, b.DirectionDeg, b.InterferersDeg, b.Ear, p.FrequencyHz, p.BeamwidthDeg, p.AzimuthDeg, p.GainDb })),
        Talkers = result.Beams.Select(b => new { b.Backend, b.DirectionDeg, OffsetsDeg = b.Angles.Select(t => new { OffsetDeg = t.At, t.GainDb }), DistancesM = b.Distances.Select(t => new { DistanceM = t.At, t.GainDb }) }),
        JudgedBy = judge?.Name,
        Files = files,
    };

    // [directions][F] under each back end's name.
    private static Dictionary<string, double[][]> ByBackend(ArrayDesignResult result, Func<BeamDesign, double[]> values) =>
        result.Beams.GroupBy(b => b.Backend).ToDictionary(g => g.Key.Replace('-', '_'), g => g.Select(values).ToArray());
}
