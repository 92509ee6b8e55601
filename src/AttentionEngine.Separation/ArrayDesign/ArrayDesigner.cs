using System.Numerics;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.ArrayDesign;

/// <summary>
/// Designs the filters that the live path would apply (same back ends, same truncation, same delay) for look directions around the horizon, and
/// measures them over the array's own steering vectors. The figures are of these filters, not of ideal weights.
/// </summary>
public static class ArrayDesigner
{
    private const double LowestHz = 100, StepsPerOctave = 3, HighestOfNyquist = 0.92, PatternStepDeg = 3;
    private static readonly double[] OffsetsDeg = [-20, -10, -5, 5, 10, 20], DistancesM = [0.3, 0.5, 1, 2];

    /// <summary>Back ends that need directions and a head model only. <c>pass</c> is the reference microphone alone.</summary>
    public static IReadOnlyList<string> ClassicalBackends { get; } = ["pass", "delay-and-sum", "superdirective", "mvdr", "lcmv"];

    /// <param name="judge">The same microphones in another head model (measured, say) in whose field the filters are judged; null for the one they are designed with.</param>
    /// <exception cref="ConfigurationException">A back end, direction or frequency that the array cannot have.</exception>
    public static ArrayDesignResult Run(MicrophoneArray array, AudioPathSettings settings, ArrayDesignOptions options, MicrophoneArray? judge = null)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(options);
        foreach (string backend in options.Backends)
            if (!ClassicalBackends.Contains(backend)) throw new ConfigurationException($"the back end `{backend}` cannot be designed from an array alone; expected one of {string.Join(", ", ClassicalBackends)}.");
        double topHz = HighestOfNyquist * array.SampleRateHz / 2;
        foreach (double f in options.PatternHz)
            if (!(f >= array.SampleRateHz / ArrayField.FftSize && f <= array.SampleRateHz / 2)) throw new ConfigurationException(FormattableString.Invariant($"the frequency {f} Hz is outside what an array at {array.SampleRateHz} Hz can have; expected {array.SampleRateHz / ArrayField.FftSize} to {array.SampleRateHz / 2} Hz."));
        var frequencies = new List<double>(options.PatternHz);
        for (int i = 0; LowestHz * Math.Pow(2, i / StepsPerOctave) <= topHz; i++) frequencies.Add(LowestHz * Math.Pow(2, i / StepsPerOctave));

        if (judge is not null && (judge.Count != array.Count || judge.SampleRateHz != array.SampleRateHz))
            throw new ConfigurationException(FormattableString.Invariant($"the array to judge by has {judge.Count} microphones at {judge.SampleRateHz} Hz, the designed one {array.Count} at {array.SampleRateHz} Hz; expected the same microphones in the same order."));
        var field = new ArrayField(judge ?? array, frequencies);
        var layout = FilterLayout.Of(array, settings);
        var drafts = new List<Draft>();
        foreach (string backend in options.Backends)
        {
            int others = backend is "mvdr" or "lcmv" ? Math.Max(1, options.InterferersDeg.Count) : 0;
            using var designer = new BeamDesigner(array, settings with { Backend = backend }, 1 + others);
            foreach (double directionDeg in options.DirectionsDeg) drafts.Add(Filters(array, field, designer, layout, backend, directionDeg, options.InterferersDeg));
        }
        var sensitivities = options.Trials > 0 ? Sensitivities(field, drafts, options) : new PositionSensitivity?[drafts.Count];
        var around = SteeringTable(field);
        var beams = drafts.Select((d, i) => Judge(field, d, options, around, sensitivities[i])).ToList();
        return new ArrayDesignResult(field.FrequenciesHz, beams, [.. options.DirectionsDeg.Select(d => field.DirectivityLimitDb(Direction(d)))], layout.Taps, layout.DelaySamples);
    }

    private sealed record Draft(string Backend, double DirectionDeg, double[] InterferersDeg, int Ear, float[] Filters, Complex[][] Transfer, Complex[] Steering);

    private static Vector3D Direction(double azimuthDeg) => Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg));

    private static Draft Filters(MicrophoneArray array, ArrayField field, BeamDesigner designer, FilterLayout layout, string backend, double directionDeg, IReadOnlyList<double> interferersDeg)
    {
        double[] others = backend is not ("mvdr" or "lcmv") ? [] : interferersDeg.Count > 0 ? [.. interferersDeg] : [Angles.ToDegrees(Angles.WrapRad(Angles.ToRadians(directionDeg - 90)))];
        int length = 2 * array.Count * layout.Taps;
        var filters = new float[length];
        if (backend == "pass")
        {
            filters[array.LeftReference * layout.Taps + layout.DelaySamples] = 1;
            filters[(array.Count + array.RightReference) * layout.Taps + layout.DelaySamples] = 1;
        }
        else
        {
            var scene = new TalkerScene(1 + others.Length) { Count = 1 + others.Length, HeadValid = true };
            scene.Talkers[0].DirectionHead = Direction(directionDeg);
            for (int k = 0; k < others.Length; k++) scene.Talkers[k + 1].DirectionHead = Direction(others[k]);
            var weights = designer.Design(scene) ?? throw new InvalidOperationException($"the back end {backend} gave no filters");
            weights.Filters.AsSpan(0, length).CopyTo(filters);
        }
        int ear = Math.Sin(Angles.ToRadians(directionDeg)) < -1e-9 ? 1 : 0;
        var near = filters.AsMemory(ear * length / 2, length / 2);
        Complex[][] transfer = [.. field.FrequenciesHz.Select(f => BeamMeasures.Transfer(near.Span, array.Count, 2 * Math.PI * f / array.SampleRateHz))];
        return new Draft(backend, directionDeg, others, ear, filters, transfer, field.Steering(Direction(directionDeg)));
    }

    private static List<(double AzimuthDeg, Complex[] Steering)> SteeringTable(ArrayField field)
    {
        var result = new List<(double, Complex[])>();
        for (double azimuthDeg = -180; azimuthDeg < 180; azimuthDeg += PatternStepDeg) result.Add((azimuthDeg, field.Steering(Direction(azimuthDeg))));
        return result;
    }

    private static BeamDesign Judge(ArrayField field, Draft draft, ArrayDesignOptions options, List<(double AzimuthDeg, Complex[] Steering)> around, PositionSensitivity? sensitivity)
    {
        int mics = field.Array.Count, count = field.FrequenciesHz.Length, reference = draft.Ear == 0 ? field.Array.LeftReference : field.Array.RightReference;
        double Gain(ReadOnlySpan<Complex> a, int f) => BeamMeasures.Db(BeamMeasures.Power(BeamMeasures.Response(draft.Transfer[f], a)) / Math.Max(1e-30, BeamMeasures.Power(a[reference])));
        TalkerGain Talker(double at, Complex[] a) => new(at, [.. Enumerable.Range(0, count).Select(f => Gain(a.AsSpan(f * mics, mics), f))]);
        double[] white = new double[count], directivity = new double[count], look = new double[count];
        var patterns = new List<HorizontalPattern>();
        for (int f = 0; f < count; f++)
        {
            var a = draft.Steering.AsSpan(f * mics, mics);
            var h = draft.Transfer[f];
            white[f] = BeamMeasures.WhiteNoiseGainDb(h, a);
            directivity[f] = BeamMeasures.DirectivityIndexDb(h, a, field.Isotropic[f]);
            double power = BeamMeasures.Power(BeamMeasures.Response(h, a));
            look[f] = Gain(a, f);
            if (!options.PatternHz.Any(p => Math.Abs(p - field.FrequenciesHz[f]) <= field.Array.SampleRateHz / ArrayField.FftSize / 2)) continue;
            int bin = f;
            double[] gainDb = [.. around.Select(p => BeamMeasures.Db(BeamMeasures.Power(BeamMeasures.Response(h, p.Steering.AsSpan(bin * mics, mics))) / Math.Max(1e-30, power)))];
            patterns.Add(new HorizontalPattern(field.FrequenciesHz[f], [.. around.Select(p => p.AzimuthDeg)], gainDb, Beamwidth(gainDb, draft.DirectionDeg)));
        }
        double farthestM = field.Array.Microphones.Max(m => m.PositionHeadM.Norm);
        return new BeamDesign(draft.Backend, draft.DirectionDeg, draft.InterferersDeg, draft.Ear == 0 ? "left" : "right", draft.Filters, white, directivity, look, patterns,
            [.. OffsetsDeg.Select(d => Talker(d, field.Steering(Direction(draft.DirectionDeg + d))))],
            [.. DistancesM.Where(d => d > farthestM + 0.1).Select(d => (At: d, Steering: field.NearSteering(Direction(draft.DirectionDeg), d))).Where(p => p.Steering is not null).Select(p => Talker(p.At, p.Steering!))],
            sensitivity);
    }

    // Walks from the look direction to both sides until the gain has fallen by 3 dB; straight lines between the points.
    private static double Beamwidth(double[] gainDb, double directionDeg)
    {
        int count = gainDb.Length, start = (int)Math.Round((directionDeg + 180) / PatternStepDeg);
        double width = 0;
        foreach (int side in (int[])[-1, 1])
        {
            int step = 1;
            for (; step <= count / 2; step++)
            {
                double here = At(start + side * step), before = At(start + side * (step - 1));
                if (here > -3) continue;
                width += PatternStepDeg * (step - 1 + Math.Clamp((before + 3) / (before - here), 0, 1));
                break;
            }
            if (step > count / 2) return 360;
        }
        return width;

        double At(int index) => gainDb[(index % count + count) % count];
    }

    private static PositionSensitivity[] Sensitivities(ArrayField field, List<Draft> drafts, ArrayDesignOptions options)
    {
        int mics = field.Array.Count, count = field.FrequenciesHz.Length, trials = options.Trials;
        var look = new double[drafts.Count, count, trials];
        var directivity = new double[drafts.Count, count, trials];
        var random = new SeededRandom(options.Seed).Fork("microphone positions");
        var moved = new Vector3D[mics];
        var a = new Complex[mics];
        double sdM = options.PositionErrorMm / 1000;
        for (int t = 0; t < trials; t++)
        {
            for (int m = 0; m < mics; m++) moved[m] = new Vector3D(random.Normal(0, sdM), random.Normal(0, sdM), random.Normal(0, sdM));
            var isotropic = field.Covariances(moved);
            for (int i = 0; i < drafts.Count; i++)
                for (int f = 0; f < count; f++)
                {
                    var nominal = drafts[i].Steering.AsSpan(f * mics, mics);
                    nominal.CopyTo(a);
                    ArrayField.Displace(a, field.FrequenciesHz[f], Direction(drafts[i].DirectionDeg), moved);
                    var h = drafts[i].Transfer[f];
                    look[i, f, t] = BeamMeasures.Db(BeamMeasures.Power(BeamMeasures.Response(h, a)) / Math.Max(1e-30, BeamMeasures.Power(BeamMeasures.Response(h, nominal))));
                    directivity[i, f, t] = BeamMeasures.DirectivityIndexDb(h, a, isotropic[f]);
                }
        }
        return [.. Enumerable.Range(0, drafts.Count).Select(i => new PositionSensitivity(Percentiles(look, i, 0.05), Percentiles(look, i, 0.95), Percentiles(directivity, i, 0.5), Percentiles(directivity, i, 0.05)))];

        double[] Percentiles(double[,,] values, int draft, double part) => [.. Enumerable.Range(0, count).Select(f =>
        {
            double[] sorted = [.. Enumerable.Range(0, trials).Select(t => values[draft, f, t]).Order()];
            double at = part * (trials - 1);
            int low = (int)at, high = Math.Min(low + 1, trials - 1);
            return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
        })];
    }
}
