using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>Models beside ridge regression, each against a slow direct solution over explicit matrices, or against what was planted.</summary>
public sealed class OtherModelsTests
{
    private const int RateHz = 16, Samples = 320, Channels = 3, Trials = 6;

    private static readonly DecodingJob Job = new() { MaxLagS = 0.25, WindowsS = [1, 5], Permutations = 50, Shifts = 20, Bootstraps = 50, Lambdas = [0.001, 0.1] };

    /// <param name="delay">Samples from the attended envelope to the EEG.</param>
    /// <param name="sidePower">Factor on channel 1 when the attended talker is on the left.</param>
    private static EegParticipant Participant(ulong seed, int delay = 2, double sidePower = 1, int trials = Trials)
    {
        var random = new SeededRandom(seed);
        return new EegParticipant
        {
            Id = "M", RateHz = RateHz, Channels = [.. Enumerable.Range(0, Channels).Select(c => new EegChannel($"E{c}", EegChannelType.Eeg))],
            Trials = [.. Enumerable.Range(0, trials).Select(t =>
            {
                double[][] envelopes = [[.. Enumerable.Range(0, Samples).Select(_ => random.Normal())], [.. Enumerable.Range(0, Samples).Select(_ => random.Normal())]];
                bool left = t % 3 != 0;
                return new EegTrial
                {
                    Id = $"{t}", Envelopes = envelopes, AttendedIndex = 1, StimulusSides = left ? ["R", "L"] : ["L", "R"],
                    Eeg = [.. Enumerable.Range(0, Samples * Channels).Select(i => (1 + i % Channels) * random.Normal() * (i % Channels == 1 && left ? sidePower : 1) + 0.2 + (i / Channels >= delay ? 0.8 * envelopes[1][i / Channels - delay] : 0))],
                };
            })],
        };
    }

    private static DecodingResult Run(EegParticipant participant, DecodingJob job) => AttentionDecoding.Run(GoldenSet.Algebra, participant, job, null, TestContext.Current.CancellationToken);

    [Fact]
    public void Canonical_correlations_on_held_out_trials_are_those_of_explicit_matrices()
    {
        var participant = Participant(1);
        var result = Run(participant, Job with { Model = DecodingModel.Cca });
        const int q = 5;
        for (int held = 0; held < Trials; held++)
        {
            var rows = participant.Trials.Where((_, t) => t != held).SelectMany(t => Enumerable.Range(0, Samples).Select(n => (double[])[.. t.Eeg[(n * Channels)..((n + 1) * Channels)], .. Enumerable.Range(0, q).Select(l => n >= l ? t.Envelopes[1][n - l] : 0)])).ToArray();
            double[] mean = [.. Enumerable.Range(0, Channels + q).Select(i => rows.Average(r => r[i]))];
            double Product(int i, int j) => rows.Sum(r => (r[i] - mean[i]) * (r[j] - mean[j]));
            double[] xx = [.. from i in Enumerable.Range(0, Channels) from j in Enumerable.Range(0, Channels) select Product(i, j)], yy = [.. from i in Enumerable.Range(Channels, q) from j in Enumerable.Range(Channels, q) select Product(i, j)], xy = [.. from i in Enumerable.Range(0, Channels) from j in Enumerable.Range(Channels, q) select Product(i, j)];
            double trace = Enumerable.Range(0, Channels).Average(i => xx[i * Channels + i]), small = 1e-6 * Enumerable.Range(0, q).Average(i => yy[i * q + i]);
            for (int i = 0; i < Channels; i++) xx[i * Channels + i] += result.Trials[held].Lambda * trace;
            for (int i = 0; i < q; i++) yy[i * q + i] += small;
            var cca = CanonicalCorrelation.Of(GoldenSet.Algebra, xx, Channels, yy, q, xy);
            var trial = participant.Trials[held];
            double[] u = [.. Enumerable.Range(0, Samples).Select(n => Enumerable.Range(0, Channels).Sum(c => cca.First[c] * trial.Eeg[n * Channels + c]))];
            for (int k = 0; k < 2; k++)
            {
                double[] v = [.. Enumerable.Range(0, Samples).Select(n => Enumerable.Range(0, q).Sum(l => n >= l ? cca.Second[l] * trial.Envelopes[k][n - l] : 0))];
                Assert.Equal(Correlations.Pearson(u, v), result.Trials[held].Correlation[k], 1e-9);
            }
        }
        Assert.InRange(result.MeanAttended, 0.3, 1);
        Assert.InRange(result.Accuracy[1].Accuracy, 0.9, 1);
        Assert.Contains(result.Flags, f => f.StartsWith("permutation: for each draw the filters were trained again", StringComparison.Ordinal));
        Assert.InRange(result.Accuracy[1].PermutationP, 0, 0.05);
    }

    [Fact]
    public void Banded_ridge_solves_the_normal_equations_with_a_penalty_per_band()
    {
        var participant = Participant(2);
        var job = Job with { Model = DecodingModel.Banded, FilterBankHz = [0.5, 2, 6] };
        var result = Run(participant, job);
        const int lags = 5, columns = 2 * Channels * lags;
        double[][][] bands = [.. new[] { (0.5, 2.0), (2.0, 6.0) }.Select(b => participant.Trials.Select(t => EegPreprocessing.Filter(t.Eeg, Channels, ButterworthDesign.BandPass(2, b.Item1, b.Item2, RateHz), false)).ToArray())];
        double[] Row(int t, int n) => [.. from l in Enumerable.Range(0, lags) from b in Enumerable.Range(0, 2) from c in Enumerable.Range(0, Channels) select n + l < Samples ? bands[b][t][(n + l) * Channels + c] : 0];
        for (int held = 0; held < Trials; held++)
        {
            double ratio = double.Parse(result.Trials[held].Choice.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
            var rows = Enumerable.Range(0, Trials).Where(t => t != held).SelectMany(t => Enumerable.Range(0, Samples).Select(n => (X: Row(t, n), Y: participant.Trials[t].Envelopes[1][n]))).ToList();
            double[] mean = [.. Enumerable.Range(0, columns).Select(i => rows.Average(r => r.X[i]))];
            double yMean = rows.Average(r => r.Y);
            double[] a = new double[columns * columns], w = new double[columns];
            foreach (var (x, y) in rows)
                for (int i = 0; i < columns; i++)
                {
                    w[i] += (x[i] - mean[i]) * (y - yMean);
                    for (int j = 0; j < columns; j++) a[i * columns + j] += (x[i] - mean[i]) * (x[j] - mean[j]);
                }
            // λ is relative to the mean of the diagonal after the second band was made smaller by the root of its ratio.
            int BandOf(int i) => i / Channels % 2;
            double unit = Enumerable.Range(0, columns).Average(i => a[i * columns + i] / (BandOf(i) == 1 ? ratio : 1));
            for (int i = 0; i < columns; i++) a[i * columns + i] += result.Trials[held].Lambda * unit * (BandOf(i) == 1 ? ratio : 1);
            Assert.True(GoldenSet.Algebra.CholeskyFactor(a, columns));
            GoldenSet.Algebra.CholeskySolveRows(a, columns, w, 1);
            double bias = yMean - w.Zip(mean, (p, m) => p * m).Sum();
            for (int n = 0; n < Samples; n += 7) Assert.Equal(bias + Row(held, n).Zip(w, (x, v) => x * v).Sum(), result.Trials[held].Prediction[n], 1e-8);
        }
        Assert.Throws<ConfigurationException>(() => Run(participant, job with { FilterBankHz = [0.5, 6] }));
        Assert.Contains("half the rate", Assert.Throws<ConfigurationException>(() => Run(participant, job with { FilterBankHz = [0.5, 2, 8] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_lag_finds_the_lag_that_is_there()
    {
        var result = Run(Participant(3, delay: 3), Job with { Model = DecodingModel.SingleLag });
        Assert.Equal(5, result.LagCurve.Count);
        Assert.Equal(3.0 / RateHz, result.LagCurve.MaxBy(l => l.RAttended)!.LagS, 1e-12);
        Assert.All(result.Trials, t => Assert.Equal("lag 188 ms", t.Choice));
        Assert.Equal(result.LagCurve[3].RAttended, result.MeanAttended, 1e-10);
        Assert.Equal(result.LagCurve[3].Accuracy[1], result.Accuracy[1].Accuracy);
        Assert.All(result.LagCurve.Where((_, i) => i != 3), l => Assert.InRange(l.RAttended, -0.12, 0.12));
    }

    [Theory]
    [InlineData(DecodingModel.FbCsp)]
    [InlineData(DecodingModel.Riemann)]
    public void Spatial_decoders_find_a_side_that_is_in_the_power_and_warn_of_gaze(DecodingModel model)
    {
        var job = Job with { Model = model, FilterBankHz = [1, 4, 7] };
        var result = Run(Participant(4, sidePower: 2, trials: 12), job);
        Assert.InRange(result.Accuracy[1].Accuracy, 0.9, 1);
        Assert.Contains(result.Flags, f => f.Contains("may be eye position", StringComparison.Ordinal));
        Assert.True(double.IsNaN(result.MeanAttended) && result.Accuracy[1].PermutationP <= 0.05);
        // Where the power says nothing it is at chance: ten listeners, so that one of them may be lucky.
        double mean = Enumerable.Range(10, 10).Average(seed => Run(Participant((ulong)seed, trials: 12), job with { Permutations = 0, Bootstraps = 0 }).Accuracy[0].Accuracy);
        Assert.InRange(mean, 0.3, 0.6);
        var constant = Participant(5) with { };
        var same = constant with { Trials = [.. constant.Trials.Select(t => t with { StimulusSides = [] })] };
        Assert.Contains("talker 2 in every trial", Assert.Throws<InputDataException>(() => Run(same, job)).Message, StringComparison.Ordinal);
    }

    /// <summary>The null is that of the whole procedure: each draw's accuracy is that of a run on data that carry the drawn labels.</summary>
    [Theory]
    [InlineData(DecodingModel.Cca)]
    [InlineData(DecodingModel.FbCsp)]
    [InlineData(DecodingModel.Riemann)]
    public void Each_permutation_is_a_run_with_the_drawn_labels(DecodingModel model)
    {
        // One candidate everywhere, and one pair (a single lag), so that nothing is kept from the true labels.
        var job = Job with { Model = model, FilterBankHz = [1, 4, 7], MaxLagS = 0, Lambdas = [0.1], Permutations = 12, Shifts = 0, Bootstraps = 10 };
        var participant = Participant(8, delay: 0, sidePower: 1.2, trials: 9);
        var result = Run(participant, job);
        var random = new SeededRandom(job.Seed).Fork(participant.Id).Fork("permutation");
        var labels = TrialLabels.Of(participant.Trials);
        int[][] attended = model == DecodingModel.Cca ? LabelPermutation.Draw(participant.Trials, job.Permutations, random)
            : [.. RefittedPermutation.Shuffled(labels, HeldOutUnits.Of(participant, LeaveOut.Trial), job.Permutations, random).Select(d => d.Select((c, t) => labels.TalkerOfClass[t][c]).ToArray())];
        var drawn = attended.Select(a => Run(participant with { Trials = [.. participant.Trials.Select((t, i) => t with { AttendedIndex = a[i] })] }, job with { Permutations = 0 })).ToList();
        for (int w = 0; w < 2; w++)
        {
            double[] accuracy = [.. drawn.Select(r => r.Accuracy[w].Accuracy)];
            Assert.True(accuracy.Distinct().Count() > 3, "the draws do not differ");
            Assert.Equal((1.0 + accuracy.Count(a => a >= result.Accuracy[w].Accuracy - 1e-12)) / 13, result.Accuracy[w].PermutationP, 1e-12);
            Assert.Equal(WindowScores.Percentile([.. accuracy.Order()], 0.95), result.Accuracy[w].PermutationLimit95, 1e-12);
        }
    }

    [Fact]
    public void Filters_of_common_spatial_patterns_whiten_the_sum_and_diagonalise_both()
    {
        var random = new SeededRandom(6);
        const int n = 6;
        double[] Covariance() { double[] x = [.. Enumerable.Range(0, 40 * n).Select(i => random.Normal() * (1 + i % n))], c = new double[n * n]; GoldenSet.Algebra.Multiply(true, false, n, n, 40, 1, x, n, x, n, 0, c, n); return c; }
        double[] a = Covariance(), b = Covariance();
        double[][] filters = CommonSpatialPatterns.Filters(GoldenSet.Algebra, a, b, n, 3);
        double trace = Enumerable.Range(0, n).Sum(i => a[i * n + i] + b[i * n + i]);
        double Form(double[] u, double[] m, double[] v) => Enumerable.Range(0, n).Sum(i => Enumerable.Range(0, n).Sum(j => u[i] * m[i * n + j] * v[j]));
        double[] sum = [.. a.Select((v, i) => v + b[i] + (i / n == i % n ? 1e-4 * trace / n : 0))];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                Assert.Equal(i == j ? 1 : 0, Form(filters[i], sum, filters[j]), 1e-10);
                if (i != j) Assert.Equal(0, Form(filters[i], a, filters[j]), 1e-10);
            }
        double[] ratio = [.. filters.Select(f => Form(f, a, f))];
        Assert.True(ratio[0] >= ratio[2] && ratio[2] >= ratio[4] && ratio[4] >= ratio[5] && ratio[5] >= ratio[3] && ratio[3] >= ratio[1], string.Join(" ", ratio));
    }

    [Theory]
    [InlineData(new[] { 16, 32, 80 })]
    [InlineData(new[] { 7, 20 })] // no common block worth having: directly
    public void Correlations_of_all_windows_at_once_are_those_of_each(int[] windows)
    {
        var random = new SeededRandom(7);
        double[][] envelopes = [.. Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, 333).Select(i => 40 + k + random.Normal()).ToArray())];
        double[] prediction = [.. Enumerable.Range(0, 333).Select(i => 5 + random.Normal())];
        double[][] quick = new WindowCorrelations(envelopes, windows).Of(prediction);
        for (int w = 0; w < windows.Length; w++)
        {
            double[] direct = Correlations.InWindows(prediction, envelopes, windows[w]);
            Assert.Equal(direct.Length, quick[w].Length);
            for (int i = 0; i < direct.Length; i++) Assert.Equal(direct[i], quick[w][i], 1e-11);
        }
    }

    [Fact]
    public void Models_are_compared_in_pairs()
    {
        static DecodingResult Result(string id, DecodingModel model, double accuracy) => new(id, [new DecodedTrial("t", 0, 1, [], [], [0.2, 0.1], [[0.3, 0.1, 0.2, 0.4]])], [new WindowAccuracy(5, 10, accuracy, 0, 1, 0.5, 0.6, 0.01, 0.6, 0)], double.NaN, new SolverReport("x", 1, 1, 0, 0), []) { Model = model };
        DecodingResult[] people = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { Result($"S{i}", DecodingModel.Ridge, 0.7 + 0.01 * i), Result($"S{i}", DecodingModel.Cca, 0.6 + 0.01 * i) })];
        var difference = ModelComparison.Of(people, 1).Single();
        Assert.Equal(("ridge", "cca", "participants", 6), (difference.First, difference.Second, difference.Units, difference.Pairs));
        Assert.Equal(0.1, difference.Difference, 1e-12);
        Assert.Equal(2.0 / 64, difference.P, 1e-12);
        Assert.Empty(ModelComparison.Of([people[0]], 1));
    }
}
