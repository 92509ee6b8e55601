using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>Acceptance 3: nested leave-one-trial-out; λ identical, r within 1e-10, predictions within 1e-9.</summary>
public sealed class NestedParityTests
{
    [Theory]
    [InlineData("tiny_64hz")]
    [InlineData("tinyhard_64hz")]
    public void Small_sets(string set)
    {
        var data = GoldenSet.Load(set);
        Compare(data, data.Golden("nested_inner_r").ToDoubles(), data.Golden("nested_lambda").ToDoubles(), data.Golden("nested_pred").ToDoubles());
    }

    /// <summary>The standard job: 64 channels, 64 Hz, 20 × 60 s, 17 lags, 15 λ.</summary>
    [Fact]
    public void The_standard_job()
    {
        var data = GoldenSet.Load("aad_s01_64hz");
        if (GoldenSet.Algebra is ManagedAlgebra) Assert.Skip("NOT TESTED: OpenBLAS is not installed, and managed code takes an hour for this.");
        var report = Compare(data, data.Golden("inner_r").ToDoubles(), data.Golden("lam").ToDoubles(), data.Golden("pred").ToDoubles(), (1, 0.69), (2, 0.74), (5, 0.7875), (10, 0.85), (30, 0.95), (60, 1));
        Assert.Equal(0, report.CholeskyFallbacks);
        Assert.Equal(190 * 15, report.Systems);
        Assert.InRange(report.WorstResidual, 0, 1e-8);
    }

    private static SolverReport Compare(GoldenSet data, double[] innerR, double[] lambda, double[] prediction, params ReadOnlySpan<(int WindowS, double Accuracy)> accuracies)
    {
        var correct = new int[accuracies.Length];
        var windows = new int[accuracies.Length];
        int trials = data.Eeg.Length;
        var nested = new NestedRidge(GoldenSet.Algebra, [.. Enumerable.Range(0, trials).Select(data.Attended)], GoldenSet.Lambdas, LambdaConvention.Mtrfpy, GoldenSet.RateHz);
        nested.ChooseLambdas();
        for (int i = 0; i < trials; i++)
        {
            for (int l = 0; l < 15; l++) Assert.Equal(innerR[i * 15 + l], nested.InnerCorrelation[i][l], 1e-10);
            var (chosen, _, model) = nested.Fit(i);
            Assert.Equal(lambda[i], chosen, 1e-9 * lambda[i]);
            double[] predicted = model.Predict(GoldenSet.Algebra, data.Eeg[i]);
            Assert.InRange(GoldenSet.RelativeError(predicted, prediction.AsSpan(i * data.Samples, data.Samples)), 0, 1e-9);
            for (int w = 0; w < accuracies.Length; w++)
            {
                double[] r = Correlations.InWindows(predicted, data.Envelopes[i], accuracies[w].WindowS * 64);
                correct[w] += WindowScores.Correct(r, 2, 0);
                windows[w] += r.Length / 2;
            }
        }
        for (int w = 0; w < accuracies.Length; w++) Assert.Equal(accuracies[w].Accuracy, (double)correct[w] / windows[w]);
        return nested.Report;
    }

    /// <summary>Average-referenced, non-stationary, of unequal length: what the iterations cannot solve is factorised, counted, and right.</summary>
    [Fact]
    public void What_does_not_converge_is_factorised_and_counted()
    {
        var random = new SeededRandom(3);
        var lags = new LagRange(3, 4);
        int channels = 5;
        double[][] eeg = new double[4][], envelope = new double[4][];
        for (int t = 0; t < 4; t++)
        {
            int samples = 100 + 30 * t;
            envelope[t] = [.. Enumerable.Range(0, samples).Select(_ => random.Normal())];
            eeg[t] = new double[samples * channels];
            for (int i = 0; i < samples; i++)
            {
                double mean = 0;
                for (int c = 0; c < channels; c++) mean += (eeg[t][i * channels + c] = 50 * t + random.Normal() * Math.Pow(30, t) * (c + 1) + envelope[t][i]) / channels;
                for (int c = 0; c < channels; c++) eeg[t][i * channels + c] -= mean;
            }
        }
        LaggedStatistics Of(int t) => LaggedStatistics.Of(GoldenSet.Algebra, eeg[t], channels, envelope[t], 1, lags);
        double[] lambdas = [1e-9, 1e-3];
        var nested = new NestedRidge(GoldenSet.Algebra, [.. Enumerable.Range(0, 4).Select(Of)], lambdas, LambdaConvention.PerSample, 64) { MaxIterations = 2 };
        nested.ChooseLambdas();
        Assert.True(nested.Report.CholeskyFallbacks > 0);
        for (int i = 0; i < 4; i++)
            for (int l = 0; l < 2; l++)
            {
                double mean = 0;
                foreach (int j in Enumerable.Range(0, 4).Where(j => j != i))
                {
                    var others = Enumerable.Range(0, 4).Where(t => t != i && t != j).Select(Of).ToList();
                    var sum = others[0].Empty();
                    foreach (var other in others) sum.Add(other);
                    var model = RidgeFit.Solve(GoldenSet.Algebra, sum, new LambdaScale(LambdaConvention.PerSample, 64, 2, RidgeFit.MeanDiagonal(sum)).ToDiagonal(lambdas[l]));
                    mean += Correlations.Pearson(model.Predict(GoldenSet.Algebra, eeg[j]), envelope[j]) / 3;
                }
                Assert.Equal(mean, nested.InnerCorrelation[i][l], 1e-5);
            }
    }

    [Fact]
    public void Two_trials_are_too_few()
    {
        var trial = () => LaggedStatistics.Of(GoldenSet.Algebra, [1, 2, 3, 4], 1, [1, 2, 3, 4], 1, new LagRange(0, 1));
        var error = Assert.Throws<InputDataException>(() => new NestedRidge(GoldenSet.Algebra, [trial(), trial()], [1], LambdaConvention.PerSample, 64));
        Assert.Contains("needs three at least", error.Message, StringComparison.Ordinal);
    }
}
