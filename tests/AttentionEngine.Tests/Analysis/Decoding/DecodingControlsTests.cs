using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class DecodingControlsTests
{
    private const int RateHz = 16, Samples = 20 * RateHz, Trials = 10;
    private static readonly DecodingJob Job = new() { WindowsS = [5], Permutations = 199, Shifts = 100, Bootstraps = 100, Lambdas = [0.01, 1] };

    /// <param name="names">Channels; those named EOG are eye channels.</param>
    /// <param name="value">Channel, trial, sample, attended envelope at the sample.</param>
    private static EegParticipant Participant(string[] names, ulong seed, Func<SeededRandom, string, int, double, double> value, bool sides = true)
    {
        var random = new SeededRandom(seed);
        return new EegParticipant
        {
            Id = "C", RateHz = RateHz, Channels = [.. names.Select(n => new EegChannel(n, n.StartsWith("EOG", StringComparison.Ordinal) ? EegChannelType.Eog : EegChannelType.Eeg))],
            Trials = [.. Enumerable.Range(0, Trials).Select(t =>
            {
                double[][] envelopes = [[.. Enumerable.Range(0, Samples).Select(_ => random.Normal())], [.. Enumerable.Range(0, Samples).Select(_ => random.Normal())]];
                return new EegTrial
                {
                    // Attended is listed first; which side it is on goes L L R R …
                    Id = $"{t}", Envelopes = envelopes, AttendedIndex = 0, StimulusSides = !sides ? [] : t / 2 % 2 == 0 ? ["L", "R"] : ["R", "L"],
                    Eeg = [.. Enumerable.Range(0, Samples).SelectMany(n => names.Select(name => value(random, name, t, envelopes[0][n])))],
                };
            })],
        };
    }

    private static DecodingControl Control(EegParticipant participant, string name) => DecodingControls.Run(GoldenSet.Algebra, participant, Job, TestContext.Current.CancellationToken).Single(c => c.Name == name);

    [Fact]
    public void Eyes_that_follow_the_attended_sound_are_found_out_and_flagged()
    {
        var participant = Participant(["Cz", "Pz", "Oz", "EOG1", "EOG2"], 1, (random, name, _, attended) => random.Normal() + (name == "EOG1" ? attended : 0));
        var result = AttentionDecoding.Run(GoldenSet.Algebra, participant, Job, null, TestContext.Current.CancellationToken);
        result = DecodingControls.AddTo(GoldenSet.Algebra, participant, Job, result, TestContext.Current.CancellationToken);
        var eyes = result.Controls.Single(c => c.Name == "eog-only");
        Assert.Equal(["EOG1", "EOG2"], eyes.Channels);
        Assert.InRange(eyes.Accuracy.Single().Accuracy, 0.9, 1);
        Assert.True(eyes.RAttended > eyes.RShiftedLimit95);
        Assert.Contains(result.Flags, f => f.StartsWith("control eog-only is above its limit", StringComparison.Ordinal));
        Assert.InRange(result.MeanAttended, -0.1, 0.1); // the scalp knows nothing, and does not see the eye channels
        Assert.Contains("0 frontal channels", result.Controls.Single(c => c.Name == "frontal-only").NotRun, StringComparison.Ordinal);
    }

    [Fact]
    public void Eyes_that_know_nothing_are_not_flagged_and_what_cannot_run_says_why()
    {
        var participant = Participant(["Fp1", "Fp2", "AF3", "F7", "Fz", "Cz", "EOG"], 2, (random, name, _, attended) => random.Normal() + (name == "Cz" ? attended : 0));
        var controls = DecodingControls.Run(GoldenSet.Algebra, participant, Job, TestContext.Current.CancellationToken);
        Assert.All(controls, c => Assert.Null(c.NotRun));
        Assert.All(controls, c => Assert.False(DecodingControls.Works(c), c.Name));
        Assert.Equal(["Fp1", "Fp2", "AF3"], controls.Single(c => c.Name == "frontal-only").Channels);
        Assert.InRange(controls.Single(c => c.Name == "frontal-only").RAttended, -0.1, 0.1);
        Assert.Equal("the data set has no EOG channels", Control(Participant(["1", "2"], 3, (random, _, _, _) => random.Normal()), "eog-only").NotRun);
    }

    [Fact]
    public void Power_that_goes_with_the_label_is_found_in_trials_never_seen()
    {
        var told = Control(Participant(["Cz", "Pz", "Oz"], 4, (random, name, t, _) => random.Normal() * (name == "Pz" && t / 2 % 2 == 0 ? 1.6 : 1)), "trial-fingerprint");
        var label = told.Accuracy.Single(a => a.What.StartsWith("label (L or R)", StringComparison.Ordinal));
        Assert.InRange(label.Accuracy, 0.75, 1);
        Assert.InRange(label.P, 0, 0.01);
        Assert.True(DecodingControls.Works(told));
        var drawn = told.Accuracy.Single(a => a.What == "drawn labels, whole trials held out");
        Assert.InRange(drawn.Accuracy, 0.2, 0.65);
        // Without sides the attended talker is always the first: nothing to tell apart, said.
        var untold = Control(Participant(["Cz", "Pz", "Oz"], 4, (random, _, _, _) => random.Normal(), sides: false), "trial-fingerprint");
        Assert.Contains("talker 1 in every trial", untold.Meaning, StringComparison.Ordinal);
        Assert.Equal(2, untold.Accuracy.Count);
    }

    /// <summary>Against a discriminant that is trained row by row.</summary>
    [Fact]
    public void The_quick_discriminant_is_the_slow_one()
    {
        const int p = 5, classes = 3;
        var random = new SeededRandom(8);
        double[][][] rows = [.. Enumerable.Range(0, 9).Select(t => Enumerable.Range(0, 6 + t).Select(_ => Enumerable.Range(0, p).Select(i => 3 + i + random.Normal() * (1 + i) + (i == t % classes ? 2 : 0)).ToArray()).ToArray())];
        int[] labels = [.. Enumerable.Range(0, 9).Select(t => t % classes)];
        int[] quick = new LabelFingerprint(GoldenSet.Algebra, rows).Correct(labels, classes);
        for (int held = 0; held < rows.Length; held++)
        {
            var training = rows.SelectMany((t, i) => i == held ? [] : t.Select(r => (Row: r, Class: labels[i]))).ToList();
            double[] grand = [.. Enumerable.Range(0, p).Select(i => training.Average(r => r.Row[i]))];
            double[][] means = [.. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, p).Select(i => training.Where(r => r.Class == c).Average(r => r.Row[i])).ToArray())];
            double rho = Rho([.. training.Select(r => r.Row.Select((v, i) => v - grand[i]).ToArray())]);
            double[] s = new double[p * p];
            foreach (var (row, c) in training)
                for (int i = 0; i < p; i++)
                    for (int j = 0; j < p; j++) s[i * p + j] += (row[i] - means[c][i]) * (row[j] - means[c][j]) / training.Count;
            double mu = Enumerable.Range(0, p).Average(i => s[i * p + i]);
            for (int i = 0; i < p; i++)
                for (int j = 0; j < p; j++) s[i * p + j] = (1 - rho) * s[i * p + j] + (i == j ? rho * mu : 0);
            Assert.True(GoldenSet.Algebra.CholeskyFactor(s, p));
            int right = rows[held].Count(row => Enumerable.Range(0, classes).MinBy(c => Distance(s, row, means[c])) == labels[held]);
            Assert.Equal(right, quick[held]);
        }
        Assert.InRange(quick.Sum(), rows.Sum(r => r.Length) / 2, rows.Sum(r => r.Length) - 1);

        double Distance(double[] factor, double[] row, double[] mean)
        {
            double[] d = [.. row.Select((v, i) => v - mean[i])], solved = [.. d];
            GoldenSet.Algebra.CholeskySolveRows(factor, p, solved, 1);
            return d.Zip(solved, (a, b) => a * b).Sum();
        }

        static double Rho(double[][] x)
        {
            int count = x.Length;
            double[,] s = new double[p, p];
            foreach (double[] r in x)
                for (int i = 0; i < p; i++)
                    for (int j = 0; j < p; j++) s[i, j] += r[i] * r[j] / count;
            double mu = Enumerable.Range(0, p).Average(i => s[i, i]), distance = 0, noise = 0;
            for (int i = 0; i < p; i++)
                for (int j = 0; j < p; j++) distance += Math.Pow(s[i, j] - (i == j ? mu : 0), 2);
            foreach (double[] r in x)
                for (int i = 0; i < p; i++)
                    for (int j = 0; j < p; j++) noise += Math.Pow(r[i] * r[j] - s[i, j], 2);
            return Math.Clamp(noise / count / count / distance, 0, 1);
        }
    }
}
