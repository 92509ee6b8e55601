using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The label of a whole trial from features of its windows that carry no stimulus, by a linear discriminant with a shrunk pooled covariance, each trial held
/// out once. Sums per trial make a draw of labels cheap: the scatter of the training trials stays, only class means move. The shrinkage is that of the
/// training rows about their own mean, so it knows no label.
/// </summary>
internal sealed class LabelFingerprint
{
    private readonly DenseAlgebra _algebra;
    private readonly int _p;
    private readonly double[][][] _rows;
    private readonly int[] _unit;
    private readonly double[][] _sums;
    private readonly double[][] _scatter;
    private readonly double[] _shrinkage;

    /// <param name="rows">[trial][window][feature]</param>
    /// <param name="unit">[trial] what is held out together; null: each trial alone.</param>
    public LabelFingerprint(DenseAlgebra algebra, IReadOnlyList<double[][]> rows, int[]? unit = null)
    {
        (_algebra, _p) = (algebra, rows.First(r => r.Length > 0)[0].Length);
        _unit = unit ?? [.. Enumerable.Range(0, rows.Count)];
        var mean = new double[_p];
        int all = rows.Sum(r => r.Length);
        foreach (double[] row in rows.SelectMany(r => r)) RowMath.AddScaled(1.0 / all, row, mean);
        _rows = [.. rows.Select(t => t.Select(r => r.Select((v, i) => v - mean[i]).ToArray()).ToArray())];
        _sums = [.. _rows.Select(Sum)];
        _scatter = [.. _rows.Select(t => Scatter([.. t.SelectMany(r => r)]))];
        _shrinkage = [.. Enumerable.Range(0, _unit.Max() + 1).Select(Shrinkage)];
    }

    /// <param name="labels">[trial] class.</param>
    /// <returns>[trial] windows whose class is found with the trial held out.</returns>
    public int[] Correct(int[] labels, int classes)
    {
        var correct = new int[_rows.Length];
        var models = Enumerable.Range(0, _unit.Max() + 1).Select(u => Train(u, labels, classes)).ToArray();
        for (int held = 0; held < correct.Length; held++)
        {
            var (weights, offsets) = models[_unit[held]];
            foreach (double[] row in _rows[held])
            {
                int best = -1;
                double largest = double.NegativeInfinity;
                for (int c = 0; c < classes; c++)
                    if (!double.IsNaN(offsets[c]) && RowMath.Dot(weights.AsSpan(c * _p, _p), row) - offsets[c] is var score && score > largest) (best, largest) = (c, score);
                if (best == labels[held]) correct[held]++;
            }
        }
        return correct;
    }

    /// <returns>The same labels in another order over trials.</returns>
    public static int[] Shuffled(int[] labels, SeededRandom random)
    {
        int[] drawn = [.. labels];
        for (int i = drawn.Length - 1; i > 0; i--)
        {
            int j = random.Index(i + 1);
            (drawn[i], drawn[j]) = (drawn[j], drawn[i]);
        }
        return drawn;
    }

    private (double[] Weights, double[] Offsets) Train(int held, int[] labels, int classes)
    {
        var means = new double[classes * _p];
        var counts = new int[classes];
        var w = new double[_p * _p];
        for (int t = 0; t < _rows.Length; t++)
        {
            if (_unit[t] == held) continue;
            counts[labels[t]] += _rows[t].Length;
            RowMath.AddScaled(1, _sums[t], means.AsSpan(labels[t] * _p, _p));
            RowMath.AddScaled(1, _scatter[t], w);
        }
        int all = counts.Sum();
        for (int c = 0; c < classes; c++)
        {
            if (counts[c] == 0) continue;
            var m = means.AsSpan(c * _p, _p);
            foreach (ref double v in m) v /= counts[c];
            for (int i = 0; i < _p; i++) RowMath.AddScaled(-counts[c] * m[i], m, w.AsSpan(i * _p, _p));
        }
        double trace = 0, rho = _shrinkage[held];
        for (int i = 0; i < _p; i++) trace += w[i * _p + i];
        for (int i = 0; i < w.Length; i++) w[i] *= (1 - rho) / all;
        for (int i = 0; i < _p; i++) w[i * _p + i] += rho * trace / all / _p;
        if (!_algebra.CholeskyFactor(w, _p)) throw new ArgumentException("The features do not vary.", nameof(labels));
        double[] weights = (double[])means.Clone();
        _algebra.CholeskySolveRows(w, _p, weights, classes);
        return (weights, [.. Enumerable.Range(0, classes).Select(c => counts[c] == 0 ? double.NaN : RowMath.Dot(weights.AsSpan(c * _p, _p), means.AsSpan(c * _p, _p)) / 2)]);
    }

    private double Shrinkage(int held)
    {
        double[][] training = [.. _rows.Where((_, t) => _unit[t] != held).SelectMany(t => t)];
        double[] mean = Sum(training);
        for (int i = 0; i < _p; i++) mean[i] /= training.Length;
        return ShrinkageDiscriminant.Intensity(_algebra, [.. training.SelectMany(r => r.Select((v, i) => v - mean[i]))], _p).Shrinkage;
    }

    private double[] Sum(double[][] rows)
    {
        var sum = new double[_p];
        foreach (double[] row in rows) RowMath.AddScaled(1, row, sum);
        return sum;
    }

    private double[] Scatter(double[] rows)
    {
        var s = new double[_p * _p];
        if (rows.Length > 0) _algebra.Multiply(true, false, _p, _p, rows.Length / _p, 1, rows, _p, rows, _p, 0, s, _p);
        return s;
    }
}
