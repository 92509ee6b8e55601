namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// Lets a decoder follow its listener: rows of lagged EEG with the envelope of the talker who is surely attended go into <see cref="RecursiveRidge"/>; every
/// ten seconds its system is taken aside and solved by conjugate gradients, a few steps per tick, so that no tick is long; then the weights change.
/// Depends on the data and the ticks alone, so a replay adapts in the same way. No allocation after construction.
/// </summary>
internal sealed class DecoderAdaptation
{
    private const double RelativeLambda = 0.1, EveryS = 10, Tolerance = 1e-6;
    private const int StepsPerTick = 4, MostSteps = 400;
    private readonly RecursiveRidge _ridge;
    private readonly double[] _matrix, _right, _x, _residual, _direction, _product;
    private readonly long _leastRows;
    private readonly int _columns;
    private readonly double _rowsPerSolve;
    private long _nextRows;
    private int _step = -1; // −1: nothing is being solved
    private double _power, _rightPower;

    /// <param name="columns">C · L</param>
    /// <param name="halfLifeS">Of what was learned; nothing changes before that much has been learned from.</param>
    public DecoderAdaptation(int columns, double halfLifeS, double rateHz)
    {
        _columns = columns;
        _ridge = new RecursiveRidge(columns, RecursiveRidge.KeepOf(halfLifeS, rateHz), RelativeLambda);
        (_matrix, _right) = (new double[columns * columns], new double[columns]);
        (_x, _residual, _direction, _product) = (new double[columns], new double[columns], new double[columns], new double[columns]);
        _leastRows = (long)(halfLifeS * rateHz);
        _rowsPerSolve = EveryS * rateHz;
        _nextRows = _leastRows;
        Row = new double[columns];
    }

    /// <summary>[C × L] where the caller puts a row before <see cref="Learn"/>.</summary>
    public double[] Row { get; }

    /// <summary>How often the weights have changed.</summary>
    public int Changes { get; private set; }

    /// <summary>Systems that did not come to the tolerance: the weights stayed as they were.</summary>
    public int Unsolved { get; private set; }

    public void Learn(double target) => _ridge.Add(Row, target);

    /// <summary>Works on the next weights.</summary>
    /// <param name="weights">[C × L] changed when new ones are ready, at the same length (Euclidean): only their direction counts for correlations.</param>
    public void Tick(Span<float> weights)
    {
        if (_step < 0)
        {
            if (_ridge.Rows < _nextRows) return;
            _nextRows = _ridge.Rows + (long)_rowsPerSolve;
            Begin();
        }
        for (int i = 0; i < StepsPerTick && _step < MostSteps && _power > Tolerance * Tolerance * _rightPower; i++) Step();
        if (_step < MostSteps && _power > Tolerance * Tolerance * _rightPower) return;
        bool solved = _power <= Tolerance * Tolerance * _rightPower;
        _step = -1;
        if (!solved) { Unsolved++; return; }
        double old = 0, next = 0;
        for (int i = 0; i < _columns; i++) { old += (double)weights[i] * weights[i]; next += _x[i] * _x[i]; }
        if (!(next > 0 && double.IsFinite(next))) return;
        double scale = Math.Sqrt(old / next);
        for (int i = 0; i < _columns; i++) weights[i] = (float)(scale * _x[i]);
        Changes++;
    }

    private void Begin()
    {
        _ridge.CopySystem(_matrix, _right);
        // From zero: the old weights have another scale.
        Array.Clear(_x);
        _right.CopyTo(_residual, 0);
        _right.CopyTo(_direction, 0);
        _power = _rightPower = FixedOrderDot.Of(_right, _right);
        _step = 0;
    }

    private void Step()
    {
        for (int i = 0; i < _columns; i++) _product[i] = FixedOrderDot.Of(_matrix.AsSpan(i * _columns, _columns), _direction);
        double along = _power / FixedOrderDot.Of(_direction, _product);
        for (int i = 0; i < _columns; i++)
        {
            _x[i] += along * _direction[i];
            _residual[i] -= along * _product[i];
        }
        double power = FixedOrderDot.Of(_residual, _residual), keep = power / _power;
        for (int i = 0; i < _columns; i++) _direction[i] = _residual[i] + keep * _direction[i];
        (_power, _step) = (power, _step + 1);
    }
}
