using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>From the file to the result with data as analysts bring them: what cannot be right is refused with its place, what can be is decoded and said.</summary>
public class BadEegInputTests
{
    private const int Channels = 10;
    private static readonly DenseAlgebra Algebra = DenseAlgebra.Open(_ => { });
    private static readonly DecodingJob Job = new() { MaxLagS = 0.1, WindowsS = [1, 5], Permutations = 50, Shifts = 10, Bootstraps = 100, Lambdas = [1e-3, 1e-1] };

    /// <summary>A CND pair: attended and unattended envelopes; the EEG follows the attended one two samples late.</summary>
    private static string Cnd(TempFolder folder, int[] samples, Action<int, double[]>? change = null, int stimulusSamples = 0, int talkers = 2)
    {
        var random = new SeededRandom(4);
        var eeg = new List<MatValue>();
        var stimuli = Enumerable.Range(0, talkers).Select(_ => new List<MatValue>()).ToArray();
        for (int t = 0; t < samples.Length; t++)
        {
            int count = samples[t];
            double[][] envelopes = [.. Enumerable.Range(0, talkers).Select(_ => Enumerable.Range(0, count).Select(_ => random.Normal()).ToArray())];
            var values = new double[count * Channels]; // column-major, as MATLAB's
            for (int c = 0; c < Channels; c++)
                for (int n = 0; n < count; n++) values[c * count + n] = random.Normal() + (n >= 2 ? envelopes[0][n - 2] * (c < 3 ? 1 : 0) : 0);
            change?.Invoke(t, values);
            eeg.Add(MatValue.Numeric([count, Channels], values));
            for (int k = 0; k < talkers; k++)
            {
                double[] e = envelopes[k];
                if (stimulusSamples > 0) Array.Resize(ref e, stimulusSamples);
                stimuli[k].Add(MatValue.Numeric([e.Length, 1], e));
            }
        }
        var names = Enumerable.Range(0, talkers).Select(k => MatValue.Chars(k == 0 ? "attended envelope" : FormattableString.Invariant($"unattended envelope {k}"))).ToArray();
        var cells = new MatValue[talkers * samples.Length]; // feature × trial, feature fastest
        for (int t = 0; t < samples.Length; t++)
            for (int k = 0; k < talkers; k++) cells[t * talkers + k] = stimuli[k][t];
        MatWriter.Write(folder.File("dataStim.mat"), [("stim", MatValue.Struct(("data", MatValue.CellArray([talkers, samples.Length], cells)), ("fs", MatValue.Scalar(64)), ("names", MatValue.CellArray([1, talkers], names)),
            ("stimIdxs", MatValue.Numeric([1, samples.Length], Enumerable.Range(1, samples.Length).Select(i => (double)i).ToArray()))))]);
        MatWriter.Write(folder.File("dataSub1.mat"), [("eeg", MatValue.Struct(("data", MatValue.CellArray([1, eeg.Count], eeg)), ("fs", MatValue.Scalar(64))))]);
        return folder.File("dataSub1.mat");
    }

    private static DecodingResult Decode(string path, PreprocessingPlan? plan = null) => AttentionDecoding.Run(Algebra, (plan ?? new PreprocessingPlan()).Apply(Algebra, EegDatasetReader.Read(path, [])).Participants[0], Job);

    private static string Refused(Action action) => Assert.Throws<InputDataException>(action).Message;

    [Fact]
    public void Trials_of_unequal_length_are_decoded_and_each_counts_by_its_windows()
    {
        using var folder = new TempFolder();
        var result = Decode(Cnd(folder, [640, 900, 1500, 640, 777]));
        Assert.Equal([10 + 14 + 23 + 10 + 12, 2 + 2 + 4 + 2 + 2], result.Accuracy.Select(a => a.WindowCount));
        Assert.InRange(result.Accuracy[1].Accuracy, 0.9, 1);
    }

    [Fact]
    public void Broken_channels_are_named_with_their_place_and_can_be_left_out()
    {
        using var folder = new TempFolder();
        string path = Cnd(folder, [640, 640, 640, 640], (t, v) =>
        {
            for (int n = 0; n < 640; n++)
            {
                v[4 * 640 + n] = 3; // channel 5 is flat
                v[7 * 640 + n] = v[6 * 640 + n]; // channel 8 copies 7
            }
            if (t == 2) v[9 * 640 + 17] = double.NaN;
        });
        Assert.Contains("trial 1: channel 5 is flat", Refused(() => Decode(path)), StringComparison.Ordinal);
        Assert.Contains("channel 8 is a copy of 7", Refused(() => Decode(path, new PreprocessingPlan { DropChannels = ["5"] })), StringComparison.Ordinal);
        Assert.Contains("trial 3: channel 10, sample 17 is NaN", Refused(() => Decode(path, new PreprocessingPlan { DropChannels = ["5", "8"] })), StringComparison.Ordinal);
        var result = Decode(path, new PreprocessingPlan { DropChannels = ["5", "8", "10"], Reference = "average" });
        Assert.Contains(result.Flags, f => f.Contains("7 scalp channels have rank 6", StringComparison.Ordinal));
        Assert.True(double.IsFinite(result.MeanAttended) && result.MeanAttended > 0.5);
    }

    [Fact]
    public void A_stimulus_at_another_rate_or_of_another_trial_is_caught()
    {
        using var folder = new TempFolder();
        Assert.Contains("has 1280 samples, the EEG of the trial 640. Envelope and EEG are at different rates, or of different trials", Refused(() => Decode(Cnd(folder, [640, 640, 640], stimulusSamples: 1280))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_stimulus_is_refused()
    {
        using var folder = new TempFolder();
        var dataset = EegDatasetReader.Read(Cnd(folder, [640, 640, 640]), []);
        Array.Fill(dataset.Participants[0].Trials[1].Envelopes[1], 0.25);
        Assert.Contains("trial 2: envelope 1 (unattended envelope 1 2) is constant: the talker is silent", Refused(() => new PreprocessingPlan().Apply(Algebra, dataset)), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_trials_than_the_nested_folds_need_are_refused_with_the_number()
    {
        using var folder = new TempFolder();
        Assert.Contains("There are 2 trials; nested leave-one-trial-out needs three at least", Refused(() => Decode(Cnd(folder, [640, 640]))), StringComparison.Ordinal);
    }

    [Fact]
    public void With_three_talkers_chance_is_a_third()
    {
        using var folder = new TempFolder();
        var result = Decode(Cnd(folder, [640, 640, 640, 640, 640], talkers: 3));
        Assert.All(result.Accuracy, a => Assert.Equal(1.0 / 3, a.Chance, 1e-12));
        Assert.InRange(result.Accuracy[1].Accuracy, 0.9, 1);
        Assert.All(result.Trials, t => Assert.Equal(3, t.Correlation.Length));
    }

    /// <summary>Labels that never change are no hindrance for reconstruction (the other envelope is the other class), and the null still has both.</summary>
    [Fact]
    public void Trials_of_one_class_are_decoded_against_a_null_with_both()
    {
        using var folder = new TempFolder();
        var result = Decode(Cnd(folder, [640, 640, 640, 640, 640, 640]));
        Assert.All(result.Trials, t => Assert.Equal(0, t.AttendedIndex));
        Assert.InRange(result.Accuracy[0].PermutationLimit95, 0.45, 0.99);
        Assert.True(result.Accuracy[0].Accuracy > result.Accuracy[0].PermutationLimit95 - 0.35 && result.Accuracy[0].PermutationP > 0);
    }
}
