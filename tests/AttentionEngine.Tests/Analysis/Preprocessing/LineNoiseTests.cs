using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Analysis.Preprocessing;

public class LineNoiseTests
{
    private const double RateHz = 256;

    private static EegDataset Hum(double mainsHz)
    {
        var made = EegPreprocessingTests.Made(1, 256 * 20, (_, n, c) => 50 + Math.Sin(2 * Math.PI * 5 * n / RateHz + c) + 10 * Math.Sin(2 * Math.PI * mainsHz * n / RateHz) + 4 * Math.Sin(2 * Math.PI * 2 * mainsHz * n / RateHz), new EegChannel("Cz", EegChannelType.Eeg), new EegChannel("Pz", EegChannelType.Eeg));
        return made with { Participants = [made.Participants[0] with { RateHz = RateHz }] };
    }

    private static double Amplitude(double[] eeg, double hz) => 2 * System.Numerics.Complex.Abs(Enumerable.Range(256 * 4, 256 * 10).Aggregate(System.Numerics.Complex.Zero, (sum, n) => sum + eeg[2 * n] * System.Numerics.Complex.Exp(-2 * Math.PI * System.Numerics.Complex.ImaginaryOne * hz * n / RateHz))) / 2560;

    [Theory, InlineData(LineNoiseMethod.Notch, false), InlineData(LineNoiseMethod.Notch, true), InlineData(LineNoiseMethod.Regression, false)]
    public void Hum_and_its_multiples_go_and_the_signal_stays(LineNoiseMethod method, bool causal)
    {
        var result = LineNoise.Remove(Hum(50), 50, method, causal);
        double[] eeg = result.Participants[0].Trials[0].Eeg;
        Assert.InRange(Amplitude(eeg, 50), 0, 0.01);
        Assert.InRange(Amplitude(eeg, 100), 0, 0.01);
        Assert.InRange(Amplitude(eeg, 5), 0.99, 1.01);
        Assert.Contains(method == LineNoiseMethod.Regression ? "fitted in windows of 4 s" : causal ? "causal, delay 0.2 ms at 5 Hz" : "zero phase", result.Provenance[^1].Detail, StringComparison.Ordinal);
        Assert.StartsWith("50, 100 Hz", result.Provenance[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_is_refused()
    {
        Assert.Contains("above half the rate", Assert.Throws<ConfigurationException>(() => LineNoise.Remove(EegPreprocessingTests.Made(1, 64, (_, n, _) => n, new EegChannel("Cz", EegChannelType.Eeg)), 50, LineNoiseMethod.Notch, false)).Message, StringComparison.Ordinal);
        Assert.Contains("not causal", Assert.Throws<ConfigurationException>(() => LineNoise.Remove(Hum(50), 50, LineNoiseMethod.Regression, causal: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_notch_passes_nothing_at_its_centre_and_half_the_power_at_its_edges()
    {
        var notch = NotchDesign.Notch(50, 2, 256);
        Assert.Equal(0, System.Numerics.Complex.Abs(ButterworthDesign.Response([notch], 50, 256)), 1e-12);
        Assert.Equal(1, System.Numerics.Complex.Abs(ButterworthDesign.Response([notch], 0, 256)), 1e-12);
        Assert.Equal(Math.Sqrt(0.5), System.Numerics.Complex.Abs(ButterworthDesign.Response([notch], 51.0073, 256)), 2e-3);
    }
}
