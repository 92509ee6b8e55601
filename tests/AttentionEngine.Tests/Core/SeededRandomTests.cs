using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core;

public class SeededRandomTests
{
    [Fact]
    public void Same_seed_gives_the_same_numbers_and_forks_do_not_depend_on_draws()
    {
        var a = new SeededRandom(7);
        var b = new SeededRandom(7);
        Assert.Equal(a.NextUInt64(), b.NextUInt64());
        double forkBefore = new SeededRandom(7).Fork("eeg").Uniform();
        for (int i = 0; i < 100; i++) a.Normal();
        Assert.Equal(forkBefore, a.Fork("eeg").Uniform());
        Assert.NotEqual(forkBefore, a.Fork("gaze").Uniform());
    }

    [Fact]
    public void Normal_has_unit_variance()
    {
        var random = new SeededRandom(1);
        double sum = 0, sumSquares = 0;
        const int n = 100_000;
        for (int i = 0; i < n; i++) { double x = random.Normal(); sum += x; sumSquares += x * x; }
        Assert.InRange(sum / n, -0.02, 0.02);
        Assert.InRange(sumSquares / n, 0.97, 1.03);
    }
}
