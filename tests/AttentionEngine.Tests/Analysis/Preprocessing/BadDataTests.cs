using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Preprocessing;

public class BadDataTests
{
    private static readonly DenseAlgebra Algebra = DenseAlgebra.Open(_ => { });
    private static readonly string[] Names = ["Fp1", "Fp2", "F3", "Fz", "F4", "FC1", "FC2", "C3", "Cz", "C4", "CP1", "CP2", "P3", "Pz", "P4", "O1", "O2"];

    /// <summary>Potentials of five sources under the scalp with sensor noise: neighbours look alike.</summary>
    internal static EegDataset Scalp(ulong seed, int trials, int samples, IEnumerable<string> names, IReadOnlyList<EegChannel>? more = null)
    {
        var random = new SeededRandom(seed);
        System.Numerics.Vector3[] sources = [.. Enumerable.Range(0, 5).Select(k => System.Numerics.Vector3.Normalize(new((float)random.Normal(), (float)random.Normal(), (float)Math.Abs(random.Normal()))) * 0.5f)];
        EegChannel[] channels = [.. names.Select(n => new EegChannel(n, EegChannelType.Eeg)), .. more ?? []];
        double[][] gains = [.. channels.Select(c => EegPositions.Of(c) is { } at && c.Type == EegChannelType.Eeg ? sources.Select(s => 1.0 / System.Numerics.Vector3.DistanceSquared(at, s)).ToArray() : new double[5])];
        var activity = new double[5];
        return EegPreprocessingTests.Made(trials, samples, (_, _, c) =>
        {
            if (c == 0) for (int k = 0; k < 5; k++) activity[k] = 0.95 * activity[k] + random.Normal();
            return gains[c].Zip(activity, (g, a) => g * a).Sum() + 0.2 * random.Normal();
        }, channels);
    }

    private static EegDataset Broken()
    {
        var data = Scalp(1, 3, 64 * 20, Names);
        var random = new SeededRandom(9);
        foreach (var trial in data.Participants[0].Trials)
            for (int n = 0; n < trial.Samples; n++)
            {
                var row = trial.Eeg.AsSpan(n * Names.Length, Names.Length);
                row[3] = 7; // Fz
                row[8] = row[7]; // Cz copies C3
                row[10] *= 40; // CP1
                row[13] = 20 * random.Normal(); // Pz
                if (trial.Id == "1" && n == 100) row[16] = double.NaN; // O2
            }
        return data;
    }

    [Fact]
    public void Each_kind_of_bad_channel_is_found_and_no_good_one()
    {
        var bad = BadChannels.Find(Broken().Participants[0], null).ToDictionary(b => b.Name, b => b.Reason);
        Assert.Equal(["CP1", "Cz", "Fz", "O2", "Pz"], bad.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("flat in trial 0", bad["Fz"]);
        Assert.Equal("copy of C3", bad["Cz"]);
        Assert.Contains("times as loud", bad["CP1"], StringComparison.Ordinal);
        Assert.Contains("correlation with neighbours 0.", bad["Pz"], StringComparison.Ordinal);
        Assert.Equal("not finite in trial 1", bad["O2"]);
        Assert.Empty(BadChannels.Find(Scalp(1, 3, 64 * 20, Names).Participants[0], (1, 9)));
        // Without positions the channels that correlate most are the neighbours.
        var unnamed = Broken().Participants[0];
        unnamed = unnamed with { Channels = [.. unnamed.Channels.Select((_, i) => new EegChannel($"{i + 1}", EegChannelType.Eeg))] };
        Assert.Equal(5, BadChannels.Find(unnamed, null).Count);
    }

    [Fact]
    public void Bad_channels_are_left_out_or_interpolated_and_said()
    {
        var dropped = BadChannels.Treat(Broken(), null, interpolate: false);
        Assert.Equal(Names.Length - 5, dropped.Participants[0].Channels.Count);
        Assert.Contains("5 of 17 scalp channels left out as bad: Fz (flat in trial 0)", dropped.Participants[0].Flags[0], StringComparison.Ordinal);
        EegDatasetCheck.Check(dropped);
        var restored = BadChannels.Treat(Broken(), null, interpolate: true).Participants[0];
        double[] truth = Scalp(1, 3, 64 * 20, Names).Participants[0].Trials[0].Eeg, spline = restored.Trials[0].Eeg;
        Assert.Equal(Names, restored.Channels.Select(c => c.Name));
        foreach (int c in new[] { 3, 8, 10 })
        {
            double error = Enumerable.Range(0, 64 * 20).Sum(n => Math.Pow(truth[n * 17 + c] - spline[n * 17 + c], 2)), power = Enumerable.Range(0, 64 * 20).Sum(n => Math.Pow(truth[n * 17 + c], 2));
            Assert.True(error < 0.2 * power, $"channel {Names[c]}: {error / power:F2} of the power is wrong");
        }
        Assert.Equal(truth[0], spline[0]);
        Assert.Equal(12, ScalpRank.Of(Algebra, restored));
    }

    [Fact]
    public void A_recording_of_bad_channels_is_refused_and_an_untreated_one_too()
    {
        var silent = EegPreprocessingTests.Made(1, 640, (_, n, c) => c < 6 ? 0 : Math.Sin(n + c), [.. Names.Take(10).Select(n => new EegChannel(n, EegChannelType.Eeg))]);
        Assert.Contains("6 of 10 scalp channels look bad", Assert.Throws<InputDataException>(() => BadChannels.Treat(silent, null, false)).Message, StringComparison.Ordinal);
        Assert.Contains("channel Fz is flat", Assert.Throws<InputDataException>(() => new PreprocessingPlan { DropChannels = ["O2"] }.Apply(Algebra, Broken())).Message, StringComparison.Ordinal);
        Assert.Contains("channel O2, sample 100 is NaN", Assert.Throws<InputDataException>(() => new PreprocessingPlan { DropChannels = ["Fz", "Cz"] }.Apply(Algebra, Broken())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_segments_are_found_where_they_are_and_blanked()
    {
        var data = Scalp(2, 2, 64 * 30, Names);
        double[] eeg = data.Participants[0].Trials[1].Eeg;
        for (int n = 640; n < 660; n++)
            for (int c = 0; c < 6; c++) eeg[n * 17 + c] += 900;
        var reported = BadSegments.Treat(data, blank: false);
        Assert.Same(eeg, reported.Participants[0].Trials[1].Eeg);
        Assert.Contains("P1 0.8 % of the time, reported only", reported.Provenance[^1].Detail, StringComparison.Ordinal);
        double[] blanked = BadSegments.Treat(data, blank: true).Participants[0].Trials[1].Eeg;
        Assert.All(blanked[(640 * 17)..(672 * 17)], v => Assert.Equal(0, v));
        Assert.Equal(eeg[..(632 * 17)], blanked[..(632 * 17)]);
        Assert.Equal(eeg[(680 * 17)..], blanked[(680 * 17)..]);
        Assert.NotEqual(0, blanked[637 * 17]);
    }

    [Fact]
    public void Other_references_leave_what_they_say()
    {
        var data = Scalp(3, 1, 64 * 10, [.. Names, "TP9", "TP10"], [new EegChannel("EXG3", EegChannelType.Eog)]);
        double[] before = data.Participants[0].Trials[0].Eeg;
        var linked = Rereference.To(data, "mastoids").Participants[0];
        Assert.Equal([.. Names, "EXG3"], linked.Channels.Select(c => c.Name));
        Assert.Equal(before[5 * 20 + 4] - (before[5 * 20 + 17] + before[5 * 20 + 18]) / 2, linked.Trials[0].Eeg[5 * 18 + 4], 1e-12);
        Assert.Equal(before[5 * 20 + 19], linked.Trials[0].Eeg[5 * 18 + 17]);
        var single = Rereference.To(data, "Cz");
        Assert.DoesNotContain(single.Participants[0].Channels, c => c.Name == "Cz");
        Assert.Contains("mean of Cz subtracted", single.Provenance[^1].Detail, StringComparison.Ordinal);
        double[] median = Rereference.To(data, "median").Participants[0].Trials[0].Eeg;
        Assert.Equal(0, median.AsSpan(20, 19).ToArray().Order().ElementAt(9), 1e-12);
        Assert.Contains("no pair of mastoids", Assert.Throws<ConfigurationException>(() => Rereference.To(Scalp(3, 1, 64, Names), "mastoids")).Message, StringComparison.Ordinal);
        Assert.Contains("has no channel Q1", Assert.Throws<ConfigurationException>(() => Rereference.To(data, "Cz,Q1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbered_channels_of_a_BioSemi_cap_get_their_names_and_others_are_refused()
    {
        var numbered = EegPreprocessingTests.Made(1, 4, (_, n, c) => n + c, [.. Enumerable.Range(1, 66).Select(i => new EegChannel(i > 64 ? $"EXG{i - 62}" : $"{i}", EegChannelType.Eeg))]);
        var channels = EegPositions.NameBioSemi64(numbered).Participants[0].Channels;
        Assert.Equal(["Fp1", "Cz", "EXG3"], [channels[0].Name, channels[47].Name, channels[64].Name]);
        Assert.Contains("has 17: Fp1, Fp2", Assert.Throws<ConfigurationException>(() => EegPositions.NameBioSemi64(Scalp(1, 1, 64, Names))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_rank_is_flagged()
    {
        var plan = new PreprocessingPlan { Reference = "average" };
        Assert.Contains("17 scalp channels have rank 16", Assert.Single(plan.Apply(Algebra, Scalp(4, 2, 640, Names)).Participants[0].Flags), StringComparison.Ordinal);
        Assert.Empty(new PreprocessingPlan().Apply(Algebra, Scalp(4, 2, 640, Names)).Participants[0].Flags);
    }
}
