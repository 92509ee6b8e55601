using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Tests.Separation.Devices;

/// <summary>The device against a real JACK server with the dummy driver; sound comes from a second client of ours.</summary>
[Trait("tier", "system"), Collection("jack")]
public sealed class JackDeviceTests
{
    private const double PatienceS = 20;

    [Theory, InlineData(48000, 64), InlineData(16000, 128), InlineData(44100, 256)]
    public void A_known_sound_comes_in_bit_for_bit_at_the_servers_frame(int rateHz, int period)
    {
        if (JackServer.StartOrSkip(rateHz, period) is not { } server) return;
        using var ending = server;
        using var player = new AudioDevice(Jack(server, "player", 0, 1, rateHz));
        using var recorder = new AudioDevice(Jack(server, "recorder", 2, 0, rateHz) with { InputNames = ["", "player:out_1"] });
        var random = new SeededRandom(5);
        var sound = new float[rateHz];
        for (int i = 0; i < sound.Length; i++) sound[i] = (float)Math.Clamp(0.2 * random.Normal(), -1, 1);
        player.Play(0, sound);

        var heard = new Dictionary<long, float>(); // by the server's frame
        long start = -1;
        var from = new float[player.Channels * 4096];
        var to = new float[recorder.Channels * 4096];
        Wait(() =>
        {
            while (player.TryRead(from, out var p))
                if (start < 0 && player.Status.StimulusSample is >= 0 and var s && s >= p.FirstSample && s < p.FirstSample + p.Frames) start = p.ServerFrame + (s - p.FirstSample);
            while (recorder.TryRead(to, out var r))
                for (int i = 0; i < r.Frames; i++)
                {
                    Assert.Equal(0f, to[2 * i]);
                    heard[r.ServerFrame + i] = to[2 * i + 1];
                }
            return start >= 0 && heard.ContainsKey(start + sound.Length - 1);
        });
        int different = 0, lost = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            if (!heard.TryGetValue(start + i, out float value)) lost++;
            else if (value != sound[i]) different++;
        }
        var status = recorder.Status;
        Assert.Equal(0, different);
        Assert.True(lost <= status.LostSamples, $"{lost} frames missing, the server says {status.LostSamples}");
        if (heard.TryGetValue(start - 1, out float before)) Assert.Equal(0f, before);
        Assert.Equal(period, status.BlockFrames);
        Assert.Equal(0, status.DroppedSamples);
        TestContext.Current.SendDiagnosticMessage($"JACK {rateHz} Hz, {period} frames: {sound.Length - lost} samples equal, {lost} lost by the server, {status.Xruns} xruns, longest callback {status.CallbackMsMax:F3} ms");
    }

    [Fact]
    public void The_stream_survives_a_killed_server_and_a_change_of_its_block()
    {
        if (JackServer.StartOrSkip(48000, 64) is not { } server) return;
        using var ending = server;
        using var device = new AudioDevice(Jack(server, "attend", 2, 2, 48000) with { InputNames = ["system:capture_1", "system:capture_2"], OutputNames = ["system:playback_1", "system:playback_2"] });
        using var inlet = new DeviceInlet(device, Info(2, 48000));
        inlet.Open(TimeSpan.FromSeconds(1), CancellationToken.None);
        var values = new float[1024];
        var stamps = new double[512];
        double last = double.NegativeInfinity;
        long received = 0;
        void Pull()
        {
            int n = inlet.Pull<float>(values, stamps, TimeSpan.FromMilliseconds(20));
            for (int i = 0; i < n; last = stamps[i++]) Assert.True(stamps[i] >= last);
            received += n;
        }
        Wait(() => { Pull(); return received > 48000; });
        Assert.True(inlet.Counters.Connected);
        Assert.InRange(inlet.Clock!.Value.EffectiveRateHz, 48000 * 0.98, 48000 * 1.02);

        if (JackServer.Find("jack_bufsize") is not null)
        {
            Assert.Equal(0, server.Tool("jack_bufsize", "256").ExitCode);
            Wait(() => { Pull(); return device.Status is { BlockFrames: 256, BlockChanges: > 0 }; });
            Assert.Equal(0, device.Status.Restarts);
        }

        server.Kill();
        Wait(() => { Pull(); return !inlet.Counters.Connected && inlet.Lost is not null; });
        long before = received;
        Wait(() => { Pull(); return inlet.Lost!.Contains(server.Name, StringComparison.Ordinal); }); // has tried again meanwhile
        server.Start();
        Wait(() => { Pull(); return inlet.Counters is { Connected: true, Reconnects: 1 } && received > before + 24000; });
        Assert.Null(inlet.Lost);
        Assert.Contains("attend:in_1", server.Tool("jack_lsp", "-c").Text, StringComparison.Ordinal); // wired again
    }

    [Fact]
    public void A_server_that_comes_back_at_another_rate_is_not_used_until_the_rate_is_right()
    {
        if (JackServer.StartOrSkip(48000, 128) is not { } server) return;
        using var ending = server;
        using var device = new AudioDevice(Jack(server, "attend", 1, 0, 48000));
        using var inlet = new DeviceInlet(device, Info(1, 48000));
        inlet.Open(TimeSpan.FromSeconds(1), CancellationToken.None);
        var values = new float[512];
        var stamps = new double[512];
        int Pull() => inlet.Pull<float>(values, stamps, TimeSpan.FromMilliseconds(20));
        Wait(() => Pull() > 0);
        server.Kill();
        server.Start(44100);
        Wait(() => { Pull(); return inlet.Lost?.Contains("44100", StringComparison.Ordinal) ?? false; });
        Assert.False(inlet.Counters.Connected);
        server.Kill();
        server.Start();
        Wait(() => Pull() > 0 && inlet.Counters.Connected);
    }

    [Fact]
    public void What_is_not_there_is_refused_in_words()
    {
        if (JackServer.StartOrSkip(48000, 64) is not { } server) return;
        using var ending = server;
        string Message(AudioDeviceOptions o) => Assert.Throws<StreamMissingException>((Action)(() => new AudioDevice(o).Dispose())).Message;
        Assert.Contains("array.rate_hz", Message(Jack(server, "a", 1, 0, 16000)), StringComparison.Ordinal);
        string ports = Message(Jack(server, "a", 1, 0, 48000) with { InputNames = ["system:capture_9"] });
        Assert.Contains("system:capture_4", ports, StringComparison.Ordinal);
        using var first = new AudioDevice(Jack(server, "a", 1, 0, 48000));
        Assert.Contains("already", Message(Jack(server, "a", 1, 0, 48000)), StringComparison.Ordinal);
        Assert.Contains("does not answer", Message(Jack(server, "a", 1, 0, 48000) with { Server = "no-such" }), StringComparison.Ordinal);
        var listed = DeviceCatalog.Jack(server.Name, out string? missing);
        Assert.Null(missing);
        Assert.Contains(listed, p => p is { Input: true, Name: "system:capture_4", RateHz: 48000, BlockFrames: 64 });
        Assert.Contains(listed, p => p is { Input: false, Name: "system:playback_2" });
    }

    internal static AudioDeviceOptions Jack(JackServer server, string client, int inputs, int outputs, double rateHz) =>
        new(AudioDeviceKind.Jack, inputs, outputs, rateHz) { Server = server.Name, Client = client };

    internal static StreamInfo Info(int channels, double rateHz) =>
        new() { Name = "device", Type = "Audio", ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = "jack:test" };

    private static void Wait(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > PatienceS) Assert.Fail($"nothing happened within {PatienceS} s");
            Thread.Sleep(2);
        }
    }
}
