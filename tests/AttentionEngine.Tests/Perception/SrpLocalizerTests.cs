using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception;
using AttentionEngine.Perception.Doa;

namespace AttentionEngine.Tests.Perception;

public class SrpLocalizerTests
{
    internal static readonly MicrophoneArray Array = RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml")).Array;

    /// <summary>[M × frames] noise in bursts of 150 ms from a direction, through the array's own transfer functions, with noise of its own 30 dB below.</summary>
    internal static float[] Render(double azimuthDeg, int frames, SeededRandom random, int burstPhase = 0)
    {
        const int n = 1024, centre = 256;
        var vectors = new SteeringVectors(Array, n);
        var response = new Complex[vectors.Bins * Array.Count];
        vectors.Fill(Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg)), response);
        var fft = new RealFft<double>(n);
        var source = new double[frames + n];
        for (int i = 0; i < source.Length; i++) source[i] = (i / 2400 + burstPhase) % 2 == 0 ? 0.05 * random.Normal() : 0;
        var planar = new float[Array.Count * frames];
        double[] re = new double[vectors.Bins], im = new double[vectors.Bins], impulse = new double[n];
        for (int m = 0; m < Array.Count; m++)
        {
            for (int b = 0; b < vectors.Bins; b++)
            {
                Complex h = response[b * Array.Count + m] * Complex.FromPolarCoordinates(1, -2 * Math.PI * b * centre / n);
                (re[b], im[b]) = (h.Real, h.Imaginary);
            }
            fft.Inverse(re, im, impulse);
            for (int i = 0; i < frames; i++)
            {
                double sum = 0.0015 * random.Normal();
                for (int tap = centre - 40; tap < centre + 60; tap++) sum += impulse[tap] * source[i + n - tap];
                planar[m * frames + i] = (float)sum;
            }
        }
        return planar;
    }

    internal static void Feed(IDirectionFinder localizer, float[] planar, int blockFrames)
    {
        int frames = planar.Length / Array.Count;
        var block = new float[Array.Count * blockFrames];
        for (int start = 0; start + blockFrames <= frames; start += blockFrames)
        {
            for (int m = 0; m < Array.Count; m++) planar.AsSpan(m * frames + start, blockFrames).CopyTo(block.AsSpan(m * blockFrames));
            localizer.Add(new AudioBlock(block, Array.Count, start, StreamTime.Zero));
        }
    }

    [Theory]
    [InlineData(-150)]
    [InlineData(-70)]
    [InlineData(-20)]
    [InlineData(0)]
    [InlineData(35)]
    [InlineData(90)]
    [InlineData(130)]
    public void One_talker_is_found_all_around_the_head(double azimuthDeg)
    {
        var localizer = new SrpLocalizer(Array);
        Feed(localizer, Render(azimuthDeg, 24000, new SeededRandom(5)), 32);
        Span<DirectionPeak> peaks = stackalloc DirectionPeak[1];
        Assert.Equal(1, localizer.FindPeaks(peaks, 0.3));
        Assert.Equal(0, Angles.ToDegrees(Angles.WrapRad(peaks[0].AzimuthHeadRad - Angles.ToRadians(azimuthDeg))), 3.0);
        Assert.InRange(peaks[0].Power, 0.8, 1);
    }

    [Fact]
    public void Two_talkers_in_turn_are_both_found()
    {
        float[] sound = Render(50, 24000, new SeededRandom(1)), other = Render(-40, 24000, new SeededRandom(2), burstPhase: 1);
        for (int i = 0; i < sound.Length; i++) sound[i] += other[i];
        var localizer = new SrpLocalizer(Array, memoryS: 1);
        Feed(localizer, sound, 640);
        Span<DirectionPeak> peaks = stackalloc DirectionPeak[2];
        Assert.Equal(2, localizer.FindPeaks(peaks, 0.4));
        double[] found = [.. new[] { peaks[0], peaks[1] }.Select(p => Angles.ToDegrees(p.AzimuthHeadRad)).Order()];
        Assert.Equal(-40, found[0], 6.0);
        Assert.Equal(50, found[1], 6.0);
    }

    [Fact]
    public void Silence_and_steady_noise_give_no_peak_and_no_allocation()
    {
        var localizer = new SrpLocalizer(Array);
        var random = new SeededRandom(3);
        var noise = new float[Array.Count * 32000];
        for (int i = 0; i < noise.Length; i++) noise[i] = (float)(0.001 * random.Normal());
        Feed(localizer, noise, 64);
        var peaks = new DirectionPeak[2];
        Assert.Equal(0, localizer.FindPeaks(peaks, 0.3, least: 0.5));
        var block = new float[Array.Count * 640];
        noise.AsSpan(0, block.Length).CopyTo(block);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) localizer.Add(new AudioBlock(block, Array.Count, 0, StreamTime.Zero));
        localizer.FindPeaks(peaks, 0.3);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_cut_into_blocks_does_not_matter()
    {
        float[] sound = Render(20, 8000, new SeededRandom(6));
        SrpLocalizer a = new(Array), b = new(Array);
        Feed(a, sound, 32);
        Feed(b, sound, 500);
        Assert.Equal(a.Map.ToArray(), b.Map.ToArray());
    }
}
