using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Tests.Core;

public class ResamplerTests
{
    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(48000, 16000)]
    [InlineData(8000, 16000)]
    [InlineData(16000, 64)]
    [InlineData(24000, 44100)]
    public void A_sine_below_the_lower_Nyquist_keeps_its_amplitude_and_place(double from, double to)
    {
        double frequencyHz = 0.3 * Math.Min(from, to);
        var input = Sine(frequencyHz, from, (int)(from * 2));
        float[] output = Resampler.Resample(input, from, to);
        Assert.Equal((int)Math.Ceiling(input.Length * to / from), output.Length);
        float[] expected = Sine(frequencyHz, to, output.Length);
        int margin = 70; // the filter reaches beyond the ends of the input there
        double worst = 0;
        for (int i = margin; i < output.Length - margin; i++) worst = Math.Max(worst, Math.Abs(output[i] - expected[i]));
        Assert.InRange(worst, 0, 2e-4);
    }

    [Fact]
    public void What_the_lower_rate_cannot_hold_is_gone()
    {
        float[] output = Resampler.Resample(Sine(9000, 48000, 48000), 48000, 16000);
        Assert.InRange(output.AsSpan(100, output.Length - 200).ToArray().Max(Math.Abs), 0, 4e-5);
    }

    [Fact]
    public void Equal_rates_copy_and_impossible_rates_are_refused()
    {
        var input = Sine(440, 16000, 100);
        Assert.Equal(input, Resampler.Resample(input, 16000, 16000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(0, 16000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(16000, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(16000.001, 15999.999));
    }

    private static float[] Sine(double frequencyHz, double rateHz, int count) =>
        Enumerable.Range(0, count).Select(i => (float)Math.Sin(2 * Math.PI * frequencyHz * i / rateHz)).ToArray();
}
