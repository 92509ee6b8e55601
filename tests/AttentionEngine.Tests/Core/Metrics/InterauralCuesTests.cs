using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Metrics;

public class InterauralCuesTests
{
    // A sum of tones, so that any delay is exact.
    private static float[] Tones(double delayS, double gain)
    {
        var random = new SeededRandom(4);
        var tones = Enumerable.Range(0, 60).Select(_ => (Hz: random.Uniform(150, 3000), Phase: random.Uniform(0, 6.28))).ToArray();
        return [.. Enumerable.Range(0, 16000).Select(i => (float)(gain * tones.Sum(t => Math.Sin(2 * Math.PI * t.Hz * (i / 16000.0 - delayS) + t.Phase))))];
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(367, 5.9)]
    [InlineData(-500.5, -9)]
    [InlineData(13.3, 0.4)]
    public void Known_differences_are_found_to_a_microsecond(double itdUs, double ildDb)
    {
        var cues = InterauralCues.Measure(Tones(0, 1), Tones(itdUs * 1e-6, Math.Pow(10, -ildDb / 20)), 16000);
        Assert.Equal(itdUs, cues.ItdUs, 1.5);
        Assert.Equal(ildDb, cues.IldDb, 0.05);
    }

    [Fact]
    public void Masked_samples_do_not_count_and_silence_is_not_a_number()
    {
        float[] left = Tones(0, 1), right = Tones(200e-6, 0.5);
        var mask = new bool[16000];
        mask.AsSpan(0, 8000).Fill(true);
        for (int i = 9000; i < 16000; i++) left[i] = 0;
        Assert.Equal(200, InterauralCues.Measure(left, right, 16000, mask).ItdUs, 3.0);
        Assert.True(double.IsNaN(InterauralCues.Measure(new float[16000], right, 16000).IldDb));
    }
}
