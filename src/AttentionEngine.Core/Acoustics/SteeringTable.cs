using System.Numerics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Core.Acoustics;

/// <summary>Steering vectors of a fixed set of directions in single precision, for searches over direction. Immutable.</summary>
public sealed class SteeringTable
{
    private readonly float[] _re, _im;
    private readonly int _stride;

    /// <param name="vectors">The array's transfer functions.</param>
    /// <param name="directionsHead">Unit vectors, HEAD.</param>
    public SteeringTable(SteeringVectors vectors, IReadOnlyList<Vector3D> directionsHead)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(directionsHead);
        Directions = directionsHead;
        Bins = vectors.Bins;
        Microphones = vectors.Array.Count;
        _stride = Bins * Microphones;
        _re = new float[directionsHead.Count * _stride];
        _im = new float[directionsHead.Count * _stride];
        var one = new Complex[_stride];
        for (int d = 0; d < directionsHead.Count; d++)
        {
            vectors.Fill(directionsHead[d], one);
            for (int i = 0; i < _stride; i++) { _re[d * _stride + i] = (float)one[i].Real; _im[d * _stride + i] = (float)one[i].Imaginary; }
        }
    }

    public IReadOnlyList<Vector3D> Directions { get; }
    public int Bins { get; }
    public int Microphones { get; }

    /// <summary>[bins × M] real parts of direction <paramref name="direction"/>, bin-major.</summary>
    public ReadOnlySpan<float> Re(int direction) => _re.AsSpan(direction * _stride, _stride);

    /// <summary>[bins × M] imaginary parts.</summary>
    public ReadOnlySpan<float> Im(int direction) => _im.AsSpan(direction * _stride, _stride);

    /// <summary>Azimuths every <paramref name="stepDeg"/> degrees from −180 (excluded) to 180 in the horizontal plane.</summary>
    public static IReadOnlyList<Vector3D> Horizontal(double stepDeg)
    {
        int count = (int)Math.Round(360 / stepDeg);
        return [.. Enumerable.Range(1, count).Select(i => Vector3D.FromAzimuthElevation(Geometry.Angles.ToRadians(-180 + i * 360.0 / count)))];
    }
}
