using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Products of every trial's covariance with all the vectors of the pairs it is in.</summary>
internal sealed class PairProducts
{
    private readonly DenseAlgebra _algebra;
    private readonly PairSystems _systems;
    private readonly int _n, _pairs;
    private readonly int[][] _pairsOf;
    private double[] _packed = [], _product = [];

    public PairProducts(DenseAlgebra algebra, PairSystems systems)
    {
        (_algebra, _systems, _n, _pairs) = (algebra, systems, systems.Columns, systems.Pairs.Count);
        _pairsOf = [.. Enumerable.Range(0, systems.Trials.Count).Select(t =>
            Enumerable.Range(0, systems.Pairs.Count).Where(p => systems.Pairs[p].First == t || systems.Pairs[p].Second == t).ToArray())];
    }

    /// <summary>image = (C_i + C_j) vector for each system (λ, pair (i, j)) that is not <paramref name="done"/>.</summary>
    /// <param name="vectors">[λ × pair × n]</param>
    public void Of(double[] vectors, double[] image, bool[] done)
    {
        for (int s = 0; s < done.Length; s++)
            if (!done[s]) image.AsSpan(s * _n, _n).Clear();
        ForEachTrial(vectors, done, (_, s, product) => RowMath.AddScaled(1, product, image.AsSpan(s * _n, _n)));
    }

    /// <summary>Calls back with every C_t · vector for systems that are not <paramref name="done"/>: (trial t, system, [n] product).</summary>
    public void ForEachTrial(double[] vectors, bool[] done, ProductReceiver receive)
    {
        int lambdas = done.Length / _pairs, most = _pairsOf.Max(p => p.Length) * lambdas;
        if (_packed.Length < most * _n) (_packed, _product) = (new double[most * _n], new double[most * _n]);
        var rows = new int[most];
        for (int t = 0; t < _pairsOf.Length; t++)
        {
            int count = 0;
            for (int l = 0; l < lambdas; l++)
                foreach (int pair in _pairsOf[t])
                {
                    int s = l * _pairs + pair;
                    if (done[s]) continue;
                    vectors.AsSpan(s * _n, _n).CopyTo(_packed.AsSpan(count * _n, _n));
                    rows[count++] = s;
                }
            _algebra.Multiply(false, false, count, _n, _n, 1, _packed, _n, _systems.Trials[t].Covariance, _n, 0, _product, _n);
            for (int r = 0; r < count; r++) receive(t, rows[r], _product.AsSpan(r * _n, _n));
        }
    }

    public delegate void ProductReceiver(int trial, int system, ReadOnlySpan<double> product);
}
