using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Nested leave-one-trial-out of ridge regression to the attended envelope: for each held-out trial, λ is the (first) best mean correlation
/// over the other trials, each left out in turn. All on sufficient statistics.
/// </summary>
public sealed class NestedRidge
{
    private const double Tolerance = 1e-10;
    private const int LambdasAtOnce = 5;

    private readonly DenseAlgebra _algebra;
    private readonly PairSystems _systems;
    private readonly IReadOnlyList<double> _lambdas;
    private readonly LambdaConvention _convention;
    private readonly double _rateHz;
    private double[][] _factors = [];
    private double[] _weights = [];
    private int _iterations, _fallbacks;
    private double _worstResidual;

    /// <param name="trials">Statistics per trial, target 0 is the attended envelope; others are carried along. Taken over and changed.</param>
    public NestedRidge(DenseAlgebra algebra, IReadOnlyList<LaggedStatistics> trials, IReadOnlyList<double> lambdas, LambdaConvention convention, double rateHz)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(lambdas);
        if (trials.Count < 3) throw new InputDataException($"There are {trials.Count} trials; nested leave-one-trial-out needs three at least: one to test, one to choose λ, one to train.");
        if (trials.Any(t => t.Targets < 1 || t.Targets != trials[0].Targets)) throw new ArgumentException("Each trial needs the same number of targets, the attended envelope first.", nameof(trials));
        if (lambdas.Count == 0 || lambdas.Any(l => !(l > 0 && double.IsFinite(l)))) throw new ConfigurationException($"The ridge parameters are {string.Join(", ", lambdas)}; expected one or more positive numbers.");
        (_algebra, _lambdas, _convention, _rateHz) = (algebra, lambdas, convention, rateHz);
        _systems = new PairSystems(trials);
        InnerCorrelation = new double[trials.Count][];
        for (int i = 0; i < trials.Count; i++) InnerCorrelation[i] = new double[lambdas.Count];
    }

    /// <summary>[held-out trial][λ] mean correlation over the inner validation trials.</summary>
    public double[][] InnerCorrelation { get; }

    public SolverReport Report => new(_algebra.Name, Shrinkage ? 0 : _systems.Pairs.Count * _lambdas.Count, _iterations, _worstResidual, _fallbacks);

    /// <summary>Statistics about the mean of all samples.</summary>
    internal PairSystems Systems => _systems;

    /// <summary>After how many iterations a system is factorised; null: where that becomes cheaper.</summary>
    internal int? MaxIterations { get; init; }

    /// <summary>Whether <see cref="FitShrunk"/> is used, and nothing is searched.</summary>
    internal bool Shrinkage { get; init; }

    /// <summary>Fills <see cref="InnerCorrelation"/>.</summary>
    public void ChooseLambdas(IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var solver = new BlockConjugateGradients(_algebra, _systems, Tolerance, MaxIterations);
        for (int first = 0; first < _lambdas.Count; first += LambdasAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            SolveBatch(solver, first, Math.Min(LambdasAtOnce, _lambdas.Count - first));
            progress?.Report(Math.Min(1, (double)(first + LambdasAtOnce) / _lambdas.Count));
        }
        foreach (double[] row in InnerCorrelation)
            for (int l = 0; l < row.Length; l++) row[l] /= _systems.Trials.Count - 1;
        _iterations = solver.Iterations;
        (_factors, _weights) = ([], []);
    }

    /// <summary>The model for a held-out trial, trained on all others.</summary>
    /// <returns>λ in the job's convention, the same as it is added to Σ x xᵀ, and the model for data about their own origin.</returns>
    public (double Lambda, double Diagonal, LinearModel Model) Fit(int heldOut)
    {
        double[] inner = InnerCorrelation[heldOut];
        double lambda = _lambdas[Array.IndexOf(inner, inner.Max())];
        var training = _systems.Without(heldOut);
        double diagonal = Scale(training).ToDiagonal(lambda);
        return (lambda, diagonal, Solve(training, diagonal));
    }

    /// <summary>The same with the <see cref="LedoitWolf"/> shrinkage of the training trials in place of a λ that was searched.</summary>
    /// <param name="trainingEeg">[trial][samples × M] of the training trials.</param>
    internal (double Lambda, double Diagonal, LinearModel Model) FitShrunk(int heldOut, IEnumerable<double[]> trainingEeg)
    {
        var training = _systems.Without(heldOut);
        double[] mean = [.. training.Sums.Select((s, i) => s / training.Samples + _systems.Means[i])];
        double rho = LedoitWolf.Intensity(_algebra, training, mean, trainingEeg);
        if (rho >= 1) throw new InputDataException($"Held-out trial {heldOut}: the covariance of the other trials is shrunk wholly (ρ = 1): there are too few samples ({training.Samples}) for {training.Columns} columns. Use ridge regression, fewer lags or more data.");
        double diagonal = rho / (1 - rho) * RidgeFit.MeanDiagonal(training);
        return (Scale(training).FromDiagonal(diagonal), diagonal, Solve(training, diagonal));
    }

    private LambdaScale Scale(LaggedStatistics training) => new(_convention, _rateHz, _systems.Trials.Count - 1, RidgeFit.MeanDiagonal(training));

    /// <summary>The covariance of <paramref name="training"/> is used up.</summary>
    private LinearModel Solve(LaggedStatistics training, double diagonal)
    {
        var all = RidgeFit.SolveInPlace(_algebra, training, diagonal);
        var model = all with { Weights = all.Weights[..training.Columns], Bias = all.Bias[..1] };
        // The statistics are about the mean of all samples: the bias is what brings a prediction back.
        model.Bias[0] += _systems.TargetMeans[0] - RowMath.Dot(model.Weights, _systems.Means);
        return model;
    }

    private void SolveBatch(BlockConjugateGradients solver, int firstLambda, int lambdas)
    {
        int pairs = _systems.Pairs.Count, n = _systems.Columns, trials = _systems.Trials.Count;
        double alpha = (trials - 2.0) / trials, totalDiagonal = RidgeFit.MeanDiagonal(_systems.Total);
        var diagonals = new double[lambdas * pairs];
        var shifts = new double[lambdas];
        if (_weights.Length == 0) (_factors, _weights) = ([.. Enumerable.Range(0, lambdas).Select(_ => new double[n * n])], new double[lambdas * pairs * n]);
        var factors = _factors;
        for (int l = 0; l < lambdas; l++)
        {
            double lambda = _lambdas[firstLambda + l];
            shifts[l] = new LambdaScale(_convention, _rateHz, trials - 2, alpha * totalDiagonal).ToDiagonal(lambda);
            Array.Clear(factors[l]);
            RowMath.AddScaled(alpha, _systems.Total.Covariance, factors[l]);
            for (int i = 0; i < n; i++) factors[l][i * n + i] += shifts[l];
            if (!_algebra.CholeskyFactor(factors[l], n))
                throw new InputDataException(FormattableString.Invariant($"With λ = {lambda:g3} the covariance of all trials ({n} columns) is singular. Channels that are sums of others (an average reference) need a larger ridge parameter: raise the smallest λ."));
            for (int p = 0; p < pairs; p++)
                diagonals[l * pairs + p] = new LambdaScale(_convention, _rateHz, trials - 2, _systems.MeanDiagonal(p, solver.Sums(p))).ToDiagonal(lambda);
        }
        bool[] converged = solver.Solve(diagonals, factors, shifts, alpha, _weights);
        var validation = new InnerValidation(_algebra, _systems, solver.Products, diagonals, _weights, solver.Scratch);
        validation.Run(converged);
        _fallbacks += validation.Fallbacks;
        _worstResidual = Math.Max(_worstResidual, validation.WorstResidual);
        // Validated on the pair's one trial, it belongs to the other, which is held out.
        for (int s = 0; s < converged.Length; s++)
        {
            var (i, j) = _systems.Pairs[s % pairs];
            InnerCorrelation[j][firstLambda + s / pairs] += validation.Correlation[s];
            InnerCorrelation[i][firstLambda + s / pairs] += validation.Correlation[converged.Length + s];
        }
    }
}
