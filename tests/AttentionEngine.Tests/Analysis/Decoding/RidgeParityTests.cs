using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>Acceptance 2: weights of mTRFpy (with its λ and its scale of weights, times the rate) within 1e-10.</summary>
public sealed class RidgeParityTests
{
    private const double Tolerance = 1e-10;

    private static double Diagonal(double lambda, LaggedStatistics sum) => new LambdaScale(LambdaConvention.Mtrfpy, GoldenSet.RateHz, 6, RidgeFit.MeanDiagonal(sum)).ToDiagonal(lambda);

    private static double[] WithBias(LinearModel model) => [.. model.Bias[..1].Concat(model.Weights[..(model.Channels * model.Lags.Count)]).Select(w => w * GoldenSet.RateHz)];

    [Theory]
    [InlineData("tiny_64hz")]
    [InlineData("tinyhard_64hz")]
    public void Backward_ridge_at_fifteen_lambdas(string set)
    {
        var data = GoldenSet.Load(set);
        var sum = data.Sum();
        double[] golden = data.Golden("mtrfpy_bwd_ridge_w").ToDoubles();
        for (int l = 0; l < 15; l++)
        {
            var model = RidgeFit.Solve(GoldenSet.Algebra, sum, Diagonal(GoldenSet.Lambdas[l], sum));
            double error = GoldenSet.RelativeError(WithBias(model), golden.AsSpan(l * 273, 273));
            Assert.True(error <= Tolerance, $"λ {GoldenSet.Lambdas[l]}: {error}");
        }
    }

    [Fact]
    public void Backward_tikhonov()
    {
        var data = GoldenSet.Load("tiny_64hz");
        var sum = data.Sum();
        var model = RidgeFit.Solve(GoldenSet.Algebra, sum, Diagonal(10, sum), RidgePenalty.Tikhonov);
        Assert.InRange(GoldenSet.RelativeError(WithBias(model), data.Golden("mtrfpy_bwd_tikhonov_lam10_w").ToDoubles()), 0, Tolerance);
    }

    [Fact]
    public void Activation_patterns()
    {
        var data = GoldenSet.Load("tiny_64hz");
        var sum = data.Sum();
        var model = RidgeFit.Solve(GoldenSet.Algebra, sum, Diagonal(10, sum));
        double[] patterns = (model with { Weights = model.Weights[..272], Bias = model.Bias[..1] }).ActivationPatterns(GoldenSet.Algebra, data.Eeg);
        Assert.InRange(GoldenSet.RelativeError([.. patterns.Select(p => p * GoldenSet.RateHz)], data.Golden("mtrfpy_haufe_lam10").ToDoubles()), 0, Tolerance);
    }

    [Fact]
    public void Forward_model_of_both_talkers()
    {
        var data = GoldenSet.Load("tiny_64hz");
        LaggedStatistics? sum = null;
        for (int t = 0; t < 6; t++)
        {
            var both = new double[2 * data.Samples];
            for (int i = 0; i < data.Samples; i++) (both[2 * i], both[2 * i + 1]) = (data.Envelopes[t][0][i], data.Envelopes[t][1][i]);
            var trial = LaggedStatistics.Of(GoldenSet.Algebra, both, 2, data.Eeg[t], data.Channels, LagRange.Forward(-0.05, 0.35, GoldenSet.RateHz));
            if (sum is null) sum = trial;
            else sum.Add(trial);
        }
        Assert.Equal(28, sum!.Lags.Count);
        var model = RidgeFit.Solve(GoldenSet.Algebra, sum, Diagonal(1, sum));
        // Theirs: [feature × lag × channel].
        var ours = new double[2 * 28 * 16];
        for (int f = 0; f < 2; f++)
            for (int l = 0; l < 28; l++)
                for (int c = 0; c < 16; c++) ours[(f * 28 + l) * 16 + c] = model.Weights[c * 56 + l * 2 + f] * GoldenSet.RateHz;
        Assert.InRange(GoldenSet.RelativeError(ours, data.Golden("mtrfpy_fwd_ridge_lam1_w").ToDoubles()), 0, Tolerance);
        Assert.InRange(GoldenSet.RelativeError([.. model.Bias.Select(b => b * GoldenSet.RateHz)], data.Golden("mtrfpy_fwd_ridge_lam1_b").ToDoubles()), 0, Tolerance);
        double[] predicted = model.Predict(GoldenSet.Algebra, Enumerable.Range(0, 2 * data.Samples).Select(i => data.Envelopes[0][i % 2][i / 2]).ToArray());
        Assert.Equal(data.Samples * 16, predicted.Length);
    }

    [Fact]
    public void A_lambda_goes_through_every_convention_and_back()
    {
        foreach (var convention in Enum.GetValues<LambdaConvention>())
        {
            var scale = new LambdaScale(convention, 64, 19, 1234.5);
            Assert.Equal(0.3, scale.FromDiagonal(scale.ToDiagonal(0.3)), 1e-15);
        }
        double toolbox = new LambdaScale(LambdaConvention.MtrfToolbox, 64, 19, 1).ToDiagonal(19 * 0.3), python = new LambdaScale(LambdaConvention.Mtrfpy, 64, 19, 1).ToDiagonal(0.3);
        Assert.Equal(toolbox, python, 1e-12);
        Assert.Equal(python, new LambdaScale(LambdaConvention.Mne, 64, 19, 1).ToDiagonal(19 * 0.3 * 64), 1e-12);
    }
}
