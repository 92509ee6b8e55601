using AttentionEngine.Core.Randomness;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Tests.Pipeline;

public class BeamSketchTests
{
    private const int Talkers = 2, Frames = 640;

    private static double[] Sketch(float[] samples, long first)
    {
        var sketch = new double[Talkers * BeamSketch.Sums];
        BeamSketch.Of(samples, Frames, first, sketch);
        return sketch;
    }

    [Theory]
    [InlineData("one sample")]
    [InlineData("noise")]
    [InlineData("constant")]
    public void The_size_of_a_difference_is_known_whatever_its_shape(string shape)
    {
        var random = new SeededRandom(7);
        double sum = 0;
        const int draws = 200;
        for (int draw = 0; draw < draws; draw++)
        {
            float[] one = [.. Enumerable.Range(0, Talkers * Frames).Select(_ => (float)(0.1 * random.Normal()))], two = [.. one];
            int changed = random.Index(Frames);
            for (int i = 0; i < Frames; i++) two[Frames + i] += shape switch { "one sample" => i == changed ? 0.01f : 0, "noise" => (float)(1e-3 * random.Normal()), _ => 1e-3f };
            double rms = Math.Sqrt(Enumerable.Range(Frames, Frames).Average(i => Math.Pow((double)two[i] - one[i], 2)));
            double[] a = Sketch(one, draw * Frames), b = Sketch(two, draw * Frames);
            Assert.Equal(0, BeamSketch.RmsDifference(a.AsSpan(0, BeamSketch.Sums), b.AsSpan(0, BeamSketch.Sums), Frames));
            double found = BeamSketch.RmsDifference(a.AsSpan(BeamSketch.Sums), b.AsSpan(BeamSketch.Sums), Frames);
            Assert.InRange(found, 1e-9, 4 * rms);
            sum += found * found / (rms * rms);
        }
        Assert.InRange(sum / draws, 0.8, 1.2); // unbiased in energy
    }

    [Fact]
    public void A_tick_without_sound_has_zeros()
    {
        var sketch = new double[BeamSketch.Sums];
        Array.Fill(sketch, 3);
        BeamSketch.Of([], 0, 12, sketch);
        Assert.All(sketch, s => Assert.Equal(0, s));
    }
}
