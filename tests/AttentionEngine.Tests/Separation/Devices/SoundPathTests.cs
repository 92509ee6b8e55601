using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Devices.Measurement;

namespace AttentionEngine.Tests.Separation.Devices;

public sealed class SoundPathTests
{
    [Theory]
    [InlineData(16000, 12.25, 1.0)]
    [InlineData(48000, 301.5, -0.03)]
    [InlineData(44100, 64.0, 0.5)]
    [InlineData(48000, 1000.8, -2.0)]
    public void Delay_gain_and_polarity_are_those_of_the_path_also_in_noise(double rateHz, double delay, double gain)
    {
        float[] chirp = Chirp.Make(rateHz, 0.5, -20);
        var recorded = new float[chirp.Length + (int)(0.2 * rateHz)];
        Delay(chirp, recorded, delay, gain);
        var random = new SeededRandom(7);
        double noise = 0.1 * 0.05 * Math.Abs(gain); // 26 dB below the chirp's peak
        for (int i = 0; i < recorded.Length; i++) recorded[i] += (float)(noise * random.Normal());
        var path = SoundPath.Measure(chirp, recorded);
        Assert.True(path.Heard, $"{path.PeakToNoiseDb} dB");
        Assert.Equal(delay, path.DelaySamples, 0.02);
        Assert.Equal(20 * Math.Log10(Math.Abs(gain)), path.GainDb, 0.3);
        Assert.Equal(gain < 0, path.Inverted);
    }

    [Fact]
    public void Noise_and_silence_are_not_taken_for_the_chirp()
    {
        float[] chirp = Chirp.Make(16000, 0.5, -20);
        var random = new SeededRandom(8);
        for (int t = 0; t < 20; t++)
        {
            var noise = new float[12000];
            for (int i = 0; i < noise.Length; i++) noise[i] = (float)(0.1 * random.Normal());
            Assert.False(SoundPath.Measure(chirp, noise).Heard);
        }
        Assert.False(SoundPath.Measure(chirp, new float[12000]).Heard);
    }

    [Fact]
    public void A_loop_through_a_device_is_measured_at_its_delay_although_frames_are_lost_on_the_way()
    {
        using var device = new AudioDevice(new AudioDeviceOptions(AudioDeviceKind.Virtual, 2, 2, 16000));
        using var room = new VirtualRoom(device, 32, [(1, 0, 250, -0.5f)]) { LoseEvery = 700 }; // a loss every 1.4 s of sound, a recording takes 1 s
        var loops = LoopDelay.Measure(device, 1, -30, 3, CancellationToken.None);
        Assert.False(loops[1].Path.Heard);
        Assert.Equal(250, loops[0].Path.DelaySamples, 0.02);
        Assert.Equal(0, loops[0].SpreadSamples, 0.01);
        Assert.Equal(-6.02, loops[0].Path.GainDb, 0.1);
        Assert.True(loops[0].Path.Inverted);
    }

    [Fact]
    public void A_device_that_stops_ends_the_measurement_in_words()
    {
        using var device = new AudioDevice(new AudioDeviceOptions(AudioDeviceKind.Virtual, 1, 1, 16000));
        var e = Assert.Throws<StreamMissingException>(() => new DeviceRecorder(device).Record(0.1, CancellationToken.None)); // nobody drives it
        Assert.Contains("no frame", e.Message, StringComparison.Ordinal);
    }

    private static void Delay(float[] x, float[] y, double delay, double gain)
    {
        const int lobes = 64;
        for (int n = 0; n < y.Length; n++)
        {
            double sum = 0, centre = n - delay;
            for (int i = Math.Max(0, (int)Math.Floor(centre) - lobes); i <= Math.Min(x.Length - 1, (int)Math.Ceiling(centre) + lobes); i++)
            {
                double t = centre - i, w = Math.Abs(t) < lobes ? 0.5 + 0.5 * Math.Cos(Math.PI * t / lobes) : 0;
                sum += x[i] * w * (Math.Abs(t) < 1e-12 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t));
            }
            y[n] = (float)(gain * sum);
        }
    }
}
