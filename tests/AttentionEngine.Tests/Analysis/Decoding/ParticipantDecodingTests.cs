using System.Text.Json;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.DecodingReport;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public class ParticipantDecodingTests
{
    private const double RateHz = 64;
    private static readonly DecodingJob Job = new() { MaxLagS = 0.05, WindowsS = [1, 5, 100], Permutations = 200, Shifts = 20, Bootstraps = 200, Lambdas = [1e-3, 1e-1] };

    /// <summary>Four channels of noise plus the attended envelope, which channel 0 carries two samples late.</summary>
    private static EegParticipant Made(int trials, int talkers, double signal, Func<int, TrialGroups>? groups = null)
    {
        var random = new SeededRandom(5);
        var made = new List<EegTrial>();
        for (int t = 0; t < trials; t++)
        {
            int samples = 640 + 64 * (t % 3), attended = t % talkers; // unequal lengths
            double[][] envelopes = [.. Enumerable.Range(0, talkers).Select(_ => Enumerable.Range(0, samples).Select(_ => random.Normal()).ToArray())];
            double[] eeg = [.. Enumerable.Range(0, samples * 4).Select(i => random.Normal() + (i % 4 == 0 && i >= 8 ? signal * envelopes[attended][i / 4 - 2] : 0))];
            made.Add(new EegTrial { Id = $"{t}", Eeg = eeg, Envelopes = envelopes, AttendedIndex = attended, Groups = groups?.Invoke(t) ?? new TrialGroups { Story = $"{t}" } });
        }
        return new EegParticipant { Id = "P1", RateHz = RateHz, Channels = [.. Enumerable.Range(0, 4).Select(c => new EegChannel($"{c}", EegChannelType.Eeg))], Trials = made };
    }

    private static DecodingResult Run(EegParticipant participant, DecodingJob? job = null) => ParticipantDecoding.Run(DenseAlgebra.Open(_ => { }), participant, job ?? Job, null, CancellationToken.None);

    [Fact]
    public void A_signal_is_found_and_a_window_longer_than_the_trials_has_no_accuracy()
    {
        var result = Run(Made(6, 2, 0.8));
        Assert.True(result.MeanAttended > 0.4 && Math.Abs(result.MeanUnattended) < 0.1, $"{result.MeanAttended} {result.MeanUnattended}");
        var five = result.Accuracy[1];
        Assert.Equal(12, five.WindowCount);
        Assert.Equal(1, five.Accuracy);
        Assert.InRange(five.PermutationP, 1.0 / 201, 0.1);
        Assert.Equal((0, true), (result.Accuracy[2].WindowCount, double.IsNaN(result.Accuracy[2].Accuracy)));
    }

    [Fact]
    public void Three_talkers_have_a_chance_of_a_third_and_noise_stays_within_its_limits()
    {
        var result = Run(Made(9, 3, 0));
        Assert.Equal(1.0 / 3, result.Accuracy[0].Chance, 12);
        Assert.InRange(result.Accuracy[0].Accuracy, 0.2, 0.47);
        Assert.True(result.Accuracy[0].PermutationP > 0.02);
        Assert.True(result.Accuracy[0].Low <= result.Accuracy[0].Accuracy && result.Accuracy[0].Accuracy <= result.Accuracy[0].High);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_a_further_window_changes_no_other()
    {
        var participant = Made(4, 2, 0.3);
        string a = JsonSerializer.Serialize(Run(participant).Accuracy[0]), b = JsonSerializer.Serialize(Run(participant, Job with { WindowsS = [1] }).Accuracy[0]);
        Assert.Equal(a, b);
        Assert.NotEqual(a, JsonSerializer.Serialize(Run(participant, Job with { Seed = 2 }).Accuracy[0]));
    }

    [Fact]
    public void Trials_of_one_story_are_refused_and_flagged_when_allowed()
    {
        var participant = Made(4, 2, 0.3, t => new TrialGroups { Story = $"part{t / 2}" });
        string message = Assert.Throws<ConfigurationException>(() => Run(participant)).Message;
        Assert.Contains("trials 0, 1 share the story 'part0'", message, StringComparison.Ordinal);
        Assert.Contains("--allow-shared Story", message, StringComparison.Ordinal);
        Assert.Contains(Run(participant, Job with { AllowShared = SharedGroups.Story }).Flags, f => f.Contains("share a story", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_unknown_or_missing_is_flagged()
    {
        Assert.Contains(Run(Made(3, 2, 0.3, _ => new TrialGroups())).Flags, f => f.StartsWith("The stories of 3 of 3 trials are unknown", StringComparison.Ordinal));
        var single = Run(Made(3, 1, 0.8));
        Assert.Empty(single.Accuracy);
        Assert.Contains(single.Flags, f => f.Contains("one talker only", StringComparison.Ordinal));
        Assert.Contains("needs three at least", Assert.Throws<InputDataException>(() => Run(Made(2, 2, 0.3))).Message, StringComparison.Ordinal);
    }

    /// <summary>Bits per decision of the golden file bench/aad/golden/metrics_golden.json (Wolpaw, two talkers).</summary>
    [Theory, InlineData(0.5, 0), InlineData(0.6, 0.02904940554533142), InlineData(0.8, 0.2780719051126377), InlineData(0.9, 0.5310044064107188), InlineData(0.4, 0), InlineData(1.0, 1)]
    public void The_transfer_rate_is_Wolpaws(double accuracy, double bits) => Assert.Equal(bits * 6, AccuracyEvaluation.BitsPerMinute(accuracy, 2, 10), 12);

    [Fact]
    public void A_result_on_disk_is_taken_up_only_for_the_same_job_and_data()
    {
        using var folder = new TempFolder();
        string root = folder.File("out");
        var json = new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
        var files = new DecodingFiles(root, json);
        files.Open("1");
        var participant = Made(3, 2, 0.5);
        string key = DecodingFiles.KeyOf(participant, Job, "1");
        Assert.Null(files.Finished("P1", key));
        var result = Run(participant);
        files.Save(result, key);
        Assert.Equal(JsonSerializer.Serialize(DecodingFiles.WithoutPredictions(result), json), JsonSerializer.Serialize(files.Finished("P1", key), json));
        participant.Trials[0].Eeg[5] += 1e-9;
        Assert.Throws<ConfigurationException>(() => files.Finished("P1", DecodingFiles.KeyOf(participant, Job, "1")));
        string path = Path.Combine(root, "sub-P1", "sub-P1_desc-decoding_result.json");
        File.WriteAllText(path, File.ReadAllText(path)[..200]);
        Assert.Contains("is damaged", Assert.Throws<InputDataException>(() => files.Finished("P1", key)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("other"));
        File.WriteAllText(folder.File("other/mine.txt"), "x");
        Assert.Contains("not empty", Assert.Throws<ConfigurationException>(() => new DecodingFiles(folder.File("other"), json).Open("1")).Message, StringComparison.Ordinal);
    }
}
