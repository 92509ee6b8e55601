using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Checks the solutions of a batch by their true residual, factorises those that fail, and gets every inner correlation from statistics:
/// r = w·c / √(w·C w · Σ y²) with the validation trial's own centred C and c.
/// </summary>
/// <param name="systems">The training sets.</param>
/// <param name="diagonals">[λ × pair]</param>
/// <param name="weights">[λ × pair × n], mended in place.</param>
/// <param name="scratch">As long as <paramref name="weights"/> at least.</param>
internal sealed class InnerValidation(DenseAlgebra algebra, PairSystems systems, PairProducts products, double[] diagonals, double[] weights, double[] scratch)
{
    private const double AcceptedResidual = 1e-8, AcceptedDirectResidual = 1e-5;
    private readonly int _n = systems.Columns, _pairs = systems.Pairs.Count;

    /// <summary>[2 × λ × pair] correlation on the pair's first, then its second trial.</summary>
    public double[] Correlation { get; } = new double[2 * diagonals.Length];

    /// <summary>Largest relative residual that was accepted.</summary>
    public double WorstResidual { get; private set; }

    /// <summary>Systems that were factorised.</summary>
    public int Fallbacks { get; private set; }

    /// <param name="converged">[λ × pair]</param>
    public void Run(bool[] converged)
    {
        var direct = new bool[converged.Length];
        for (int s = 0; s < converged.Length; s++)
            if (!converged[s]) SolveDirectly(s, direct);
        var settled = new bool[converged.Length];
        while (true)
        {
            Validate(settled);
            for (int s = 0; s < settled.Length; s++)
            {
                if (settled[s]) continue;
                double residual = Residual(s);
                if (residual <= (direct[s] ? AcceptedDirectResidual : AcceptedResidual))
                {
                    settled[s] = true;
                    WorstResidual = Math.Max(WorstResidual, residual);
                }
                else if (direct[s]) throw Singular(s);
                else SolveDirectly(s, direct);
            }
            if (Array.TrueForAll(settled, v => v)) return;
        }
    }

    private void Validate(bool[] settled)
    {
        algebra.Multiply(false, false, settled.Length, _n, _n, 1, weights, _n, systems.Total.Covariance, _n, 0, scratch, _n);
        products.ForEachTrial(weights, settled, (trial, s, product) =>
        {
            RowMath.AddScaled(-1, product, scratch.AsSpan(s * _n, _n));
            var t = systems.Trials[trial];
            var w = weights.AsSpan(s * _n, _n);
            double mean = RowMath.Dot(t.Sums, w) / t.Samples;
            double power = RowMath.Dot(product, w) - mean * mean * t.Samples;
            double cross = RowMath.Dot(t.Cross.AsSpan(0, _n), w) - mean * t.TargetSums[0];
            double target = t.TargetSquares[0] - t.TargetSums[0] * t.TargetSums[0] / t.Samples;
            int half = systems.Pairs[s % _pairs].First == trial ? 0 : 1;
            Correlation[half * settled.Length + s] = power > 0 && target > 0 ? cross / Math.Sqrt(power * target) : 0;
        });
    }

    /// <summary>|b − A w| / |b| from the products of the last <see cref="Validate"/>.</summary>
    private double Residual(int s)
    {
        int pair = s % _pairs;
        Span<double> image = scratch.AsSpan(s * _n, _n), w = weights.AsSpan(s * _n, _n);
        var sums = new double[_n];
        var b = new double[_n];
        systems.TrainingSums(pair, sums);
        systems.TrainingCross(pair, sums, b);
        RowMath.AddScaled(-RowMath.Dot(sums, w) / systems.Samples(pair), sums, image);
        RowMath.AddScaled(diagonals[s], w, image);
        double norm = RowMath.Dot(b, b);
        RowMath.AddScaled(-1, image, b);
        return norm == 0 ? 0 : Math.Sqrt(RowMath.Dot(b, b) / norm);
    }

    private void SolveDirectly(int s, bool[] direct)
    {
        int pair = s % _pairs;
        var (i, j) = systems.Pairs[pair];
        var sums = new double[_n];
        systems.TrainingSums(pair, sums);
        var matrix = (double[])systems.Total.Covariance.Clone();
        RowMath.AddScaled(-1, systems.Trials[i].Covariance, matrix);
        RowMath.AddScaled(-1, systems.Trials[j].Covariance, matrix);
        for (int k = 0; k < _n; k++)
        {
            RowMath.AddScaled(-sums[k] / systems.Samples(pair), sums, matrix.AsSpan(k * _n, _n));
            matrix[k * _n + k] += diagonals[s];
        }
        var w = weights.AsSpan(s * _n, _n);
        systems.TrainingCross(pair, sums, w);
        if (!algebra.CholeskyFactor(matrix, _n)) throw Singular(s);
        algebra.CholeskySolveRows(matrix, _n, w, 1);
        direct[s] = true;
        Fallbacks++;
    }

    private InputDataException Singular(int s) => new(FormattableString.Invariant(
        $"The covariance of the training trials ({_n} columns, all trials but {systems.Pairs[s % _pairs].First} and {systems.Pairs[s % _pairs].Second}) plus {diagonals[s]:g3} is singular to rounding. Raise the smallest λ; channels that are sums of others (an average reference) need it."));
}
