using System.Numerics;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Interpolation of scalp potentials over a sphere (Perrin et al. 1989, Electroencephalogr. Clin. Neurophysiol. 72:184; order 4).</summary>
public sealed class SphericalSpline
{
    private const int Order = 4, Terms = 50;
    private const double Smoothing = 1e-5;
    private readonly Vector3[] _from;
    private readonly double[] _inverse; // [(n + 1) × (n + 1)] of the bordered system
    private readonly int _size;

    /// <param name="from">Unit directions of the electrodes; two at the same place are allowed (smoothing).</param>
    public SphericalSpline(IReadOnlyList<Vector3> from)
    {
        ArgumentNullException.ThrowIfNull(from);
        _from = [.. from];
        _size = _from.Length + 1;
        var system = new double[_size * _size];
        for (int i = 0; i < _from.Length; i++)
        {
            for (int j = 0; j < _from.Length; j++) system[i * _size + j] = Kernel(_from[i], _from[j]) + (i == j ? Smoothing : 0);
            system[i * _size + _size - 1] = system[(_size - 1) * _size + i] = 1;
        }
        _inverse = Inverse(system, _size);
    }

    /// <returns>[electrodes] weights whose sum of products with the electrodes' values is the value at <paramref name="at"/>; they add up to one.</returns>
    public double[] WeightsAt(Vector3 at)
    {
        var kernel = new double[_size];
        for (int j = 0; j < _from.Length; j++) kernel[j] = Kernel(_from[j], at);
        kernel[^1] = 1;
        var weights = new double[_from.Length];
        for (int i = 0; i < weights.Length; i++)
            for (int j = 0; j < _size; j++) weights[i] += _inverse[j * _size + i] * kernel[j];
        return weights;
    }

    private static double Kernel(Vector3 a, Vector3 b)
    {
        double x = Math.Clamp(Vector3.Dot(a, b), -1, 1), before = 1, now = x, sum = 0;
        for (int n = 1; n <= Terms; n++)
        {
            sum += (2 * n + 1) / Math.Pow(n * (n + 1.0), Order) * now;
            (before, now) = (now, ((2 * n + 1) * x * now - n * before) / (n + 1));
        }
        return sum / (4 * Math.PI);
    }

    /// <summary>Gauss-Jordan with the largest pivot: the bordered system is not definite.</summary>
    private static double[] Inverse(double[] a, int n)
    {
        var inverse = new double[n * n];
        for (int i = 0; i < n; i++) inverse[i * n + i] = 1;
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(r => Math.Abs(a[r * n + column]));
            for (int j = 0; j < n && pivot != column; j++)
            {
                (a[pivot * n + j], a[column * n + j]) = (a[column * n + j], a[pivot * n + j]);
                (inverse[pivot * n + j], inverse[column * n + j]) = (inverse[column * n + j], inverse[pivot * n + j]);
            }
            double scale = 1 / a[column * n + column];
            for (int j = 0; j < n; j++) { a[column * n + j] *= scale; inverse[column * n + j] *= scale; }
            for (int r = 0; r < n; r++)
            {
                double factor = a[r * n + column];
                if (r == column || factor == 0) continue;
                for (int j = 0; j < n; j++) { a[r * n + j] -= factor * a[column * n + j]; inverse[r * n + j] -= factor * inverse[column * n + j]; }
            }
        }
        return inverse;
    }
}
