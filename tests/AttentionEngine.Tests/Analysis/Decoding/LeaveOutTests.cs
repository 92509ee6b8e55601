using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class LeaveOutTests
{
    private const int RateHz = 16, Samples = 160, Channels = 2;
    private static readonly DecodingJob Job = new() { LeaveOut = LeaveOut.Story, WindowsS = [2], Permutations = 20, Shifts = 5, Bootstraps = 20, Lambdas = [0.01, 1], FilterBankHz = [1, 4, 7] };

    /// <summary>Eight trials of four stories, two each; sides go with nothing.</summary>
    private static EegParticipant Participant(string id = "L", ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        return new EegParticipant
        {
            Id = id, RateHz = RateHz, Channels = [new("E0", EegChannelType.Eeg), new("E1", EegChannelType.Eeg)],
            Trials = [.. Enumerable.Range(0, 8).Select(t => new EegTrial
            {
                Id = $"{t}", AttendedIndex = t % 2, Groups = new() { Story = $"story {t / 2}" }, Envelopes = [Noise(random, Samples), Noise(random, Samples)], Eeg = Loud(random),
            })],
        };
    }

    private static double[] Noise(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Normal())];

    /// <summary>One channel louder than the other: something for a shrinkage to keep.</summary>
    private static double[] Loud(SeededRandom random) => [.. Enumerable.Range(0, Samples * Channels).Select(i => (1 + 2 * (i % Channels)) * random.Normal())];

    private static DecodingResult Run(EegParticipant participant, DecodingJob job) => AttentionDecoding.Run(GoldenSet.Algebra, participant, job, null, TestContext.Current.CancellationToken);

    /// <summary>What is held out together must not teach itself: another EEG in one trial of a story changes nothing for the other one.</summary>
    [Theory]
    [InlineData(DecodingModel.Ridge)]
    [InlineData(DecodingModel.LedoitWolf)]
    [InlineData(DecodingModel.Cca)]
    [InlineData(DecodingModel.Banded)]
    [InlineData(DecodingModel.SingleLag)]
    [InlineData(DecodingModel.FbCsp)]
    [InlineData(DecodingModel.Riemann)]
    public void Trials_of_one_story_do_not_teach_each_other(DecodingModel model)
    {
        EegParticipant before = Participant(), after = before with { Trials = [.. before.Trials.Select((t, i) => i == 3 ? t with { Eeg = Loud(new SeededRandom(99)) } : t)] };
        var job = Job with { Model = model };
        // The inner loop of trial 2 never sees its own story either, so choice and decision stay, up to rounding of sums.
        DecodingResult a = Run(before, job), b = Run(after, job);
        Assert.Equal(a.Trials[2].Choice, b.Trials[2].Choice);
        if (double.IsFinite(a.Trials[2].Lambda)) Assert.Equal(a.Trials[2].Lambda, b.Trials[2].Lambda, 1e-12);
        for (int i = 0; i < a.Trials[2].WindowCorrelation[0].Length; i++) Assert.Equal(a.Trials[2].WindowCorrelation[0][i], b.Trials[2].WindowCorrelation[0][i], 1e-8);
        Assert.NotEqual(a.Trials[0].WindowCorrelation[0], b.Trials[0].WindowCorrelation[0]);
        Assert.Equal(a.Trials[2].Lambda, a.Trials[3].Lambda);
    }

    [Fact]
    public void The_model_is_that_of_all_other_stories()
    {
        var participant = Participant();
        var result = Run(participant, Job);
        var lags = LagRange.Backward(0, 0.25, RateHz);
        for (int held = 0; held < 8; held++)
        {
            LaggedStatistics? sum = null;
            foreach (var (t, _) in participant.Trials.Select((t, i) => (t, i)).Where(p => p.i / 2 != held / 2))
            {
                var own = LaggedStatistics.Of(GoldenSet.Algebra, t.Eeg, Channels, t.Envelopes[t.AttendedIndex], 1, lags);
                if (sum is null) sum = own;
                else sum.Add(own);
            }
            double[] expected = RidgeFit.Solve(GoldenSet.Algebra, sum!, result.Trials[held].Lambda * RidgeFit.MeanDiagonal(sum!)).Predict(GoldenSet.Algebra, participant.Trials[held].Eeg);
            for (int n = 0; n < Samples; n += 5) Assert.Equal(expected[n], result.Trials[held].Prediction[n], 1e-9);
        }
        Assert.InRange(result.Accuracy[0].PermutationP, 1.0 / 21, 1);
    }

    [Fact]
    public void Only_what_crosses_the_split_is_refused_and_missing_labels_are_named()
    {
        var participant = Participant();
        Assert.Throws<ConfigurationException>(() => Run(participant, Job with { LeaveOut = LeaveOut.Trial })); // stories cross it
        var crossed = participant with { Trials = [.. participant.Trials.Select((t, i) => t with { Groups = t.Groups with { Session = $"{i % 2}" } })] };
        Assert.Contains("share a session", Assert.Throws<ConfigurationException>(() => Run(crossed, Job)).Message, StringComparison.Ordinal);
        Assert.Contains("trial 0 has no label of its session", Assert.Throws<ConfigurationException>(() => Run(participant, Job with { LeaveOut = LeaveOut.Session })).Message, StringComparison.Ordinal);
        var two = participant with { Trials = [.. participant.Trials.Take(4)] };
        Assert.Contains("needs three at least", Assert.Throws<ConfigurationException>(() => Run(two, Job)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listeners_are_put_together_and_held_out_one_at_a_time()
    {
        EegParticipant[] people = [.. Enumerable.Range(0, 3).Select(i => Participant($"P{i}", (ulong)i + 10) is var p ? p with { Trials = [.. p.Trials.Select(t => t with { Groups = new() { Story = $"{i} {t.Id}" } })] } : p)];
        var together = SubjectsTogether.Of(new EegDataset { Name = "d", Participants = people }).Participants.Single();
        Assert.Equal(24, together.Trials.Count);
        Assert.Equal("P1/0", together.Trials[8].Id);
        var result = Run(together, Job with { LeaveOut = LeaveOut.Subject });
        Assert.Equal(3, result.Trials.Select(t => t.Lambda + t.InnerCorrelation[0]).Distinct().Count());
        var other = people[1] with { Channels = [new("E0", EegChannelType.Eeg), new("X", EegChannelType.Eeg)] };
        Assert.Contains("P0 and P1 do not have the same channels", Assert.Throws<InputDataException>(() => SubjectsTogether.Of(new EegDataset { Name = "d", Participants = [people[0], other] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_causal_run_states_its_whole_latency()
    {
        var delays = new PreprocessingPlan { BandHz = (1, 6), Causal = true, LineNoiseHz = 7 }.DelaysAt(RateHz);
        Assert.InRange(delays.BandPassS, 0.05, 1);
        Assert.InRange(delays.LineNoiseS, 0.001, 0.5);
        Assert.Equal(default, new PreprocessingPlan { BandHz = (1, 6), LineNoiseHz = 7 }.DelaysAt(RateHz));
        Assert.Equal(0, new PreprocessingPlan { BandHz = (1, 6), Causal = true }.DelaysAt(RateHz).LineNoiseS);
        var job = Job with { Causal = true, FilterDelays = delays };
        double ridgeS = delays.LineNoiseS + delays.BandPassS + 0.25;
        var result = Run(Participant(), job);
        Assert.Equal(ridgeS, result.LatencyS, 1e-12);
        Assert.Contains(result.Flags, f => f.StartsWith("causal: total latency", StringComparison.Ordinal) && f.Contains(FormattableString.Invariant($"2 s window {2 + ridgeS:0.##} s"), StringComparison.Ordinal) && f.Contains("not known and not in it", StringComparison.Ordinal));
        // The decoder's own filter bank waits as well; a spatial decoder has no lags and no envelope.
        double bankS = Run(Participant(), job with { Model = DecodingModel.Banded }).LatencyS - ridgeS;
        Assert.InRange(bankS, 0.05, 1);
        Assert.Equal(bankS + delays.LineNoiseS + delays.BandPassS, Run(Participant(), job with { Model = DecodingModel.FbCsp }).LatencyS, 1e-12);
        // An envelope that takes longer than the lags of the EEG is what is waited for.
        var slow = Run(Participant() with { EnvelopeDelayS = 0.9 }, job);
        Assert.Equal(delays.BandPassS + 0.9, slow.LatencyS, 1e-12);
        Assert.Contains(slow.Flags, f => f.Contains("sound: envelope 900 ms", StringComparison.Ordinal));
        Assert.True(double.IsNaN(Run(Participant(), Job).LatencyS));
    }
}
