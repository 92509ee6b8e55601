using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class GroupAndSwitchTests
{
    [Fact]
    public void Signs_of_few_participants_are_all_tried_and_of_many_drawn()
    {
        var random = new SeededRandom(1);
        Assert.Equal((1.0 / 32, 1.0 / 32), GroupStatistics.SignFlip([0.1, 0.2, 0.05, 0.3, 0.01], random));
        Assert.Equal(1, GroupStatistics.SignFlip([-0.1, -0.2, -0.3], random).P);
        Assert.Equal(0.5, GroupStatistics.SignFlip([0.1, -0.1, 0.2, 0], random).P, 0.2);
        // 20 participants of equal size, 15 above chance: the binomial tail P(X >= 15) = 0.0207.
        double[] many = [.. Enumerable.Range(0, 20).Select(i => i < 15 ? 0.1 : -0.1)];
        Assert.Equal(0.0207, GroupStatistics.SignFlip(many, random).P, 0.002);
    }

    [Fact]
    public void A_group_is_described_over_participants_only_where_there_are_two()
    {
        static DecodingResult Result(string id, double accuracy) => new(id, [new DecodedTrial("t", 0, 1, [], [], [0.2, 0.1], [])], [new WindowAccuracy(5, 10, accuracy, 0, 1, 0.5, 0.6, 0.01, 0.6, 0)], double.NaN, new SolverReport("x", 1, 1, 0, 0), []) { ShiftedCorrelationMean = 0.01 };
        Assert.Empty(GroupStatistics.Of([Result("a", 0.8)], 1));
        var group = GroupStatistics.Of([Result("a", 0.8), Result("b", 0.7), Result("c", 0.6)], 1);
        Assert.Equal(["accuracy, 5 s", "r attended over shifted envelopes"], group.Select(g => g.Name));
        Assert.Equal(0.7, group[0].Mean, 1e-12);
        Assert.Equal(1.0 / 8, group[0].P, 1e-12);
        Assert.Equal(0.7 - 4.3027 * 0.1 / Math.Sqrt(3), group[0].Low, 1e-3); // t(0.975, 2) = 4.3027
        Assert.Equal(0.01, group[1].Chance, 1e-12);
    }

    [Fact]
    public void Match_mismatch_is_far_above_its_null_where_the_reconstruction_follows_and_within_it_where_not()
    {
        var random = new SeededRandom(3);
        var job = new DecodingJob();
        var trials = Enumerable.Range(0, 6).Select(t => new EegTrial { Id = $"{t}", Eeg = [], Envelopes = [Smooth(random, 64 * 60)], AttendedIndex = 0 }).ToList();
        var follows = MatchMismatch.Run([.. trials.Select(t => t.Envelopes[t.AttendedIndex])], [.. trials.Select(t => Noisy(random, t.Envelopes[0], 2))], [64 * 5], 64, job, new SeededRandom(1));
        Assert.Equal(72, follows[0].WindowCount);
        Assert.InRange(follows[0].Accuracy, 0.85, 1);
        Assert.InRange(follows[0].ShiftedMean, 0.42, 0.58);
        Assert.Equal(1.0 / 101, follows[0].ShiftedP, 1e-12);
        var not = MatchMismatch.Run([.. trials.Select(t => t.Envelopes[t.AttendedIndex])], [.. trials.Select(_ => Smooth(random, 64 * 60))], [64 * 5], 64, job, new SeededRandom(1));
        Assert.InRange(not[0].Accuracy, 0.3, 0.7);
        Assert.InRange(not[0].ShiftedP, 0.02, 1);
    }

    [Fact]
    public void Switches_are_noticed_soon_with_much_evidence_and_by_luck_with_none()
    {
        var random = new SeededRandom(4);
        List<TwoTalkerTrial> Trials(double noise) => [.. Enumerable.Range(0, 5).Select(_ =>
        {
            double[] attended = Smooth(random, 64 * 120), other = Smooth(random, 64 * 120);
            return new TwoTalkerTrial(Noisy(random, attended, noise), attended, other);
        })];
        var clear = SwitchDetection.Measure(Trials(1), 64, 30)!;
        Assert.Equal((19, 0), (clear.Switches, clear.Missed));
        Assert.InRange(clear.LatencyMedianS, 0, 6);
        Assert.InRange(clear.Accuracy, 0.85, 1);
        var none = SwitchDetection.Measure(Trials(1e6), 64, 30)!;
        Assert.InRange(none.Accuracy, 0.3, 0.7);
        Assert.Null(SwitchDetection.Measure(Trials(1)[..1], 64, 30));
    }

    /// <summary>
    /// Reconstructions from real EEG of three listeners to one of two talkers, about 10 minutes each with the man and the woman attended (125 Hz).
    /// Windows against the reference figures of the data's page; then evidence, smoothing and switches, calibrated on the other condition.
    /// </summary>
    [Fact]
    public void Real_two_talker_reconstructions_give_the_reference_accuracies_and_follow_switches()
    {
        var references = new Dictionary<string, double[]>
        {
            ["fM YH00"] = [0.55, 0.57, 0.56, 0.68], ["fM YH01"] = [0.65, 0.8, 0.84, 0.84], ["fM YH02"] = [0.66, 0.73, 0.77, 0.89],
            ["fW YH00"] = [0.7, 0.75, 0.9, 0.95], ["fW YH01"] = [0.65, 0.69, 0.71, 0.84], ["fW YH02"] = [0.62, 0.75, 0.78, 0.84],
        };
        double[] Read(string name) => NpyReader.Read(SharedData.PathOrSkip($"data/eeg/aad_decoder_outputs/{name}.npy")).ToDoubles();
        var output = TestContext.Current.TestOutputHelper;
        var bySwitch = new List<SwitchFigures>();
        foreach (string subject in new[] { "YH00", "YH01", "YH02" })
        {
            var trials = new List<TwoTalkerTrial>();
            foreach (string condition in new[] { "fM", "fW" })
            {
                var trial = new TwoTalkerTrial(Read($"{condition}_predictions_{subject}_fcnn"), Read($"{condition}_attended_truth"), Read($"{condition}_unattended_truth"));
                trials.Add(trial);
                double[] accuracy = [.. new[] { 2, 5, 10, 30 }.Select(w =>
                {
                    double[] r = Correlations.InWindows(trial.Prediction, [trial.Attended, trial.Unattended], 125 * w);
                    return WindowScores.Correct(r, 2, 0) / (r.Length / 2.0);
                })];
                double[] reference = references[$"{condition} {subject}"];
                output?.WriteLine($"{condition} {subject}: 2/5/10/30 s {string.Join(" ", accuracy.Select(a => a.ToString("F3", System.Globalization.CultureInfo.InvariantCulture)))}, reference {string.Join(" ", reference)}");
                for (int w = 0; w < 4; w++) Assert.Equal(reference[w], accuracy[w], 0.006); // two decimals are given
            }
            foreach (double every in new[] { 30.0, 60 })
            {
                var s = SwitchDetection.Measure(trials, 125, every)!;
                output?.WriteLine(FormattableString.Invariant($"{subject}, a switch every {every} s: median latency {s.LatencyMedianS:F1} s, missed {s.Missed} of {s.Switches}, false {s.FalsePerMinute:F2}/min, {100 * s.Accuracy:F1} % of the time right"));
                Assert.InRange(s.Accuracy, 0.5, 0.95);
                bySwitch.Add(s);
            }
            var windows = trials.SelectMany((t, i) => SwitchDetection.Windows(t, 125).Select(w => new EvidenceWindow(i, w, 0))).ToList();
            var calibration = EvidenceCalibration.Fit(windows);
            output?.WriteLine(FormattableString.Invariant($"{subject}, evidence of 5 s: {calibration.Windows} windows, {100 * calibration.Accuracy:F1} % right, log loss {calibration.LogLossNats:F3} nats (chance 0.693), calibration error {calibration.Error:F3}"));
            Assert.InRange(calibration.LogLossNats, 0.3, 0.70);
        }
        Assert.InRange(bySwitch.Average(s => s.Accuracy), 0.6, 0.95);
    }

    private static double[] Smooth(SeededRandom random, int samples)
    {
        double[] values = new double[samples];
        for (int i = 1; i < samples; i++) values[i] = 0.9 * values[i - 1] + random.Normal();
        return values;
    }

    private static double[] Noisy(SeededRandom random, double[] values, double noise) => [.. values.Zip(Smooth(random, values.Length), (v, n) => v + noise * n)];
}
