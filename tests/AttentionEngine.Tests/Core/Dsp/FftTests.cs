using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Dsp;

public class FftTests
{
    private static double[] Noise(int n, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, n).Select(_ => random.Normal())];
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(256)]
    public void Complex_transform_equals_the_sum_it_stands_for_and_inverts(int n)
    {
        double[] re0 = Noise(n, 1), im0 = Noise(n, 2);
        double[] re = [.. re0], im = [.. im0];
        var fft = new Fft<double>(n);
        fft.Forward(re, im);
        for (int k = 0; k < n; k++)
        {
            double sr = 0, si = 0;
            for (int i = 0; i < n; i++)
            {
                double a = -2 * Math.PI * k * i / n;
                sr += re0[i] * Math.Cos(a) - im0[i] * Math.Sin(a);
                si += re0[i] * Math.Sin(a) + im0[i] * Math.Cos(a);
            }
            Assert.Equal(sr, re[k], 1e-10);
            Assert.Equal(si, im[k], 1e-10);
        }
        fft.Inverse(re, im);
        for (int i = 0; i < n; i++) { Assert.Equal(re0[i], re[i], 1e-12); Assert.Equal(im0[i], im[i], 1e-12); }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(512)]
    public void Real_transform_equals_the_complex_one_and_inverts(int n)
    {
        double[] x = Noise(n, 3), re = [.. x], im = new double[n];
        new Fft<double>(n).Forward(re, im);
        var real = new RealFft<double>(n);
        double[] hr = new double[real.Bins], hi = new double[real.Bins], back = new double[n];
        real.Forward(x, hr, hi);
        for (int k = 0; k < real.Bins; k++) { Assert.Equal(re[k], hr[k], 1e-11); Assert.Equal(im[k], hi[k], 1e-11); }
        real.Inverse(hr, hi, back);
        for (int i = 0; i < n; i++) Assert.Equal(x[i], back[i], 1e-12);
    }

    [Fact]
    public void Single_precision_is_close_to_double_and_allocates_nothing()
    {
        const int n = 1024;
        double[] x = Noise(n, 4);
        float[] xf = [.. x.Select(v => (float)v)];
        var single = new RealFft<float>(n);
        var reference = new RealFft<double>(n);
        float[] fr = new float[single.Bins], fi = new float[single.Bins];
        double[] dr = new double[single.Bins], di = new double[single.Bins];
        single.Forward(xf, fr, fi);
        long before = GC.GetAllocatedBytesForCurrentThread();
        single.Forward(xf, fr, fi);
        single.Inverse(fr, fi, xf);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        reference.Forward(x, dr, di);
        for (int k = 0; k < single.Bins; k++) Assert.Equal(dr[k], fr[k], 1e-3);
        for (int i = 0; i < n; i++) Assert.Equal(x[i], xf[i], 1e-5);
    }

    [Fact]
    public void Sizes_that_are_not_powers_of_two_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fft<float>(12));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealFft<float>(2));
        Assert.Throws<ArgumentException>(() => new RealFft<float>(8).Forward(new float[8], new float[4], new float[5]));
    }

    [Fact]
    public void Exact_functions_agree_with_the_library_to_the_last_bits()
    {
        for (double a = -50; a < 50; a += 0.0371)
        {
            var (s, c) = ExactMath.SinCos(a);
            Assert.Equal(Math.Sin(a), s, 1e-15);
            Assert.Equal(Math.Cos(a), c, 1e-15);
            Assert.Equal(Math.Atan(a), ExactMath.Atan(a), 2e-15);
        }
        for (double x = -1; x <= 1; x += 0.0013) Assert.Equal(Math.Acos(x), ExactMath.Acos(x), 1e-14);
    }
}
