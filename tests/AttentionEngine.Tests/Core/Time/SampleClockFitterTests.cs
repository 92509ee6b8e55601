using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Core.Time;

public class SampleClockFitterTests
{
    /// <summary>Feeds samples with jitter, one chunk sharing one jitter, and returns the errors of the fitted stamps.</summary>
    private static (double[] ErrorsS, SampleClockFitter Fitter, int[] SampleNumbers) Run(double nominalHz, double ppm, double jitterS, int chunk, int chunks,
        ulong seed, double startS = 10_000, Func<int, bool>? isLost = null)
    {
        var random = new SeededRandom(seed);
        var fitter = new SampleClockFitter(nominalHz);
        double periodS = 1 / (nominalHz * (1 + ppm * 1e-6));
        var errors = new List<double>();
        var numbers = new List<int>();
        var stamps = new double[chunk];
        var smooth = new double[chunk];
        for (int c = 0; c < chunks; c++)
        {
            if (isLost?.Invoke(c * chunk) ?? false) continue;
            double jitter = random.Normal(0, jitterS);
            for (int i = 0; i < chunk; i++) stamps[i] = startS + (c * chunk + i) * periodS + jitter;
            fitter.Add(stamps, smooth);
            for (int i = 0; i < chunk; i++)
            {
                errors.Add(smooth[i] - (startS + (c * chunk + i) * periodS));
                numbers.Add(c * chunk + i);
            }
        }
        return ([.. errors], fitter, [.. numbers]);
    }

    [Theory]
    [InlineData(500, 200, 1, 5e-3)]
    [InlineData(500, -200, 1, 5e-3)]
    [InlineData(16000, 180, 160, 2e-3)]
    [InlineData(48000, -50, 96, 1e-3)]
    [InlineData(100, 0, 1, 5e-3)]
    public void Jitter_is_removed_and_the_rate_found(double hz, double ppm, int chunk, double jitterS)
    {
        int chunks = (int)(120 * hz / chunk);
        var (errors, fitter, _) = Run(hz, ppm, jitterS, chunk, chunks, 21);
        var late = errors[(errors.Length / 2)..];
        double rms = Math.Sqrt(late.Average(e => e * e));
        Assert.True(rms < jitterS / 5, $"rms {rms * 1e6:F0} us");
        Assert.Equal(hz * (1 + ppm * 1e-6), fitter.Clock.EffectiveRateHz, hz * 30e-6);
        Assert.InRange(fitter.JitterS, jitterS * 0.7, jitterS * 1.3);
        Assert.Equal((0L, 0), (fitter.Missing, fitter.Resets));
        Assert.Equal(errors.Length - 1, fitter.Index);
        Assert.True(Math.Abs(errors[^1]) < fitter.Clock.UncertaintyS + 1e-5);
    }

    [Theory]
    [InlineData(500, 0.05)]
    [InlineData(500, 0.3)]
    [InlineData(500, 0.9)]
    [InlineData(500, 10)]
    [InlineData(16000, 0.064)]
    public void After_a_gap_stamps_are_right_from_the_first_sample(double hz, double gapS)
    {
        int chunk = hz > 1000 ? 32 : 1, first = (int)(60 * hz), count = (int)(gapS * hz);
        var (errors, fitter, numbers) = Run(hz, 100, 0.3e-3, chunk, (int)(90 * hz / chunk), 22, isLost: n => n >= first && n < first + count);
        int after = Array.FindIndex(numbers, n => n >= first + count);
        Assert.All(errors[(after - 100)..], e => Assert.InRange(e, -2e-3, 2e-3));
        Assert.InRange(fitter.Missing, count - 1, count + chunk);
        Assert.Equal(numbers[^1], fitter.Index, 1.0);
    }

    [Fact]
    public void One_lost_sample_at_250_Hz_is_found_under_5_ms_of_jitter()
    {
        int found = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var (_, fitter, numbers) = Run(250, 40, 5e-3, 1, 250 * 120, seed, isLost: n => n == 250 * 60);
            if (fitter.Missing == 1 && fitter.Index == numbers[^1]) found++;
        }
        Assert.InRange(found, 19, 20);
    }

    [Fact]
    public void No_gap_is_invented_in_an_hour_nor_by_a_host_that_freezes_for_40_ms()
    {
        var (_, fitter, _) = Run(250, 40, 5e-3, 1, 250 * 3600, 23);
        Assert.Equal((0L, 0), (fitter.Missing, fitter.Resets));

        var audio = new SampleClockFitter(16000);
        var random = new SeededRandom(24);
        var stamps = new double[160];
        var smooth = new double[160];
        double worst = 0;
        for (int c = 0; c < 6000; c++)
        {
            // Every 10 s the writer stands still for 35 ms; the chunks that waited are stamped late.
            double lateS = Math.Max(0, 0.035 - 0.01 * (c % 1000)) + Math.Abs(random.Normal(0, 0.2e-3));
            for (int i = 0; i < 160; i++) stamps[i] = 5 + (c * 160 + i) / 16000.0 + lateS;
            audio.Add(stamps, smooth);
            if (c > 500) worst = Math.Max(worst, Math.Abs(smooth[0] - (5 + c * 160 / 16000.0) - 0.16e-3));
        }
        Assert.Equal((0L, 0), (audio.Missing, audio.Resets));
        Assert.True(worst < 1e-3, $"worst {worst * 1e3:F2} ms");
    }

    [Fact]
    public void A_clock_that_is_set_back_is_fitted_anew()
    {
        var fitter = new SampleClockFitter(100);
        double[] smooth = new double[1];
        for (int i = 0; i < 1000; i++) fitter.Add([5000 + i * 0.01], smooth);
        Assert.True(fitter.Add([12.0], smooth).Reset);
        Assert.Equal(12.0, smooth[0], 1e-9);
        for (int i = 1; i < 500; i++) Assert.True(fitter.Add([12 + i * 0.01], smooth).IsNone);
        Assert.Equal(12 + 4.99, smooth[0], 1e-6);
        Assert.Equal(1, fitter.Resets);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleClockFitter(0));
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var fitter = new SampleClockFitter(16000);
        var stamps = new double[32];
        var smooth = new double[32];
        long before = 0;
        for (int c = 0; c < 2000; c++)
        {
            if (c == 200) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 32; i++) stamps[i] = (c * 32 + i) / 16000.0;
            fitter.Add(stamps, smooth);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
