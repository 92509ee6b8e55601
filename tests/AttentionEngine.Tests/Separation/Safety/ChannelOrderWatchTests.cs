using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation.Safety;

public class ChannelOrderWatchTests
{
    private const int M = 4, Frames = 1 << 18; // 16 s

    // Two voices from the sides and a diffuse part, the channels plugged in the given order.
    private static float[] Sound(int[] order, double noise, double firstDeg = 40, double secondDeg = -60)
    {
        float[] a = SeparationFixture.Image(SpeechLike.Make(Frames, 1), firstDeg), b = SeparationFixture.Image(SpeechLike.Make(Frames, 2), secondDeg), x = new float[M * Frames];
        for (int c = 0; c < M; c++)
        {
            float[] own = SeparationFixture.Noise(Frames, (ulong)(20 + c), noise);
            for (int i = 0; i < Frames; i++) x[c * Frames + i] = a[order[c] * Frames + i] + b[order[c] * Frames + i] + own[i];
        }
        return x;
    }

    private static IReadOnlyList<int>? Found(float[] x, params double[] azimuthsDeg)
    {
        var watch = new ChannelOrderWatch(SeparationFixture.Array);
        var scene = SeparationFixture.Scene(azimuthsDeg);
        var block = new float[M * 512];
        for (int at = 0; at + 512 <= Frames; at += 512)
        {
            for (int m = 0; m < M; m++) System.Array.Copy(x, m * Frames + at, block, m * 512, 512);
            watch.Observe(block, scene);
        }
        return watch.Found;
    }

    [Theory]
    [InlineData(0, 1, 2, 3, 0.001)]
    [InlineData(0, 1, 2, 3, 0.01)]
    [InlineData(1, 0, 2, 3, 0.001)] // the front microphones of both ears
    [InlineData(2, 1, 0, 3, 0.001)] // front and rear of one ear, 14 mm apart
    [InlineData(0, 1, 3, 2, 0.003)]
    [InlineData(0, 3, 2, 1, 0.001)]
    public void The_order_of_the_channels_is_found(int first, int second, int third, int fourth, double noise)
    {
        int[] order = [first, second, third, fourth];
        Assert.Equal(order.SequenceEqual([0, 1, 2, 3]) ? null : order, Found(Sound(order, noise), 40, -60));
    }

    [Fact]
    public void Exchanged_instruments_are_found_where_the_talkers_are_not_alike_on_both_sides()
    {
        Assert.Equal([1, 0, 3, 2], Found(Sound([1, 0, 3, 2], 0.001, 25, 70), 25, 70));
        Assert.Null(Found(Sound([1, 0, 3, 2], 0.001), 40, -60)); // a head turned by 20 degrees would sound the same: no alarm
        Assert.Null(Found(Sound([0, 1, 2, 3], 0.001, 25, 70), 10, 55));
    }

    [Fact]
    public void Directions_that_are_somewhat_wrong_or_a_silent_scene_raise_no_alarm()
    {
        float[] x = Sound([0, 1, 2, 3], 0.001);
        Assert.Null(Found(x, 50, -45));
        Assert.Null(Found(x, 40, -60, 170));
        Assert.Null(Found(new float[M * Frames], 40, -60));
        var watch = new ChannelOrderWatch(SeparationFixture.Array);
        var scene = SeparationFixture.Scene(40, -60);
        var block = x.AsSpan(0, M * 8192).ToArray();
        watch.Observe(block, scene);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) watch.Observe(block, scene);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
