using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>Against the published formula, summed sample by sample over an explicit lagged matrix.</summary>
public sealed class LedoitWolfTests
{
    private const int Samples = 160, Channels = 3, Lags = 5, Columns = Channels * Lags;

    private static EegParticipant Participant()
    {
        var random = new SeededRandom(11);
        return new EegParticipant
        {
            Id = "N", RateHz = 16, Channels = [.. Enumerable.Range(0, Channels).Select(c => new EegChannel($"E{c}", EegChannelType.Eeg))],
            Trials = [.. Enumerable.Range(0, 4).Select(t => new EegTrial
            {
                Id = $"{t}", AttendedIndex = 0, Envelopes = [Noise(random), Noise(random)],
                Eeg = [.. Enumerable.Range(0, Samples * Channels).Select(i => 0.3 + (1 + i % Channels) * random.Normal())],
            })],
        };
    }

    private static double[] Noise(SeededRandom random) => Enumerable.Range(0, Samples).Select(_ => random.Normal()).ToArray();

    [Fact]
    public void Shrinkage_and_predictions_are_those_of_the_formula()
    {
        var participant = Participant();
        var job = new DecodingJob { Model = DecodingModel.LedoitWolf, WindowsS = [5], Permutations = 20, Shifts = 0, Bootstraps = 0 };
        var result = AttentionDecoding.Run(GoldenSet.Algebra, participant, job, null, TestContext.Current.CancellationToken);
        Assert.Contains(result.Flags, f => f.StartsWith("Ledoit-Wolf", StringComparison.Ordinal));
        for (int held = 0; held < 4; held++)
        {
            var rows = participant.Trials.Where((_, t) => t != held).SelectMany(t => Lagged(t.Eeg)).ToArray();
            double[] y = [.. participant.Trials.Where((_, t) => t != held).SelectMany(t => t.Envelopes[0])];
            double[] mean = [.. Enumerable.Range(0, Columns).Select(i => rows.Average(r => r[i]))];
            double yMean = y.Average();
            foreach (double[] r in rows)
                for (int i = 0; i < Columns; i++) r[i] -= mean[i];
            double[,] s = new double[Columns, Columns];
            for (int i = 0; i < Columns; i++)
                for (int j = 0; j < Columns; j++) s[i, j] = rows.Average(r => r[i] * r[j]);
            double mu = Enumerable.Range(0, Columns).Average(i => s[i, i]), distance = 0, noise = 0;
            for (int i = 0; i < Columns; i++)
                for (int j = 0; j < Columns; j++)
                {
                    distance += Math.Pow(s[i, j] - (i == j ? mu : 0), 2);
                    noise += rows.Sum(r => Math.Pow(r[i] * r[j] - s[i, j], 2)) / rows.Length / rows.Length;
                }
            double rho = Math.Min(noise, distance) / distance;
            Assert.InRange(rho, 0.001, 0.9);
            Assert.Equal(rho / (1 - rho), result.Trials[held].Lambda, 1e-10);

            // The held-out prediction solves ((1 − ρ) S + ρ μ I) w = (1 − ρ) cross-covariance.
            double[] w = Weights(s, rho, mu, [.. Enumerable.Range(0, Columns).Select(i => (1 - rho) * rows.Select((r, k) => r[i] * (y[k] - yMean)).Average())]);
            double[][] test = Lagged(participant.Trials[held].Eeg);
            for (int k = 0; k < Samples; k++)
                Assert.Equal(yMean + Enumerable.Range(0, Columns).Sum(i => w[i] * (test[k][i] - mean[i])), result.Trials[held].Prediction[k], 1e-9);
        }
    }

    /// <summary>[samples][columns], latest lag first, zeros outside the trial.</summary>
    private static double[][] Lagged(double[] eeg) =>
        [.. Enumerable.Range(0, Samples).Select(t => Enumerable.Range(0, Columns).Select(i => t + Lags - 1 - i / Channels is var at && at < Samples ? eeg[at * Channels + i % Channels] : 0).ToArray())];

    /// <summary>Gauss-Jordan on the shrunk covariance.</summary>
    private static double[] Weights(double[,] s, double rho, double mu, double[] right)
    {
        var a = new double[Columns, Columns];
        for (int i = 0; i < Columns; i++)
            for (int j = 0; j < Columns; j++) a[i, j] = (1 - rho) * s[i, j] + (i == j ? rho * mu : 0);
        for (int p = 0; p < Columns; p++)
            for (int r = 0; r < Columns; r++)
            {
                if (r == p) continue;
                double f = a[r, p] / a[p, p];
                for (int c = 0; c < Columns; c++) a[r, c] -= f * a[p, c];
                right[r] -= f * right[p];
            }
        return [.. right.Select((v, i) => v / a[i, i])];
    }
}
