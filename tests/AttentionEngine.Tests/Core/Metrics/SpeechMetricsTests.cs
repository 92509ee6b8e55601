using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Metrics;

public class SpeechMetricsTests
{
    /// <summary>A generator that the NumPy golden uses too.</summary>
    private static double[] Congruential(int count, ulong seed)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            seed = unchecked(seed * 6364136223846793005UL + 1442695040888963407UL);
            values[i] = (seed >> 11) / (double)(1UL << 53) - 0.5;
        }
        return values;
    }

    /// <summary>Two seconds of noise under a speech-like envelope, with pauses.</summary>
    private static float[] Speech(double rateHz, int count)
    {
        double[] noise = Congruential(count, 1);
        return [.. noise.Select((v, i) => (float)(Math.Max(0, Math.Sin(2 * Math.PI * 1.7 * i / rateHz)) * (0.3 + Math.Pow(Math.Sin(2 * Math.PI * 4.3 * i / rateHz), 2)) * v))];
    }

    [Theory] // golden values: a direct NumPy transcription of the reference implementation's steps
    [InlineData(0.0, 0.9999999999999977)]
    [InlineData(0.1, 0.9065902894169688)]
    [InlineData(0.5, 0.44330656436049687)]
    public void Estoi_is_that_of_the_reference(double noiseGain, double expected)
    {
        float[] clean = Speech(10_000, 20_000);
        double[] noise = Congruential(20_000, 2);
        float[] noisy = [.. clean.Select((v, i) => (float)(v + noiseGain * noise[i]))];
        Assert.Equal(expected, Estoi.Score(clean, noisy, 10_000), 1e-9);
        Assert.Equal(expected, Estoi.Score([.. clean.Select(v => 0.2f * v)], noisy, 10_000), 1e-4); // level does not matter
    }

    [Fact]
    public void Estoi_at_another_rate_falls_with_noise_and_needs_a_segment()
    {
        float[] clean = Speech(16_000, 48_000);
        double[] noise = Congruential(48_000, 5);
        double[] scores = [.. new[] { 0.0, 0.05, 0.2, 1 }.Select(g => Estoi.Score(clean, [.. clean.Select((v, i) => (float)(v + g * noise[i]))], 16_000))];
        Assert.Equal(1, scores[0], 1e-9);
        Assert.True(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] > scores[3] && scores[3] > -0.1);
        Assert.True(double.IsNaN(Estoi.Score(clean.AsSpan(0, 3000), clean.AsSpan(0, 3000), 16_000)));
    }

    [Fact]
    public void SiSdr_of_known_mixtures()
    {
        var random = new SeededRandom(1);
        float[] s = [.. Enumerable.Range(0, 200_000).Select(_ => (float)random.Normal())];
        float[] n = [.. s.Select(_ => (float)random.Normal())];
        Assert.Equal(10, SiSdr.Db(s, [.. s.Select((v, i) => 3 * (v + n[i] / MathF.Sqrt(10)) + 5)]), 0.05); // scale and offset do not matter
        Assert.Equal(SiSdr.Db(s, n), SiSdr.Db([.. s.Select(v => -2 * v)], n), 1e-9);
        Assert.True(SiSdr.Db(s, n) < -35);
        Assert.True(SiSdr.Db(s, s) > 300 || double.IsPositiveInfinity(SiSdr.Db(s, s)));
        Assert.Equal(double.NegativeInfinity, SiSdr.Db(s, new float[s.Length]));
        Assert.True(double.IsNaN(SiSdr.Db(new float[10], s.AsSpan(0, 10))));
        Assert.Throws<ArgumentException>(() => SiSdr.Db(s, s.AsSpan(1)));
    }

    [Fact]
    public void SiSdr_with_declared_delay_and_mask_ignores_rumble()
    {
        var random = new SeededRandom(2);
        const int n = 64_000, delay = 37;
        var s = new float[n];
        var x = new float[n];
        var mask = new bool[n];
        for (int i = 0; i < n; i++)
        {
            s[i] = (float)random.Normal();
            mask[i] = i / 4000 % 2 == 0;
        }
        for (int i = delay; i < n; i++)
            x[i] = (float)(s[i - delay] + (mask[i - delay] ? 0.1 : 1) * random.Normal() + 5 * Math.Sin(2 * Math.PI * 20 * i / 16000.0));
        Assert.Equal(20, SiSdr.Db(s, x, 16000, delay, mask), 0.5); // 20 Hz at +22 dB is gone, the other half does not count
        Assert.True(SiSdr.Db(s, x, 16000, delay) < 4);
        Assert.True(SiSdr.Db(s, x, 16000, delay - 1, mask) < -20);
        Assert.True(double.IsNaN(SiSdr.Db(s, x, 16000, delay, new bool[n])));
    }
}
