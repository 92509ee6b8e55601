using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Design;

namespace AttentionEngine.Separation.Safety;

/// <summary>
/// Finds microphone channels that are plugged in the wrong order, from the sound and the known directions of the talkers: the phases
/// between channels (every two seconds of speech) are compared with those that the head model gives for the rig's order, for every
/// exchange of two microphones, and for the two sides exchanged. An order that fits clearly better three times in a row is reported; nothing is
/// changed by itself. Talkers straight ahead or behind tell nothing about the sides. No allocation after construction.
/// </summary>
public sealed class ChannelOrderWatch
{
    private const double FrameS = 0.03, LowestHz = 300, HighestHz = 6000, HighestPart = 0.4;
    private const double Margin = 0.08, LeastFit = 0.3, MirrorM = 0.01;
    private static readonly int[] TurnsDeg = [-24, -16, -8, 8, 16, 24, 0];
    private const int MostBins = 48, FramesPerCheck = 60, Checks = 3;

    private readonly int _mics, _pairs;
    private readonly SpectralFrames _frames;
    private readonly SteeringVectors _vectors;
    private readonly int[] _bins;
    private readonly Complex[] _steering;           // [all bins × M]
    private readonly Complex[] _measured, _model;   // [pairs × bins] phases, channel or microphone i < j
    private readonly List<int[]> _orders;           // [candidates][M]: the microphone on each channel; the first is the rig's
    private double _meanPower;
    private int _counted, _suspect, _times;

    public ChannelOrderWatch(MicrophoneArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        _mics = array.Count;
        _pairs = _mics * (_mics - 1) / 2;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(FrameS * array.SampleRateHz));
        _frames = new SpectralFrames(_mics, size, size);
        _vectors = new SteeringVectors(array, size);
        double binHz = array.SampleRateHz / size;
        int first = (int)(LowestHz / binHz) + 1, last = (int)(Math.Min(HighestHz, HighestPart * array.SampleRateHz) / binHz);
        int step = Math.Max(1, (last - first + MostBins) / MostBins);
        _bins = [.. Enumerable.Range(first, last - first + 1).Where(b => (b - first) % step == 0)];
        _steering = new Complex[_vectors.Bins * _mics];
        _measured = new Complex[_pairs * _bins.Length];
        _model = new Complex[_pairs * _bins.Length];
        _orders = Orders(array);
    }

    /// <summary>[M] the microphone that each channel seems to carry, when it is not the rig's order; else null.</summary>
    public IReadOnlyList<int>? Found { get; private set; }

    /// <param name="input">[M × frames] planar.</param>
    /// <param name="scene">Directions of those who may speak.</param>
    /// <returns>True when <see cref="Found"/> has changed.</returns>
    public bool Observe(ReadOnlySpan<float> input, TalkerScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        if (_mics < 2 || scene.Count == 0) return false;
        int frames = input.Length / _mics, at = 0;
        bool changed = false;
        while (_frames.TryNext(input, frames, ref at))
        {
            if (!Count()) continue;
            changed |= Check(scene);
            Array.Clear(_measured);
            _counted = 0;
        }
        return changed;
    }

    // Frames above the mean power are speech rather than noise.
    private bool Count()
    {
        double power = 0;
        foreach (int b in _bins)
            for (int m = 0; m < _mics; m++) { Complex x = _frames.Spectrum[b * _mics + m]; power += x.Real * x.Real + x.Imaginary * x.Imaginary; }
        _meanPower += 0.02 * (power - _meanPower);
        if (!(power > _meanPower)) return false;
        for (int i = 0, pair = 0; i < _mics; i++)
            for (int j = i + 1; j < _mics; j++, pair++)
                for (int b = 0; b < _bins.Length; b++) _measured[pair * _bins.Length + b] += Phase(_frames.Spectrum, _bins[b], i, j);
        return ++_counted == FramesPerCheck;
    }

    private bool Check(TalkerScene scene)
    {
        // The rig's order may also explain the sound with all directions turned: a wrong head angle is no wrong cable.
        double ours = -1;
        foreach (int turnDeg in TurnsDeg)
        {
            Expect(scene, Angles.ToRadians(turnDeg));
            ours = Math.Max(ours, Fit(_orders[0]));
        }
        double bestFit = ours; // the model is now that of the directions themselves: the last turn is 0
        int best = 0;
        for (int o = 1; o < _orders.Count; o++)
        {
            double fit = Fit(_orders[o]);
            if (fit > bestFit) (best, bestFit) = (o, fit);
        }
        if (best != 0 && (bestFit < LeastFit || bestFit - ours < Margin)) { _times = 0; return false; }
        _times = best == _suspect ? _times + 1 : 1;
        _suspect = best;
        var found = best == 0 ? null : _orders[best];
        if (_times < Checks || ReferenceEquals(found, Found)) return false;
        Found = found;
        return true;
    }

    private void Expect(TalkerScene scene, double turnRad)
    {
        double cos = Math.Cos(turnRad), sin = Math.Sin(turnRad);
        Array.Clear(_model);
        for (int k = 0; k < scene.Count; k++)
        {
            var d = scene.Talkers[k].DirectionHead;
            _vectors.Fill(new Vector3D(cos * d.X - sin * d.Y, sin * d.X + cos * d.Y, d.Z), _steering);
            for (int i = 0, pair = 0; i < _mics; i++)
                for (int j = i + 1; j < _mics; j++, pair++)
                    for (int b = 0; b < _bins.Length; b++) _model[pair * _bins.Length + b] += Phase(_steering, _bins[b], i, j);
        }
    }

    // Cosine of the angle between measured and expected phases.
    private double Fit(int[] order)
    {
        double product = 0, measured = 0, model = 0;
        for (int i = 0, pair = 0; i < _mics; i++)
        {
            for (int j = i + 1; j < _mics; j++, pair++)
            {
                int p = Math.Min(order[i], order[j]), q = Math.Max(order[i], order[j]);
                bool turned = order[i] > order[j];
                int at = p * _mics - p * (p + 1) / 2 + q - p - 1;
                for (int b = 0; b < _bins.Length; b++)
                {
                    Complex g = _measured[pair * _bins.Length + b], e = _model[at * _bins.Length + b];
                    product += g.Real * e.Real + g.Imaginary * (turned ? -e.Imaginary : e.Imaginary);
                    measured += g.Real * g.Real + g.Imaginary * g.Imaginary;
                    model += e.Real * e.Real + e.Imaginary * e.Imaginary;
                }
            }
        }
        return measured > 0 && model > 0 ? product / Math.Sqrt(measured * model) : 0;
    }

    private Complex Phase(Complex[] spectrum, int bin, int i, int j)
    {
        Complex a = spectrum[bin * _mics + i], b = spectrum[bin * _mics + j];
        double re = a.Real * b.Real + a.Imaginary * b.Imaginary, im = a.Imaginary * b.Real - a.Real * b.Imaginary, size = Math.Sqrt(re * re + im * im);
        return size > 1e-30 ? new Complex(re / size, im / size) : Complex.Zero;
    }

    private static List<int[]> Orders(MicrophoneArray array)
    {
        int mics = array.Count;
        int[] identity = [.. Enumerable.Range(0, mics)];
        var orders = new List<int[]> { identity };
        for (int i = 0; i < mics; i++)
        {
            for (int j = i + 1; j < mics; j++)
            {
                int[] order = [.. identity];
                (order[i], order[j]) = (j, i);
                orders.Add(order);
            }
        }
        int[] mirrored = [.. identity.Select(m => identity.MinBy(n => FromMirrorM(n, m)))];
        bool mirrors = identity.All(m => mirrored[mirrored[m]] == m && FromMirrorM(mirrored[m], m) < MirrorM);
        if (mirrors && identity.Count(m => mirrored[m] != m) > 2) orders.Add(mirrored);
        return orders;

        double FromMirrorM(int n, int m)
        {
            var position = array.Microphones[m].PositionHeadM;
            return (array.Microphones[n].PositionHeadM - (position with { Y = -position.Y })).Norm;
        }
    }
}
