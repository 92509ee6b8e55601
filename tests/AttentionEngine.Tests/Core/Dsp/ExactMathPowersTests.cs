using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Dsp;

public class ExactMathPowersTests
{
    [Fact]
    public void Agrees_with_the_c_library()
    {
        var random = new SeededRandom(3);
        for (int i = 0; i < 20_000; i++)
        {
            double x = random.Uniform(-20, 20);
            Assert.Equal(Math.Sin(x), ExactMath.SinCos(x).Sin, 1e-14);
            Assert.Equal(Math.Cos(x), ExactMath.SinCos(x).Cos, 1e-14);
            Assert.Equal(1, ExactMath.Exp(x) / Math.Exp(x), 1e-13);
            double p = Math.Exp(x);
            Assert.Equal(x, ExactMath.Log(p), 1e-13);
            Assert.Equal(1, ExactMath.Pow(p, 0.6) / Math.Pow(p, 0.6), 1e-13);
        }
        Assert.Equal(0, ExactMath.Pow(0, 0.6));
        Assert.Equal(double.NegativeInfinity, ExactMath.Log(0));
        Assert.True(double.IsNaN(ExactMath.Log(-1)));
        Assert.Equal(1024, ExactMath.Exp2(10));
    }
}
