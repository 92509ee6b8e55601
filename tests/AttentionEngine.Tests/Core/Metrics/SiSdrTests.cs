using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Metrics;

public class SiSdrTests
{
    private static float[] Noise(int n, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, n).Select(_ => (float)random.Normal())];
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.1)]
    public void A_known_ratio_is_found_whatever_the_scale_and_with_the_declared_delay(double scale)
    {
        const int n = 40000, delay = 37;
        float[] s = Noise(n, 1), v = Noise(n, 2), y = new float[n];
        for (int i = delay; i < n; i++) y[i] = (float)(scale * (s[i - delay] + 0.1 * v[i]));
        Assert.Equal(20, SiSdr.Db(s, y, 16000, delay), 0.15);
        Assert.True(SiSdr.Db(s, y, 16000) < -20); // no delay is fitted
    }

    [Fact]
    public void Rumble_does_not_count_masked_samples_do_not_count_and_silence_is_not_a_number()
    {
        const int n = 32000;
        float[] s = Noise(n, 1), v = Noise(n, 2), y = [.. s];
        for (int i = 0; i < n; i++) y[i] += (float)(10 * Math.Sin(2 * Math.PI * 10 * i / 16000));
        var later = new bool[n];
        later.AsSpan(4000).Fill(true); // the onset of the rumble is no rumble
        Assert.True(SiSdr.Db(s, y, 16000, 0, later) > 50);
        var mask = new bool[n];
        mask.AsSpan(n / 2).Fill(true);
        for (int i = 0; i < n / 2 - 200; i++) y[i] = v[i];
        Assert.True(SiSdr.Db(s, y, 16000, 0, mask) > 35);
        Assert.True(double.IsNaN(SiSdr.Db(new float[n], y, 16000)));
        Assert.Equal(double.PositiveInfinity, SiSdr.Db(s, s, 16000));
    }
}
