using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception.Doa;

namespace AttentionEngine.Tests.Perception;

public class MusicLocalizerTests
{
    [Theory]
    [InlineData(-150)]
    [InlineData(-70)]
    [InlineData(0)]
    [InlineData(35)]
    [InlineData(130)]
    public void One_talker_is_found_all_around_the_head(double azimuthDeg)
    {
        var localizer = new MusicLocalizer(SrpLocalizerTests.Array);
        SrpLocalizerTests.Feed(localizer, SrpLocalizerTests.Render(azimuthDeg, 24000, new SeededRandom(5)), 640);
        var peaks = new DirectionPeak[1];
        Assert.Equal(1, localizer.FindPeaks(peaks, 0.3));
        Assert.Equal(0, Angles.ToDegrees(Angles.WrapRad(peaks[0].AzimuthHeadRad - Angles.ToRadians(azimuthDeg))), 3.0);
    }

    [Fact]
    public void Three_talkers_at_once_are_all_found_by_both_methods()
    {
        double[] azimuths = [-80, 10, 70];
        var mix = new float[SrpLocalizerTests.Array.Count * 32000];
        for (int k = 0; k < azimuths.Length; k++)
        {
            float[] one = SrpLocalizerTests.Render(azimuths[k], 32000, new SeededRandom((ulong)(20 + k)), k);
            for (int i = 0; i < mix.Length; i++) mix[i] += one[i];
        }
        foreach (IDirectionFinder finder in new IDirectionFinder[] { new SrpLocalizer(SrpLocalizerTests.Array, memoryS: 0.6), new MusicLocalizer(SrpLocalizerTests.Array, memoryS: 0.6) })
        {
            SrpLocalizerTests.Feed(finder, mix, 640);
            var peaks = new DirectionPeak[3];
            Assert.Equal(3, finder.FindPeaks(peaks, 0.3));
            double[] found = [.. peaks.Select(p => Angles.ToDegrees(p.AzimuthHeadRad)).Order()];
            for (int k = 0; k < 3; k++) Assert.Equal(azimuths[k], found[k], 15.0);
        }
    }

    [Fact]
    public void A_free_field_array_of_two_microphones_finds_the_side()
    {
        var line = new MicrophoneArray(HeadModelKind.FreeField, 0, 16000, [new Microphone("a", new Vector3D(0, 0.08, 0)), new Microphone("b", new Vector3D(0, -0.08, 0))], 0, 1);
        var random = new SeededRandom(3);
        var source = new float[16100];
        for (int i = 0; i < source.Length; i++) source[i] = (float)(0.1 * random.Normal());
        var planar = new float[2 * 16000];
        for (int i = 0; i < 16000; i++) (planar[i], planar[16000 + i]) = (source[i + 50], source[i + 50 - 4]); // 4 samples later at the right: sin = 4 · 343 / 16000 / 0.16
        foreach (IDirectionFinder finder in new IDirectionFinder[] { new SrpLocalizer(line), new MusicLocalizer(line) })
        {
            finder.Add(new AudioBlock(planar, 2, 0, StreamTime.Zero));
            var peaks = new DirectionPeak[1];
            Assert.Equal(1, finder.FindPeaks(peaks, 0.3));
            Assert.Equal(4 * 343.0 / 16000 / 0.16, Math.Sin(peaks[0].AzimuthHeadRad), 0.05);
        }
    }

    [Fact]
    public void Silence_gives_no_number_that_is_none_and_no_allocation()
    {
        var localizer = new MusicLocalizer(SrpLocalizerTests.Array);
        var block = new float[SrpLocalizerTests.Array.Count * 640];
        var peaks = new DirectionPeak[3];
        for (int i = 0; i < 10; i++) { localizer.Add(new AudioBlock(block, SrpLocalizerTests.Array.Count, 0, StreamTime.Zero)); localizer.FindPeaks(peaks, 0.3); }
        foreach (float value in localizer.Map) Assert.True(float.IsFinite(value));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) { localizer.Add(new AudioBlock(block, SrpLocalizerTests.Array.Count, 0, StreamTime.Zero)); localizer.FindPeaks(peaks, 0.3); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
