using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Dsp;

public class PortableMathTests
{
    [Fact]
    public void Agrees_with_the_c_library()
    {
        var random = new SeededRandom(3);
        for (int i = 0; i < 20_000; i++)
        {
            double x = random.Uniform(-20, 20);
            Assert.Equal(Math.Sin(x), PortableMath.Sin(x), 1e-14);
            Assert.Equal(Math.Cos(x), PortableMath.Cos(x), 1e-14);
            Assert.Equal(1, PortableMath.Exp(x) / Math.Exp(x), 1e-13);
            double p = Math.Exp(x);
            Assert.Equal(x, PortableMath.Log(p), 1e-13);
            Assert.Equal(1, PortableMath.Pow(p, 0.6) / Math.Pow(p, 0.6), 1e-13);
        }
        Assert.Equal(0, PortableMath.Pow(0, 0.6));
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.True(double.IsNaN(PortableMath.Log(-1)));
        Assert.Equal(1024, PortableMath.Exp2(10));
    }
}
