using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Design;

namespace AttentionEngine.Separation.ArrayDesign;

/// <summary>An array's transfer functions and its isotropic field at some frequencies, with its microphones where they should be or displaced.</summary>
public sealed class ArrayField
{
    /// <summary>Frequencies are multiples of rate / 1024.</summary>
    public const int FftSize = 1024;
    private const double LimitLoad = 1e-9; // of trace/M: the limit of directivity is that of an array with −90 dB of own noise

    private readonly SteeringVectors _vectors;
    private readonly Complex[] _all;      // [bins × M] scratch
    private readonly int[] _bins;
    private readonly SphereGrid _grid;
    private readonly Complex[] _sphere;   // [F × directions × M]

    /// <param name="frequenciesHz">Moved to the nearest multiples of rate / 1024, without repeats.</param>
    public ArrayField(MicrophoneArray array, IReadOnlyList<double> frequenciesHz)
    {
        ArgumentNullException.ThrowIfNull(array);
        Array = array;
        _vectors = new SteeringVectors(array, FftSize);
        _bins = [.. frequenciesHz.Select(f => Math.Clamp((int)Math.Round(f * FftSize / array.SampleRateHz), 1, FftSize / 2)).Distinct().Order()];
        FrequenciesHz = [.. _bins.Select(b => b * array.SampleRateHz / FftSize)];
        _all = new Complex[_vectors.Bins * array.Count];
        double reachM = Math.Max(0.1, array.Microphones.Max(m => m.PositionHeadM.Norm)); // a measured head is at least head-sized
        _grid = new SphereGrid((int)Math.Ceiling(2 * Math.PI * FrequenciesHz[^1] / SoundSpeed.Default * reachM) + 12);
        int mics = array.Count, directions = _grid.Directions.Length;
        _sphere = new Complex[_bins.Length * directions * mics];
        for (int d = 0; d < directions; d++)
        {
            _vectors.Fill(_grid.Directions[d], _all);
            for (int f = 0; f < _bins.Length; f++) _all.AsSpan(_bins[f] * mics, mics).CopyTo(_sphere.AsSpan((f * directions + d) * mics));
        }
        Isotropic = Covariances(new Vector3D[mics]);
    }

    public MicrophoneArray Array { get; }

    /// <summary>F, rising.</summary>
    public double[] FrequenciesHz { get; }

    /// <summary>[F][M × M] E[a aᴴ] over the sphere.</summary>
    public Complex[][] Isotropic { get; }

    /// <summary>[F × M] from one direction.</summary>
    public Complex[] Steering(Vector3D directionHead)
    {
        int mics = Array.Count;
        var result = new Complex[_bins.Length * mics];
        _vectors.Fill(directionHead, _all);
        for (int f = 0; f < _bins.Length; f++) _all.AsSpan(_bins[f] * mics, mics).CopyTo(result.AsSpan(f * mics));
        return result;
    }

    /// <summary>[F × M] from a talker at a distance, relative to free field at the head's centre; null where responses were measured, which know one distance only.</summary>
    /// <param name="distanceM">From the centre of the head, metres; beyond every microphone.</param>
    public Complex[]? NearSteering(Vector3D directionHead, double distanceM)
    {
        if (Array.HeadModel == HeadModelKind.Measured) return null;
        int mics = Array.Count;
        var result = new Complex[_bins.Length * mics];
        var sphere = Array.HeadModel == HeadModelKind.RigidSphere ? new RigidSphere(Array.SphereRadiusM) : null;
        for (int m = 0; m < mics; m++)
        {
            var position = Array.Microphones[m].PositionHeadM;
            double pathM = (distanceM * directionHead - position).Norm;
            for (int f = 0; f < _bins.Length; f++)
                result[f * mics + m] = sphere is not null
                    ? sphere.At(FrequenciesHz[f], directionHead.Dot(position.Normalized()), position.Norm < sphere.RadiusM + 5e-4 ? 0 : position.Norm, distanceM)
                    : Complex.FromPolarCoordinates(distanceM / pathM, -2 * Math.PI * FrequenciesHz[f] / SoundSpeed.Default * (pathM - distanceM));
        }
        return result;
    }

    /// <summary>[F][M × M] with each microphone displaced; to first order, as <see cref="Displace"/>.</summary>
    /// <param name="displacementM">[M] metres.</param>
    public Complex[][] Covariances(ReadOnlySpan<Vector3D> displacementM)
    {
        int mics = Array.Count, directions = _grid.Directions.Length;
        var result = new Complex[_bins.Length][];
        var a = new Complex[mics];
        for (int f = 0; f < _bins.Length; f++)
        {
            var sum = result[f] = new Complex[mics * mics];
            for (int d = 0; d < directions; d++)
            {
                _sphere.AsSpan((f * directions + d) * mics, mics).CopyTo(a);
                Displace(a, FrequenciesHz[f], _grid.Directions[d], displacementM);
                for (int i = 0; i < mics; i++)
                {
                    Complex weighted = _grid.Weights[d] * a[i];
                    for (int j = 0; j <= i; j++) sum[i * mics + j] += weighted * Complex.Conjugate(a[j]);
                }
            }
            for (int i = 0; i < mics; i++)
                for (int j = i + 1; j < mics; j++) sum[i * mics + j] = Complex.Conjugate(sum[j * mics + i]);
        }
        return result;
    }

    /// <summary>The change of a plane wave's phase when microphones move a little: exact in free field; beside a head, which also shapes the field, to first order.</summary>
    /// <param name="a">[M], changed in place.</param>
    public static void Displace(Span<Complex> a, double frequencyHz, Vector3D directionHead, ReadOnlySpan<Vector3D> displacementM)
    {
        double k = 2 * Math.PI * frequencyHz / SoundSpeed.Default;
        for (int m = 0; m < a.Length; m++)
        {
            if (displacementM[m] == Vector3D.Zero) continue;
            var (s, c) = ExactMath.SinCos(k * directionHead.Dot(displacementM[m]));
            a[m] *= new Complex(c, s);
        }
    }

    /// <summary>The highest directivity index any weights reach for a direction, dB per frequency: 10 log10 aᴴΓ⁻¹a.</summary>
    public double[] DirectivityLimitDb(Vector3D directionHead)
    {
        int mics = Array.Count;
        var a = Steering(directionHead);
        var result = new double[_bins.Length];
        for (int f = 0; f < _bins.Length; f++)
        {
            var factor = (Complex[])Isotropic[f].Clone();
            double trace = 0;
            for (int m = 0; m < mics; m++) trace += factor[m * mics + m].Real;
            for (int m = 0; m < mics; m++) factor[m * mics + m] += LimitLoad * trace / mics;
            if (!HermitianSolver.Factorise(factor, mics)) { result[f] = double.NaN; continue; }
            var x = a.AsSpan(f * mics, mics).ToArray();
            HermitianSolver.Solve(factor, mics, x);
            double gain = 0;
            for (int m = 0; m < mics; m++) gain += (Complex.Conjugate(a[f * mics + m]) * x[m]).Real;
            result[f] = 10 * Math.Log10(gain);
        }
        return result;
    }
}
