using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

/// <summary>When attention moves to another talker, that talker rises from the floor soon and without a click; parts of a mixture pass through the same filters.</summary>
public class SwitchingTests
{
    private const int Frames = 32768, SwitchAt = 26 * 640, Window = 160, Settle = 8000;

    [Theory]
    [InlineData("lcmv")]
    [InlineData("mwf")]
    public void A_talker_is_up_from_the_floor_within_150_ms_of_the_command(string backend)
    {
        float[] first = SeparationFixture.Image(SeparationFixture.Noise(Frames, 1, 0.02), 40), second = SeparationFixture.Image(SeparationFixture.Noise(Frames, 2, 0.02), -40), noise = SensorNoise();
        var settings = SeparationFixture.Settings(backend);
        var heard = Switch(settings, Sum(first, second, noise), second);
        int delay = heard.DelaySamples;
        double before = SeparationFixture.PowerDb(heard.Right.AsSpan(Settle, SwitchAt - Settle)), after = SeparationFixture.PowerDb(heard.Right.AsSpan(SwitchAt + Settle, Frames - SwitchAt - Settle));
        Assert.InRange(after - before, 8, 15); // the floor is -12 dB; what the other beam lets through adds to it
        int up = SwitchAt + delay + 2400;
        Assert.InRange(SeparationFixture.PowerDb(heard.Right.AsSpan(up, 1600)), after - 0.7, after + 0.7); // 100 ms of noise: about 0.15 dB of chance
        Assert.InRange(SeparationFixture.PowerDb(heard.Right.AsSpan(SwitchAt + delay - 1600, 1600)), before - 0.7, before + 0.7); // not before it was said
    }

    [Fact]
    public void A_switch_during_a_pure_tone_does_not_click()
    {
        var tone = new float[Frames];
        for (int i = 0; i < Frames; i++) tone[i] = 0.1f * MathF.Sin(2 * MathF.PI * 500 * i / 16000); // whole periods: 32768 / 32
        float[] image = SeparationFixture.Image(tone, -40);
        var heard = Switch(SeparationFixture.Settings(), Sum(SeparationFixture.Image(SeparationFixture.Noise(Frames, 3, 0.001), 40), image, SensorNoise()), image);
        double toneDb = SeparationFixture.PowerDb(heard.Right.AsSpan(SwitchAt + Settle, Settle));
        float[] above = [.. heard.Right];
        for (int i = 0; i < 3; i++) new BiquadCascade(ButterworthDesign.HighPass(8, 2000, 16000)).Process(above); // what a click has and the tone has not
        double worst = double.NegativeInfinity;
        for (int at = SwitchAt - 1600; at < SwitchAt + 4800; at += Window) worst = Math.Max(worst, SeparationFixture.PowerDb(above.AsSpan(at, Window)));
        Assert.True(worst < toneDb - 60, $"{worst - toneDb:F1} dB beside the tone above 2 kHz in the 10 ms around the switch");
    }

    [Fact]
    public void The_parts_of_a_mixture_come_out_as_parts_of_its_output()
    {
        float[] first = SeparationFixture.Image(SeparationFixture.Noise(Frames, 4, 0.02), 40), second = SeparationFixture.Image(SeparationFixture.Noise(Frames, 5, 0.02), -40);
        var settings = SeparationFixture.Settings("mwf");
        using var separation = new OfflineSeparation(SeparationFixture.Array, settings, 2);
        float[] all = new float[2 * Frames], one = new float[2 * Frames], other = new float[2 * Frames];
        var scene = SeparationFixture.Scene(40, -40);
        separation.Run(Sum(first, second), all, at => (scene, at < SwitchAt ? 0 : 1), null, (first, one), (second, other));
        Assert.True(SeparationFixture.PowerDb(one) > -80 && SeparationFixture.PowerDb(other) > -80);
        for (int i = 0; i < all.Length; i++) Assert.Equal(all[i], one[i] + other[i], 1e-6);
    }

    private static (float[] Right, int DelaySamples) Switch(AudioPathSettings settings, float[] mix, float[] second)
    {
        using var separation = new OfflineSeparation(SeparationFixture.Array, settings, 2);
        var alone = new float[2 * Frames];
        var scene = SeparationFixture.Scene(40, -40);
        separation.Run(mix, new float[2 * Frames], at => (scene, at < SwitchAt ? 0 : 1), null, (second, alone));
        return (alone[Frames..], separation.Path.AlgorithmicDelaySamples);
    }

    private static float[] SensorNoise() => SeparationFixture.Noise(4 * Frames, 9, 1e-5);

    private static float[] Sum(params float[][] parts)
    {
        var sum = new float[parts[0].Length];
        foreach (var part in parts) for (int i = 0; i < sum.Length; i++) sum[i] += part[i];
        return sum;
    }
}
