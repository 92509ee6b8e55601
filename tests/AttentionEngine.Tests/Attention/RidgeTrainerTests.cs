using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Attention;

public class RidgeTrainerTests
{
    /// <summary>White EEG, envelope = known weights on it: the weights come back.</summary>
    [Fact]
    public void Finds_the_weights_that_made_the_envelope()
    {
        const int channels = 3, lags = 5, frames = 20_000;
        var random = new SeededRandom(2);
        float[] truth = [.. Enumerable.Range(0, channels * lags).Select(_ => (float)random.Normal())];
        float[] eeg = [.. Enumerable.Range(0, frames * channels).Select(_ => (float)random.Normal())];
        var envelope = EegFrontEnd.Reconstruct(eeg, channels, truth);
        var trainer = new RidgeTrainer(channels, lags);
        trainer.Add(eeg, envelope);
        var found = trainer.Solve(1e-6);
        for (int i = 0; i < truth.Length; i++) Assert.Equal(truth[i], found[i], 1e-3);
        Assert.Equal(frames, trainer.Samples);
    }

    [Fact]
    public void Taking_a_trial_away_is_as_if_it_had_not_been_added()
    {
        var random = new SeededRandom(3);
        float[] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => (float)random.Normal())];
        RidgeTrainer a = new(4, 3), b = new(4, 3), both = new(4, 3);
        float[] eegA = Draw(800), yA = Draw(200), eegB = Draw(800), yB = Draw(200);
        a.Add(eegA, yA);
        b.Add(eegB, yB);
        both.Add(eegA, yA);
        both.Add(eegB, yB);
        both.Add(b, -1);
        var expected = a.Solve(0.1);
        var found = both.Solve(0.1);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-6);
        Assert.Equal(200, both.Samples);
    }

    [Fact]
    public void Bad_training_data_are_refused()
    {
        var trainer = new RidgeTrainer(2, 3);
        Assert.Throws<InputDataException>(() => trainer.Solve(1));
        Assert.Throws<InputDataException>(() => trainer.Add([1, float.NaN, 2, 3], [1, 2]));
        Assert.Throws<ArgumentException>(() => trainer.Add([1, 2, 3], [1, 2]));
    }

    /// <summary>
    /// Real EEG: three trials of a subject, each decoded by the model of the other two, against the reference figures of the data's page
    /// (plain ridge, lags to about 420 ms): S1 mean r 0.080, S7 mean r 0.200; envelopes shifted in time as the null.
    /// </summary>
    [Theory]
    [InlineData("S1", 0.080)]
    [InlineData("S7", 0.200)]
    public void Real_eeg_gives_the_reference_correlation(string subject, double reference)
    {
        string folder = SharedData.PathOrSkip("data/eeg/dtu_single_talker");
        const int channels = 64, lags = 28, trials = 3;
        var eeg = new float[trials][];
        var envelope = new float[trials][];
        var parts = new RidgeTrainer[trials];
        var all = new RidgeTrainer(channels, lags);
        for (int t = 0; t < trials; t++)
        {
            var arrays = NpyReader.ReadNpz(Path.Combine(folder, $"DTU_{subject}_{t:000}.npz"));
            float[] raw = arrays["eeg"].ToSingles();
            double[] timesS = [.. Enumerable.Range(0, raw.Length / channels).Select(i => i / 64.0)];
            eeg[t] = EegFrontEnd.EegToGrid(raw, timesS, channels, 64, 0, timesS.Length);
            envelope[t] = EegFrontEnd.Envelope(arrays["envelope"].ToSingles());
            parts[t] = new RidgeTrainer(channels, lags);
            parts[t].Add(eeg[t], envelope[t]);
            all.Add(parts[t]);
        }
        double r = 0, shifted = 0;
        for (int t = 0; t < trials; t++)
        {
            all.Add(parts[t], -1);
            var s = EegFrontEnd.Reconstruct(eeg[t], channels, all.Solve(0.1));
            all.Add(parts[t]);
            int from = 64, count = s.Length - lags - 64;
            r += EegFrontEnd.Correlation(s.AsSpan(from, count), envelope[t].AsSpan(from, count)) / trials;
            for (int shift = 5; shift <= 20; shift += 5)
                shifted += EegFrontEnd.Correlation(s.AsSpan(from, count - shift * 64), envelope[t].AsSpan(from + shift * 64, count - shift * 64)) / (trials * 4);
        }
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"{subject}: r {r:F3}, reference {reference:F3}, shifted envelopes {shifted:F3}"));
        Assert.InRange(r, reference - 0.04, reference + 0.06);
        Assert.InRange(Math.Abs(shifted), 0, 0.06);
    }
}
