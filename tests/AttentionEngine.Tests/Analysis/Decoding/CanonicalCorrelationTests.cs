using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>Acceptance 5: canonical correlations within 1e-10.</summary>
public sealed class CanonicalCorrelationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Correlations_of_EEG_and_lagged_envelope_are_the_golden_ones(bool swapped)
    {
        var data = GoldenSet.Load("tiny_64hz");
        LaggedStatistics? envelope = null, eeg = null;
        for (int t = 0; t < 6; t++)
        {
            var e = LaggedStatistics.Of(GoldenSet.Algebra, data.Envelopes[t][0], 1, data.Eeg[t], 16, LagRange.Forward(0, 0.25, 64));
            var x = LaggedStatistics.Of(GoldenSet.Algebra, data.Eeg[t], 16, data.Envelopes[t][0], 1, new LagRange(0, 1));
            foreach (var statistics in new[] { e, x }) // each trial about its own mean, as theirs
                statistics.ShiftOrigin([.. statistics.Sums.Select(v => v / statistics.Samples)], [.. statistics.TargetSums.Select(v => v / statistics.Samples)]);
            if (envelope is null) (envelope, eeg) = (e, x);
            else { envelope.Add(e); eeg!.Add(x); }
        }
        var cross = envelope!.Cross; // [channel × lag]
        var transposed = new double[17 * 16];
        for (int c = 0; c < 16; c++)
            for (int l = 0; l < 17; l++) transposed[l * 16 + c] = cross[c * 17 + l];
        var cca = swapped
            ? CanonicalCorrelation.Of(GoldenSet.Algebra, envelope.Covariance, 17, eeg!.Covariance, 16, transposed)
            : CanonicalCorrelation.Of(GoldenSet.Algebra, eeg!.Covariance, 16, envelope.Covariance, 17, cross);
        double[] golden = NpyReader.ReadNpz(SharedData.PathOrSkip("bench/aad/golden/tiny_64hz_cca_meegkit.npz"))["R"].ToDoubles();
        Assert.Equal(16, cca.Correlation.Length);
        for (int c = 0; c < 16; c++) Assert.Equal(golden[c], cca.Correlation[c], 1e-10);
        // The filters give what is promised: a C_xy b = r, outputs of unit power.
        double[] a = swapped ? cca.Second : cca.First, b = swapped ? cca.First : cca.Second;
        for (int c = 0; c < 3; c++)
        {
            double r = 0, power = 0;
            for (int i = 0; i < 16; i++)
            {
                for (int l = 0; l < 17; l++) r += a[c * 16 + i] * cross[i * 17 + l] * b[c * 17 + l];
                for (int j = 0; j < 16; j++) power += a[c * 16 + i] * eeg.Covariance[i * 16 + j] * a[c * 16 + j];
            }
            Assert.Equal(golden[c], r, 1e-9);
            Assert.Equal(1, power, 1e-9);
        }
    }

    [Fact]
    public void A_singular_side_is_named()
    {
        var error = Assert.Throws<InputDataException>(() => CanonicalCorrelation.Of(GoldenSet.Algebra, [1, 1, 1, 1], 2, [1], 1, [0.5, 0.5]));
        Assert.Contains("covariance of the EEG", error.Message, StringComparison.Ordinal);
    }
}
