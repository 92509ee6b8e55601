using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>
/// The microphones' responses to a plane wave, as short causal filters in the frequency domain, relative to the head's centre in free
/// field. For both head models a response depends only on the microphone's distance from the centre and on the angle between its axis
/// and the source, so one table by angle (half a degree, read by linear interpolation) serves all microphones at one distance.
/// The top 8 % of the band rolls off, as a converter's anti-alias filter would.
/// </summary>
public sealed class HeadFilters
{
    private const int Angles = 361;
    private readonly Vector3D[] _axes;   // [M]
    private readonly int[] _table;       // [M] which distance
    private readonly float[][] _re, _im; // per distance: [angle × bins]

    public HeadFilters(MicrophoneArray array, FrameGrid grid)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.HeadModel == HeadModelKind.Measured)
            throw new ConfigurationException($"the simulator renders a rigid sphere or free field, and this rig's array has measured responses ({array.Measured?.Source}); simulate with a rig whose head_model is rigid_sphere.");
        Grid = grid;
        DelaySamples = grid.Hop / 4;
        _axes = [.. array.Microphones.Select(m => m.PositionHeadM.Normalized())];
        _table = new int[array.Count];
        var distances = new List<double>();
        for (int m = 0; m < array.Count; m++)
        {
            double distanceM = array.Microphones[m].PositionHeadM.Norm;
            _table[m] = distances.FindIndex(d => Math.Abs(d - distanceM) < 2e-5);
            if (_table[m] < 0) { _table[m] = distances.Count; distances.Add(distanceM); }
        }
        (_re, _im) = (new float[distances.Count][], new float[distances.Count][]);
        for (int d = 0; d < distances.Count; d++) MakeTable(array, distances[d], d);
    }

    public FrameGrid Grid { get; }
    public int Microphones => _axes.Length;

    /// <summary>Delay that all filters have in common, samples: room for sound that reaches a microphone before the centre.</summary>
    public int DelaySamples { get; }

    /// <summary>Adds source × filter for one direction and one microphone.</summary>
    /// <param name="directionHead">Unit vector towards the source, HEAD.</param>
    /// <param name="sourceRe">[bins] spectrum of a windowed frame.</param>
    /// <param name="sumRe">[bins] the microphone's spectrum so far.</param>
    public void Accumulate(Vector3D directionHead, int microphone, ReadOnlySpan<float> sourceRe, ReadOnlySpan<float> sourceIm, Span<float> sumRe, Span<float> sumIm)
    {
        var (index, fraction) = Position(directionHead, microphone);
        int bins = Grid.Bins, v = Vector<float>.Count, t = _table[microphone];
        var re0 = _re[t].AsSpan(index * bins, bins);
        var re1 = _re[t].AsSpan((index + 1) * bins, bins);
        var im0 = _im[t].AsSpan(index * bins, bins);
        var im1 = _im[t].AsSpan((index + 1) * bins, bins);
        var f = new Vector<float>(fraction);
        int b = 0;
        for (; b <= bins - v; b += v)
        {
            var r0 = new Vector<float>(re0[b..]);
            var i0 = new Vector<float>(im0[b..]);
            var hr = r0 + f * (new Vector<float>(re1[b..]) - r0);
            var hi = i0 + f * (new Vector<float>(im1[b..]) - i0);
            var sr = new Vector<float>(sourceRe[b..]);
            var si = new Vector<float>(sourceIm[b..]);
            (new Vector<float>(sumRe[b..]) + (sr * hr - si * hi)).CopyTo(sumRe[b..]);
            (new Vector<float>(sumIm[b..]) + (sr * hi + si * hr)).CopyTo(sumIm[b..]);
        }
        for (; b < bins; b++)
        {
            float hr = re0[b] + fraction * (re1[b] - re0[b]), hi = im0[b] + fraction * (im1[b] - im0[b]);
            sumRe[b] += sourceRe[b] * hr - sourceIm[b] * hi;
            sumIm[b] += sourceRe[b] * hi + sourceIm[b] * hr;
        }
    }

    /// <summary>The filter itself at one bin.</summary>
    public Complex At(Vector3D directionHead, int microphone, int bin)
    {
        var (index, fraction) = Position(directionHead, microphone);
        int at = index * Grid.Bins + bin, next = at + Grid.Bins, t = _table[microphone];
        return new Complex(_re[t][at] + fraction * (_re[t][next] - _re[t][at]), _im[t][at] + fraction * (_im[t][next] - _im[t][at]));
    }

    private (int Index, float Fraction) Position(Vector3D directionHead, int microphone)
    {
        double position = ExactMath.Acos(Math.Clamp(directionHead.Dot(_axes[microphone]), -1, 1)) * ((Angles - 1) / Math.PI);
        int index = Math.Min((int)position, Angles - 2);
        return (index, (float)(position - index));
    }

    private void MakeTable(MicrophoneArray array, double distanceM, int d)
    {
        // Designed on a grid four times as fine, then cut to length: what wraps around there is far below what is kept.
        int fine = 4 * Grid.FftSize, bins = Grid.Bins;
        var probe = array with { Microphones = [new Microphone("probe", new Vector3D(distanceM, 0, 0))], LeftReference = 0, RightReference = 0 };
        var vectors = new SteeringVectors(probe, fine);
        var designFft = new RealFft<double>(fine);
        var frameFft = new RealFft<double>(Grid.FftSize);
        var response = new Complex[vectors.Bins];
        var (re, im) = (new double[vectors.Bins], new double[vectors.Bins]);
        var (binRe, binIm) = (new double[bins], new double[bins]);
        var impulse = new double[fine];
        var taps = new double[Grid.FftSize];
        (_re[d], _im[d]) = (new float[Angles * bins], new float[Angles * bins]);
        for (int a = 0; a < Angles; a++)
        {
            var (sin, cos) = ExactMath.SinCos(Math.PI * a / (Angles - 1));
            vectors.Fill(new Vector3D(cos, sin, 0), response);
            for (int b = 0; b < vectors.Bins; b++)
            {
                var (s, c) = ExactMath.SinCos(2 * Math.PI * b * DelaySamples / fine);
                var h = RollOff((double)b / (vectors.Bins - 1)) * response[b] * new Complex(c, -s);
                (re[b], im[b]) = (h.Real, h.Imaginary);
            }
            designFft.Inverse(re, im, impulse);
            for (int n = 0; n < Grid.Taps; n++) taps[n] = impulse[n] * Edge(n, Grid.Taps, DelaySamples / 2);
            frameFft.Forward(taps, binRe, binIm);
            for (int b = 0; b < bins; b++) (_re[d][a * bins + b], _im[d][a * bins + b]) = ((float)binRe[b], (float)binIm[b]);
        }
    }

    private static double RollOff(double ofNyquist)
    {
        if (ofNyquist <= 0.92) return 1;
        double c = ExactMath.SinCos(Math.PI / 2 * (ofNyquist - 0.92) / 0.08).Cos;
        return c * c;
    }

    /// <summary>Half-cosine fades at both ends of the taps.</summary>
    private static double Edge(int n, int taps, int fade)
    {
        int fromEnd = Math.Min(n, taps - 1 - n);
        return fromEnd >= fade ? 1 : 0.5 - 0.5 * ExactMath.SinCos(Math.PI * (fromEnd + 0.5) / fade).Cos;
    }
}
