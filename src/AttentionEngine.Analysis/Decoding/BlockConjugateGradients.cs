using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// All (pair, λ) systems of a nested leave-one-trial-out at once, by conjugate gradients with the factor of
/// M_λ = α C_total + λ I (α = (T − 2)/T) as preconditioner. Taking two of many trials away changes little, so few iterations do; each is one
/// product with every trial's covariance for all systems that need it. The product with C_total costs nothing: C_total M⁻¹ r = (r − λ M⁻¹ r)/α.
/// </summary>
internal sealed class BlockConjugateGradients
{
    private readonly DenseAlgebra _algebra;
    private readonly PairSystems _systems;
    private readonly PairProducts _products;
    private readonly int _n, _pairs;
    private readonly double[] _sums;
    private double[] _residual = [], _direction = [], _totalTimes = [], _image = [];

    public BlockConjugateGradients(DenseAlgebra algebra, PairSystems systems, double tolerance, int? maxIterations)
    {
        (_algebra, _systems, Tolerance) = (algebra, systems, tolerance);
        (_n, _pairs) = (systems.Columns, systems.Pairs.Count);
        _products = new PairProducts(algebra, systems);
        _sums = new double[_pairs * _n];
        for (int p = 0; p < _pairs; p++) systems.TrainingSums(p, Sums(p));
        // A direct solution costs n³/3, an iteration 7 n²: beyond n/18 iterations the direct one is cheaper.
        MaxIterations = maxIterations ?? Math.Max(20, _n / 18);
    }

    public double Tolerance { get; }
    public int MaxIterations { get; }
    public int Iterations { get; private set; }

    /// <summary>Σ x of the training samples of a pair, [n].</summary>
    public Span<double> Sums(int pair) => _sums.AsSpan(pair * _n, _n);

    /// <summary>Space for [λ × pair × n], free between two calls of <see cref="Solve"/>.</summary>
    public double[] Scratch => _image;

    public PairProducts Products => _products;

    /// <summary>Solves a batch of λ.</summary>
    /// <param name="diagonals">[λ × pair] what is added to the diagonal.</param>
    /// <param name="factors">[λ] factors of α C_total + <paramref name="shifts"/> I, [n × n] each.</param>
    /// <param name="shifts">[λ]</param>
    /// <param name="alpha">(T − 2)/T</param>
    /// <param name="rows">Receives the solutions, [λ × pair × n].</param>
    /// <returns>[λ × pair] whether the recurrence reached the tolerance (a true residual is for the caller to check).</returns>
    public bool[] Solve(double[] diagonals, double[][] factors, double[] shifts, double alpha, double[] rows)
    {
        int count = diagonals.Length;
        // Kept between batches: these are most of the memory.
        if (_residual.Length < count * _n) (_residual, _direction, _totalTimes, _image) = (new double[count * _n], new double[count * _n], new double[count * _n], new double[count * _n]);
        double[] residual = _residual, direction = _direction, totalTimes = _totalTimes, image = _image;
        var norm = new double[count];
        var rz = new double[count];
        var done = new bool[count];
        Array.Clear(rows, 0, count * _n);
        for (int s = 0; s < count; s++)
        {
            _systems.TrainingCross(s % _pairs, Sums(s % _pairs), residual.AsSpan(s * _n, _n));
            norm[s] = Math.Sqrt(RowMath.Dot(residual.AsSpan(s * _n, _n), residual.AsSpan(s * _n, _n)));
            done[s] = norm[s] == 0;
        }
        for (int iteration = 0; iteration < MaxIterations && Array.Exists(done, d => !d); iteration++)
        {
            Precondition(residual, image, factors, done);
            for (int s = 0; s < count; s++)
                if (!done[s]) NewDirection(s, iteration == 0);
            _products.Of(direction, image, done);
            for (int s = 0; s < count; s++)
                if (!done[s]) Step(s);
            Iterations = Math.Max(Iterations, iteration + 1);
        }
        return done;

        void NewDirection(int s, bool first)
        {
            Span<double> r = residual.AsSpan(s * _n, _n), z = image.AsSpan(s * _n, _n), t = totalTimes.AsSpan(s * _n, _n);
            double before = rz[s], shift = shifts[s / _pairs];
            rz[s] = RowMath.Dot(r, z);
            double beta = first ? 0 : rz[s] / before;
            RowMath.ScaleAndAdd(z, beta, direction.AsSpan(s * _n, _n));
            // C_total z without a product.
            for (int i = 0; i < _n; i++) t[i] = (r[i] - shift * z[i]) / alpha + beta * t[i];
        }

        void Step(int s)
        {
            int pair = s % _pairs;
            Span<double> p = direction.AsSpan(s * _n, _n), q = image.AsSpan(s * _n, _n), r = residual.AsSpan(s * _n, _n);
            // q holds (C_i + C_j) p; the whole operator is C_total p − q − S (S·p)/N + λ p.
            RowMath.ScaleAndAdd(totalTimes.AsSpan(s * _n, _n), -1, q);
            RowMath.AddScaled(-RowMath.Dot(Sums(pair), p) / _systems.Samples(pair), Sums(pair), q);
            RowMath.AddScaled(diagonals[s], p, q);
            double step = rz[s] / RowMath.Dot(p, q);
            RowMath.AddScaled(step, p, rows.AsSpan(s * _n, _n));
            RowMath.AddScaled(-step, q, r);
            done[s] = Math.Sqrt(RowMath.Dot(r, r)) <= Tolerance * norm[s];
        }
    }

    /// <summary>image = M⁻¹ residual for the systems that go on.</summary>
    private void Precondition(double[] residual, double[] image, double[][] factors, bool[] done)
    {
        for (int l = 0; l < done.Length / _pairs; l++)
        {
            // Systems that go on are packed to the front of this λ's rows, solved, and put back.
            int first = l * _pairs, active = 0;
            for (int p = 0; p < _pairs; p++)
                if (!done[first + p]) residual.AsSpan((first + p) * _n, _n).CopyTo(image.AsSpan((first + active++) * _n, _n));
            _algebra.CholeskySolveRows(factors[l], _n, image.AsSpan(first * _n), active);
            for (int p = _pairs - 1; p >= 0; p--)
                if (!done[first + p]) image.AsSpan((first + --active) * _n, _n).CopyTo(image.AsSpan((first + p) * _n, _n));
        }
    }
}
