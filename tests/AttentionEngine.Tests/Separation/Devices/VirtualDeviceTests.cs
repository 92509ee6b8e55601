using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Tests.Separation.Devices;

/// <summary>The binding and the inlet over a device that the test drives.</summary>
public sealed class VirtualDeviceTests
{
    private const double RateHz = 16000;

    private static AudioDevice Open(int inputs, int outputs) => new(new AudioDeviceOptions(AudioDeviceKind.Virtual, inputs, outputs, RateHz));

    [Fact]
    public void Stamps_follow_the_devices_own_rate_and_leave_a_gap_where_frames_were_lost()
    {
        using var device = Open(1, 0);
        using var inlet = new DeviceInlet(device, JackDeviceTests.Info(1, RateHz));
        inlet.Open(TimeSpan.Zero, CancellationToken.None);
        const int block = 32;
        const double trueRate = RateHz * (1 + 150e-6), startS = 1000;
        var random = new SeededRandom(3);
        var values = new float[512];
        var stamps = new double[512];
        long index = 0, received = 0;
        double worstS = 0;
        for (int b = 0; b < 20000; b++)
        {
            long lost = b == 12000 ? 96 : 0;
            index += lost;
            var input = new float[block];
            for (int i = 0; i < block; i++) input[i] = (index + i) % 65536 / 65536f;
            index += block;
            double jitterS = 2e-4 * Math.Abs(random.Normal());
            device.Drive(input, [], block, (long)((startS + index / trueRate + jitterS) * 1e9), lost);
            int n = inlet.Pull<float>(values, stamps, TimeSpan.Zero);
            Assert.Equal(block, n);
            received += n;
            for (int i = 0; i < n; i++) Assert.Equal(input[i], values[i]);
            if (b > 5000) worstS = Math.Max(worstS, Math.Abs(stamps[0] - (startS + (index - block) / trueRate) - 2e-4 * 0.798)); // the mean of the jitter is no one's to know
        }
        Assert.True(worstS < 1e-4, $"stamps are wrong by {worstS * 1e6:F0} µs");
        Assert.InRange((inlet.Clock!.Value.EffectiveRateHz / RateHz - 1) * 1e6, 140, 160);
        Assert.Equal(index - 96, received);
        Assert.Equal(96, device.Status.LostSamples);
    }

    [Fact]
    public void A_path_runs_inside_the_device_as_outside_until_it_is_detached()
    {
        var array = SeparationFixture.Array;
        var settings = new AudioPathSettings(2, 16, 4, -12, "pass", -1);
        using var inside = new AudioPath(array, settings, 2);
        using var outside = new AudioPath(array, settings, 2);
        using var device = Open(array.Count, 2);
        device.Attach(inside, MicrophoneWiring.Straight(array.Count));
        var random = new SeededRandom(4);
        var input = new float[array.Count * 64];
        var heard = new float[128];
        var expected = new float[128];
        for (int b = 0; b < 50; b++)
        {
            for (int i = 0; i < input.Length; i++) input[i] = (float)(0.1 * random.Normal());
            device.Drive(input, heard, 64, b);
            outside.Process(input, expected, []);
            Assert.Equal(expected, heard);
        }
        device.Detach();
        device.Drive(input, heard, 64, 0);
        Assert.All(heard, v => Assert.Equal(0f, v));
        Assert.Throws<ArgumentException>((Action)(() => device.Attach(inside, MicrophoneWiring.Straight(array.Count - 1))));
    }

    [Fact]
    public void An_unplugged_device_is_disconnected_until_it_is_got_back()
    {
        using var device = Open(1, 0);
        using var inlet = new DeviceInlet(device, JackDeviceTests.Info(1, RateHz));
        var values = new float[64];
        device.Drive(new float[32], [], 32, 1);
        Assert.Equal(32, inlet.Pull<float>(values, new double[64], TimeSpan.Zero));
        device.Unplug();
        Assert.False(inlet.Counters.Connected);
        Thread.Sleep(120); // the inlet looks ten times a second
        inlet.Pull<float>(values, new double[64], TimeSpan.Zero);
        Assert.Equal((true, 1), (inlet.Counters.Connected, inlet.Counters.Reconnects));
    }

    [Fact]
    public void A_server_that_is_not_there_is_a_missing_device_not_a_bug()
    {
        var e = Assert.Throws<StreamMissingException>(() => new AudioDevice(new AudioDeviceOptions(AudioDeviceKind.Jack, 1, 0, RateHz) { Server = "attend-no-such-server" }));
        Assert.Matches("attend-no-such-server|libjack", e.Message);
        Assert.Equal(3, e.ExitCode);
    }
}
