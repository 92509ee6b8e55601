using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public sealed class TrialFingerprintTests
{
    /// <summary>Real EEG of five subjects, 10 trials each, labels drawn per trial: the popular split 'decodes' them, the honest one does not.</summary>
    [Fact]
    public void On_real_EEG_random_windows_decode_labels_that_mean_nothing_and_whole_trials_do_not()
    {
        var results = new List<FingerprintResult>();
        foreach (int subject in new[] { 1, 2, 3, 5, 7 })
        {
            double[][] eeg = [.. Enumerable.Range(0, 10).Select(t => NpyReader.ReadNpz(SharedData.PathOrSkip($"data/eeg/dtu_single_talker/DTU_S{subject}_{t:000}.npz"))["eeg"].ToDoubles())];
            results.Add(TrialFingerprint.Measure(GoldenSet.Algebra, eeg, 64, 64, 20, new SeededRandom((ulong)subject)));
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"subject {subject}: random windows {results[^1].RandomWindows:P1}, trial-disjoint {results[^1].TrialDisjoint:P1}"));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"mean: random windows {results.Average(r => r.RandomWindows):P1}, trial-disjoint {results.Average(r => r.TrialDisjoint):P1}"));
        Assert.All(results, r => Assert.InRange(r.RandomWindows, 0.65, 1));
        Assert.InRange(results.Average(r => r.TrialDisjoint), 0.45, 0.55);
    }

    [Fact]
    public void Noise_that_is_the_same_in_all_trials_has_no_fingerprint()
    {
        var random = new SeededRandom(4);
        double[][] eeg = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 20 * 32 * 6).Select(_ => random.Normal()).ToArray())];
        var result = TrialFingerprint.Measure(GoldenSet.Algebra, eeg, 6, 32, 30, random);
        Assert.InRange(result.RandomWindows, 0.44, 0.56);
        Assert.InRange(result.TrialDisjoint, 0.40, 0.60);
        Assert.Throws<InputDataException>(() => TrialFingerprint.Measure(GoldenSet.Algebra, eeg[..3], 6, 32, 1, random));
    }

    [Fact]
    public void Shrinkage_is_none_with_many_rows_of_unlike_variance_and_much_with_few()
    {
        var random = new SeededRandom(9);
        int p = 12;
        double Trace(int rows, out double smallest)
        {
            double[] x = [.. Enumerable.Range(0, rows * p).Select(i => random.Normal() * (1 + i % p))];
            double[] c = ShrinkageDiscriminant.ShrunkCovariance(GoldenSet.Algebra, x, p);
            var values = new double[p];
            double trace = Enumerable.Range(0, p).Sum(i => c[i * p + i]);
            GoldenSet.Algebra.SymmetricEigen(c, p, values);
            smallest = values[0] / trace;
            return trace;
        }
        Trace(20_000, out double many);
        Trace(4, out double few);
        Assert.Equal(1.0 / 650, many, 2e-4); // 1² of the sum of squares 1 … 12
        Assert.True(few > 10 * many, $"{few} against {many}");
    }
}
