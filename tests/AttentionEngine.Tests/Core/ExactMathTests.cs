using AttentionEngine.Core.Numerics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core;

public class ExactMathTests
{
    [Fact]
    public void Agrees_with_the_library_to_a_few_units_in_the_last_place()
    {
        var random = new SeededRandom(3);
        for (int i = 0; i < 20_000; i++)
        {
            double x = Math.Exp(random.Uniform(-600, 600)), e = random.Uniform(-700, 700), y = random.Normal(), z = random.Normal();
            Assert.True(Relative(ExactMath.Log(x), Math.Log(x)) < 2e-15, $"Log({x:R})");
            Assert.True(Relative(ExactMath.Exp(e), Math.Exp(e)) < 2e-15 , $"Exp({e:R})");
            Assert.True(Math.Abs(ExactMath.Atan2(y, z) - Math.Atan2(y, z)) < 4e-15, $"Atan2({y:R}, {z:R})");
        }
    }

    [Fact]
    public void Edge_cases_are_those_of_the_library()
    {
        Assert.Equal(double.NegativeInfinity, ExactMath.Log(0));
        Assert.True(double.IsNaN(ExactMath.Log(-1)));
        Assert.Equal(Math.Log(1e-310), ExactMath.Log(1e-310), 1e-12);
        Assert.Equal(0, ExactMath.Log(1));
        Assert.Equal(1, ExactMath.Exp(0));
        Assert.Equal(0, ExactMath.Exp(-1000));
        Assert.Equal(double.PositiveInfinity, ExactMath.Exp(1000));
        Assert.Equal(0.5, ExactMath.Logistic(0));
        Assert.Equal(Math.PI, ExactMath.Atan2(0, -1), 1e-15);
        Assert.Equal(-Math.PI / 2, ExactMath.Atan2(-1, 0), 1e-15);
        Assert.Equal(20, ExactMath.PowerToDb(100), 1e-13);
        Assert.Equal(100, ExactMath.DbToPower(20), 1e-11);
    }

    private static double Relative(double actual, double expected) => Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), 1e-300);
}
