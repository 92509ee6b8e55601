using AttentionEngine.Core.Errors;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// Ridge regression that goes on learning: each row updates the moments, what is older fades exponentially, and the ridge parameter stays relative
/// to the faded covariance (in recursive least squares by the inverse it would fade with the data). <see cref="Solve"/> gives what weighted batch
/// ridge regression over all rows so far gives. O(n²) per row; nothing is allocated after construction; fixed order of operations.
/// </summary>
public sealed class RecursiveRidge
{
    private const double LargestScale = 1e150;
    private readonly int _columns;
    private readonly double _growth, _lambda;
    private readonly double[] _covariance, _cross, _factor; // [n × n] lower triangle, [n], [n × n]
    private double _scale = 1;

    /// <param name="columns">n, values of a row.</param>
    /// <param name="keep">What one row leaves of the weight of those before it, in (0, 1]; 1: nothing is forgotten. See <see cref="KeepOf"/>.</param>
    /// <param name="relativeLambda">Ridge parameter relative to the mean of the covariance's diagonal, &gt; 0.</param>
    public RecursiveRidge(int columns, double keep, double relativeLambda)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (!(keep > 0 && keep <= 1)) throw new ArgumentOutOfRangeException(nameof(keep), keep, "Expected a share above 0, at most 1.");
        if (!(relativeLambda > 0 && double.IsFinite(relativeLambda))) throw new ArgumentOutOfRangeException(nameof(relativeLambda), relativeLambda, "Expected a number above 0.");
        (_columns, _growth, _lambda) = (columns, 1 / keep, relativeLambda);
        (_covariance, _cross, _factor) = (new double[columns * columns], new double[columns], new double[columns * columns]);
    }

    /// <summary>Rows used so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that were left out because a value was not finite.</summary>
    public long Refused { get; private set; }

    /// <param name="halfLifeS">After this time a row has half its weight.</param>
    public static double KeepOf(double halfLifeS, double rateHz) => Math.Pow(0.5, 1 / (halfLifeS * rateHz));

    /// <param name="row">[n]</param>
    public void Add(ReadOnlySpan<double> row, double target)
    {
        if (row.Length != _columns) throw new ArgumentException($"{row.Length} values given, {_columns} expected.", nameof(row));
        bool finite = double.IsFinite(target);
        foreach (double v in row) finite &= double.IsFinite(v);
        if (!finite) { Refused++; return; }
        // New rows grow in place of old ones fading: one multiplication less per element.
        if (Rows++ > 0) _scale *= _growth;
        if (_scale > LargestScale) Rescale();
        for (int i = 0; i < _columns; i++)
        {
            double weighted = _scale * row[i];
            _cross[i] += weighted * target;
            var line = _covariance.AsSpan(i * _columns, i + 1);
            for (int j = 0; j < line.Length; j++) line[j] += weighted * row[j];
        }
    }

    /// <param name="weights">[n]</param>
    /// <exception cref="InputDataException">Nothing but zeros was given so far.</exception>
    public void Solve(Span<double> weights)
    {
        if (weights.Length != _columns) throw new ArgumentException($"{weights.Length} weights asked for, {_columns} expected.", nameof(weights));
        double trace = Trace();
        if (!(trace > 0)) throw new InputDataException("The rows given so far are all zero: check the channels and the filter.");
        for (int i = 0; i < _columns; i++)
        {
            for (int j = 0; j <= i; j++) _factor[i * _columns + j] = _covariance[i * _columns + j] / _scale;
            _factor[i * _columns + i] += _lambda * trace / _columns / _scale;
            weights[i] = _cross[i] / _scale;
        }
        Cholesky.Solve(_factor, weights, _columns);
    }

    /// <summary>The system of <see cref="Solve"/> for a solver that takes its time.</summary>
    /// <param name="matrix">[n × n] symmetric, the ridge parameter on its diagonal.</param>
    /// <param name="right">[n]</param>
    public void CopySystem(Span<double> matrix, Span<double> right)
    {
        double ridge = _lambda * Trace() / _columns;
        for (int i = 0; i < _columns; i++)
        {
            for (int j = 0; j <= i; j++) matrix[i * _columns + j] = matrix[j * _columns + i] = _covariance[i * _columns + j] / _scale;
            matrix[i * _columns + i] += ridge / _scale;
            right[i] = _cross[i] / _scale;
        }
    }

    private double Trace()
    {
        double trace = 0;
        for (int i = 0; i < _columns; i++) trace += _covariance[i * _columns + i];
        return trace;
    }

    private void Rescale()
    {
        for (int i = 0; i < _covariance.Length; i++) _covariance[i] /= _scale;
        for (int i = 0; i < _cross.Length; i++) _cross[i] /= _scale;
        _scale = 1;
    }
}
