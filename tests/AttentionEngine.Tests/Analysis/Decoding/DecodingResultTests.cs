using System.Text.Json;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class DecodingResultTests
{
    private static EegParticipant Participant(GoldenSet data) => new()
    {
        Id = "S1", RateHz = 64, Channels = [.. Enumerable.Range(0, data.Channels).Select(c => new EegChannel($"E{c}", EegChannelType.Eeg))],
        Trials = [.. data.Eeg.Select((x, t) => new EegTrial { Id = $"{t}", Eeg = x, Envelopes = t % 2 == 0 ? data.Envelopes[t] : [data.Envelopes[t][1], data.Envelopes[t][0]], AttendedIndex = t % 2 })],
    };

    /// <summary>Acceptance 4: window accuracies equal, correlations of windows to 1e-10; attended first or second alike.</summary>
    [Fact]
    public void Windows_and_accuracies_are_the_golden_ones()
    {
        var data = GoldenSet.Load("tiny_64hz");
        var result = AttentionDecoding.Run(GoldenSet.Algebra, Participant(data), new DecodingJob { Lambdas = GoldenSet.Lambdas, Convention = LambdaConvention.Mtrfpy, WindowsS = [1, 2, 5, 10, 30], Permutations = 200, Shifts = 50 }, null, TestContext.Current.CancellationToken);
        Assert.Equal([0.6166666666666667, 0.6333333333333333, 0.6666666666666666, 1.0], result.Accuracy.Select(a => a.Accuracy));
        Assert.Equal([60, 30, 12, 6], result.Accuracy.Select(a => a.WindowCount));
        double[] att = data.Golden("win1_r_att").ToDoubles(), unatt = data.Golden("win1_r_unatt").ToDoubles();
        for (int t = 0; t < 6; t++)
            for (int w = 0; w < 10; w++)
            {
                Assert.Equal(att[t * 10 + w], result.Trials[t].WindowCorrelation[0][w * 2 + t % 2], 1e-10);
                Assert.Equal(unatt[t * 10 + w], result.Trials[t].WindowCorrelation[0][w * 2 + 1 - t % 2], 1e-10);
            }
        Assert.Equal(data.Golden("nested_r_att").ToDoubles().Average(), result.MeanAttended, 1e-10);
        Assert.Equal(data.Golden("nested_r_unatt").ToDoubles().Average(), result.MeanUnattended, 1e-10);
        Assert.True(result.MeanAttended > result.ShiftedCorrelationLimit95);
        foreach (var a in result.Accuracy)
        {
            Assert.InRange(a.Accuracy, a.Low, a.High);
            Assert.InRange(a.PermutationP, 1.0 / 201, 1);
            Assert.InRange(a.PermutationLimit95, 0.4, 1);
        }
        Assert.Contains(result.Flags, f => f.Contains("window of 30 s", StringComparison.Ordinal));
        Assert.Contains(result.Flags, f => f.StartsWith("not causal", StringComparison.Ordinal));
    }

    /// <summary>Acceptance 5.</summary>
    [Fact]
    public void Switch_duration_and_information_rate_are_the_golden_ones()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.PathOrSkip("bench/aad/golden/metrics_golden.json")));
        int compared = 0;
        foreach (var set in golden.RootElement.GetProperty("mesd").EnumerateObject())
        {
            double[] Values(string name) => [.. set.Value.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
            double[] tau = Values("tau"), p = Values("p"), esd = Values("esd");
            var (mesd, window, accuracy) = SwitchDuration.Minimal(tau, p);
            Assert.Equal(set.Value.GetProperty("mesd").GetDouble(), mesd, 1e-6);
            Assert.Equal(set.Value.GetProperty("tau_opt").GetDouble(), window, 1e-6);
            Assert.Equal(set.Value.GetProperty("p_opt").GetDouble(), accuracy, 1e-6);
            for (int i = 0; i < tau.Length; i++) Assert.Equal(esd[i], SwitchDuration.Expected(tau[i], p[i]), 1e-6);
            compared += tau.Length;
        }
        Assert.Equal(24, compared);
        foreach (var entry in golden.RootElement.GetProperty("stats").GetProperty("itr_bits_per_decision").EnumerateObject())
            Assert.Equal(entry.Value.GetDouble(), InformationRate.BitsPerDecision(double.Parse(entry.Name, System.Globalization.CultureInfo.InvariantCulture), 2), 1e-12);
    }

    [Fact]
    public void Switch_duration_is_undefined_at_chance_and_finite_at_certainty()
    {
        Assert.True(double.IsNaN(SwitchDuration.Minimal([1, 10], [0.5, 0.48]).MesdS));
        Assert.Equal(3, SwitchDuration.Minimal([1], [1.0]).MesdS, 1e-6); // three sure steps from 1 to the fourth of five
        Assert.Equal(0, InformationRate.BitsPerDecision(0.3, 3));
        Assert.Equal(Math.Log2(3), InformationRate.BitsPerDecision(1, 3), 1e-12);
    }

    private static EegParticipant Noise(int trials, int talkers, Func<int, TrialGroups>? groups = null, ulong seed = 5)
    {
        var random = new SeededRandom(seed);
        return new EegParticipant
        {
            Id = "N", RateHz = 16, Channels = [.. Enumerable.Range(0, 4).Select(c => new EegChannel($"E{c}", EegChannelType.Eeg)), new("EOG", EegChannelType.Eog)],
            Trials = [.. Enumerable.Range(0, trials).Select(t => new EegTrial
            {
                Id = $"{t}", Eeg = [.. Enumerable.Range(0, 5 * 160).Select(_ => random.Normal())], AttendedIndex = random.Index(talkers), Groups = groups?.Invoke(t) ?? new(),
                Envelopes = [.. Enumerable.Range(0, talkers).Select(_ => Enumerable.Range(0, 160).Select(_ => random.Normal()).ToArray())],
            })],
        };
    }

    [Theory]
    [InlineData("story", SharedGroups.Story)]
    [InlineData("speaker", SharedGroups.Speaker)]
    [InlineData("session", SharedGroups.Session)]
    [InlineData("presentation", SharedGroups.Presentation)]
    public void A_split_that_shares_a_group_is_refused_unless_named_and_then_flagged(string name, SharedGroups group)
    {
        var participant = Noise(4, 2, t =>
        {
            string value = t is 1 or 3 ? "same" : $"{t}";
            return name switch { "story" => new() { Story = value }, "speaker" => new() { Speaker = value }, "session" => new() { Session = value }, _ => new() { Presentation = value } };
        });
        var job = new DecodingJob { WindowsS = [1], Permutations = 0, Shifts = 0 };
        var error = Assert.Throws<ConfigurationException>(() => AttentionDecoding.Run(GoldenSet.Algebra, participant, job, null, TestContext.Current.CancellationToken));
        Assert.Contains($"share a {name}", error.Message, StringComparison.Ordinal);
        var result = AttentionDecoding.Run(GoldenSet.Algebra, participant, job with { AllowShared = group }, null, TestContext.Current.CancellationToken);
        Assert.Contains(result.Flags, f => f.StartsWith($"{name}: shared", StringComparison.Ordinal));
    }

    [Fact]
    public void A_repeated_stimulus_without_labels_is_found()
    {
        var participant = Noise(4, 2);
        var repeated = participant with { Trials = [.. participant.Trials.Select((t, i) => i == 3 ? t with { Envelopes = [t.Envelopes[0], [.. participant.Trials[1].Envelopes[0]]] } : t)] };
        var error = Assert.Throws<ConfigurationException>(() => GroupLeak.Check(repeated, SharedGroups.None));
        Assert.Contains("trials 1 and 3 have the same envelope", error.Message, StringComparison.Ordinal);
        Assert.Contains(GroupLeak.Check(participant, SharedGroups.None), f => f.StartsWith("story: not labelled in 4 of 4", StringComparison.Ordinal));
    }

    /// <summary>Acceptance 8: labels that mean nothing decode at chance, with two and with three talkers, and the permutation p says so.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Labels_without_meaning_decode_at_chance(int talkers)
    {
        var p = new List<double>();
        int correct = 0, windows = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var result = AttentionDecoding.Run(GoldenSet.Algebra, Noise(8, talkers, null, seed), new DecodingJob { WindowsS = [5], Permutations = 99, Shifts = 0, Bootstraps = 0, Lambdas = [0.01, 1] }, null, TestContext.Current.CancellationToken);
            correct += (int)Math.Round(result.Accuracy[0].Accuracy * result.Accuracy[0].WindowCount);
            windows += result.Accuracy[0].WindowCount;
            p.Add(result.Accuracy[0].PermutationP);
            Assert.Equal(1.0 / talkers, result.Accuracy[0].Chance);
        }
        double chance = 1.0 / talkers, sd = Math.Sqrt(chance * (1 - chance) / (windows / 2.0)); // two windows of a trial may agree
        Assert.InRange((double)correct / windows, chance - 3.3 * sd, chance + 3.3 * sd);
        Assert.InRange(p.Count(v => v <= 0.05), 0, 5); // 20 × 5 %: more than 5 has probability 0.0003
    }

    [Fact]
    public void Odd_data_are_refused_with_their_place()
    {
        var participant = Noise(4, 2);
        var three = participant with { Trials = [.. participant.Trials.Take(3), Noise(1, 3).Trials[0] with { Id = "x" }] };
        Assert.Contains("trial x has 3 talkers", Assert.Throws<InputDataException>(() => AttentionDecoding.Run(GoldenSet.Algebra, three, new DecodingJob(), null, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        var one = AttentionDecoding.Run(GoldenSet.Algebra, Noise(4, 1), new DecodingJob { Shifts = 20 }, null, TestContext.Current.CancellationToken);
        Assert.Empty(one.Accuracy);
        Assert.Contains(one.Flags, f => f.StartsWith("one talker", StringComparison.Ordinal));
    }
}
