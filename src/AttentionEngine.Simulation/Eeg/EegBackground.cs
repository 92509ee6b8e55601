using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>
/// What a scalp carries besides the response: 1/f activity of many smooth patterns, parietal alpha, mains residual, blinks at the
/// times at which the eyes close, a little muscle, and electrode noise. Amplitudes are ordinary values [R].
/// </summary>
internal sealed class EegBackground
{
    private const int BrainSources = 24;
    private const double BrainUv = 11, ElectrodeUv = 0.8, LineUv = 0.6, LineHz = 50, BlinkUv = 110, MuscleUv = 2.5;

    private readonly PinkNoise[] _brain;
    private readonly double[] _brainMap; // [sources × 32]
    private readonly RhythmicBursts[] _alpha;
    private readonly double[][] _alphaMap;
    private readonly double[] _blinkMap, _lineGain, _muscleGain;
    private readonly double _linePhase;
    private readonly SeededRandom _noise;
    private readonly float[] _blink; // [samples] microvolts at the forehead
    private readonly float[] _muscle; // [samples] gain

    public EegBackground(ListenerProfile profile, IReadOnlyList<Interval> blinks, int samples, SeededRandom random)
    {
        int channels = EegMontage.Count;
        var maps = random.Fork("maps");
        _brain = new PinkNoise[BrainSources];
        _brainMap = new double[BrainSources * channels];
        for (int s = 0; s < BrainSources; s++)
        {
            _brain[s] = new PinkNoise(EegSimulator.RateHz, random.Fork($"brain {s}"));
            double gain = BrainUv / Math.Sqrt(BrainSources) * Math.Exp(maps.Normal(0, 0.3));
            var map = Topography.RandomDipole(maps);
            for (int c = 0; c < channels; c++) _brainMap[s * channels + c] = gain * map[c];
        }
        Vector3D[] alphaPlaces = [new(-0.55, 0.3, 0.35), new(-0.55, -0.3, 0.35), new(-0.7, 0, 0.1)];
        _alpha = [.. alphaPlaces.Select((_, i) => new RhythmicBursts(profile.AlphaHz + maps.Normal(0, 0.2), EegSimulator.RateHz, random.Fork($"alpha {i}")))];
        _alphaMap = [.. alphaPlaces.Select(p => Scaled(Topography.Dipole(p, p), profile.AlphaUv / Math.Sqrt(3) / 1.6))];
        _blinkMap = Topography.Blink(maps);
        _lineGain = new double[channels];
        _muscleGain = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            _lineGain[c] = LineUv * Math.Exp(maps.Normal(0, 0.5));
            // Temporal muscle: strong near the ears.
            double lateral = Math.Abs(EegMontage.Positions[c].Y);
            _muscleGain[c] = MuscleUv * lateral * lateral * lateral;
        }
        _linePhase = maps.Uniform(0, 2 * Math.PI);
        _noise = random.Fork("electrodes");
        _blink = BlinkTrace(blinks, samples, random.Fork("blink size"));
        _muscle = MuscleGate(samples, random.Fork("muscle"));
    }

    /// <summary>Adds sample <paramref name="i"/>; call in order.</summary>
    /// <param name="frame">[32] microvolts.</param>
    public void Add(int i, Span<double> frame)
    {
        for (int s = 0; s < _brain.Length; s++)
        {
            double v = _brain[s].Next();
            var map = _brainMap.AsSpan(s * frame.Length, frame.Length);
            for (int c = 0; c < frame.Length; c++) frame[c] += v * map[c];
        }
        for (int a = 0; a < _alpha.Length; a++)
        {
            double v = _alpha[a].Next();
            for (int c = 0; c < frame.Length; c++) frame[c] += v * _alphaMap[a][c];
        }
        double line = Math.Sin(2 * Math.PI * LineHz * i / EegSimulator.RateHz + _linePhase);
        double blink = _blink[i], muscle = _muscle[i];
        for (int c = 0; c < frame.Length; c++)
        {
            frame[c] += ElectrodeUv * _noise.Normal() + _lineGain[c] * line + blink * _blinkMap[c];
            if (muscle > 0) frame[c] += muscle * _muscleGain[c] * _noise.Normal();
        }
    }

    /// <summary>Lid potentials: up in 80 ms, down in about 200 ms, of a size that varies by a fifth.</summary>
    private static float[] BlinkTrace(IReadOnlyList<Interval> blinks, int samples, SeededRandom random)
    {
        var trace = new float[samples];
        foreach (var blink in blinks)
        {
            double size = BlinkUv * Math.Max(0.3, random.Normal(1, 0.2));
            int first = (int)(blink.StartS * EegSimulator.RateHz), last = (int)((blink.EndS + 0.35) * EegSimulator.RateHz);
            for (int i = Math.Max(0, first); i < Math.Min(samples, last); i++)
            {
                double t = i / EegSimulator.RateHz - blink.StartS - 0.08;
                double width = t < 0 ? 0.04 : 0.09;
                trace[i] += (float)(size * Math.Exp(-t * t / (2 * width * width)));
            }
        }
        return trace;
    }

    /// <summary>Gain of muscle noise: little bursts, about three a minute.</summary>
    private static float[] MuscleGate(int samples, SeededRandom random)
    {
        var gate = new float[samples];
        double durationS = samples / EegSimulator.RateHz;
        for (double t = random.Exponential(20); t < durationS; t += random.Exponential(20))
        {
            double length = random.Uniform(0.2, 1.5), size = random.LogNormal(1, 0.5);
            for (int i = (int)(t * EegSimulator.RateHz); i < Math.Min(samples, (t + length) * EegSimulator.RateHz); i++) gate[i] = (float)size;
            t += length;
        }
        return gate;
    }

    private static double[] Scaled(double[] values, double gain)
    {
        for (int i = 0; i < values.Length; i++) values[i] *= gain;
        return values;
    }
}
