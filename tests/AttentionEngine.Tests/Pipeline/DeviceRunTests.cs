using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Devices.Measurement;
using AttentionEngine.Separation.Safety;
using AttentionEngine.Tests.Separation.Devices;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A live run whose microphones and ears are an audio device: a virtual one, driven at real time from a thread of the test.</summary>
public sealed class DeviceRunTests : IDisposable
{
    private const int RateHz = 16000;
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-device").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    internal static string RigYaml(string device, string more = "") => $$"""
        schema: attend.rig/1
        name: device-run
        array:
          head_model: rigid_sphere
          sphere_radius_m: 0.083
          rate_hz: 16000
          microphones:
            - { name: left_front,  position_m: [-0.01358, 0.08188, 0] }
            - { name: right_front, position_m: [-0.01358, -0.08188, 0] }
          left_reference: left_front
          right_reference: right_front
        talkers:
          - { id: a, position_m: [1, 1, 0] }
          - { id: b, position_m: [1, -1, 0] }
        audio_device: {{device}}
        audio_path: { backend: pass, block_ms: 2, taps_ms: 16, delay_ms: 4 }
        attention: { fusion_model: {{Repository.PathOf("models/fusion")}} }
        {{more}}

        """;

    private RunResult Run(Rig rig, AudioDevice device, EarSession? ears, SessionFolder session, double seconds, Action<double>? during = null)
    {
        using var transport = new LslTransport();
        using var recording = new XdfWriter(session.Xdf);
        using var outlets = new OutletSink(transport);
        using var sound = new DeviceSound(rig, transport, device);
        return new LiveRunner(rig, sound.Transport, session, recording, outlets, new LiveOptions(seconds, 10)) { Ears = ears, Device = sound, Progress = during }.Run(CancellationToken.None);
    }

    [Fact]
    public void The_participant_hears_the_microphones_within_the_limits_and_the_dose_is_that_of_the_device()
    {
        string file = Path.Combine(_folder, "rig.yaml");
        // The channels are swapped, one is inverted and 6 dB more sensitive: the calibration knows.
        CalibrationFile.Write(Path.Combine(_folder, "c.yaml"), new RigCalibration([new("left_front", 1, false, 117, "2026-11-27"), new("right_front", 0, true, 111, "2026-11-27")], new OutputCalibration(110, "2026-11-27")), "device-run");
        File.WriteAllText(file, RigYaml("{ kind: jack, inputs: [a, b], outputs: [c, d] }", "calibration_file: c.yaml"));
        var rig = RigReader.Read(file);
        var session = SessionFolder.Create(Path.Combine(_folder, "session"));
        SessionRig.Save(rig, session);
        RunResult result;
        double dose;
        float[] sound = Noise(1 << 16, 0.02);
        using (var device = new AudioDevice(RigDevices.Options(rig, true) with { Kind = AudioDeviceKind.Virtual }))
        using (var ears = new EarSession(rig, Path.Combine(_folder, "doses"), "P1", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)))
        {
            // Outside is one sound at both ears, as far as the calibration puts right what the channels do to it.
            using var room = new VirtualRoom(device, 32, [], (input, index) => (input == 1 ? 0.501187f : -1f) * sound[index % sound.Length]) { Speed = 1 };
            result = Run(rig, device, ears, session, 3);
            dose = ears.SessionPa2H;
            Assert.True(device.Status.Restarts == 0 && device.Status.DroppedSamples == 0);
        }
        Assert.Equal("completed", result.Ended);
        var played = WavFile.Read(session.PlayedWav);
        Assert.InRange(played.Frames, 2 * RateHz, 6 * RateHz);
        Assert.True(played.Samples.Max(Math.Abs) > 0.001f, "nothing was played");
        double energy = 0, difference = 0;
        for (int i = 0; i < played.Frames; i++)
        {
            energy += Math.Pow(played.Channel(0)[i], 2);
            difference += Math.Pow(played.Channel(0)[i] - played.Channel(1)[i], 2);
        }
        Assert.True(difference < 1e-6 * energy, $"the ears differ by {10 * Math.Log10(difference / energy):F0} dB");
        Assert.True(dose > 0);
        Assert.Equal(energy / RateHz, DoseFullScale2S(dose, 110), energy / RateHz); // the same order: the dose is A-weighted
        Assert.DoesNotContain(result.Health, e => e.Kind == HealthKind.Fault);
        // 0.02 root mean square on a channel whose full scale is 111 dB SPL.
        Assert.All(result.MicrophoneLevels, m => Assert.Equal(111 + 20 * Math.Log10(0.02), m.DbSpl, 3.0)); // stretches that a late thread cost count as silence
    }

    // Long: its two files are aligned only while no thread is late by 20 ms.
    [Fact, Trait("tier", "long")]
    public void The_delay_of_what_is_played_is_the_one_that_the_engine_states()
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, RigYaml("{ kind: jack, inputs: [a, b], outputs: [c, d] }", "output: { full_scale_db_spl: 110, calibrated_on: 2026-11-27 }"));
        var rig = RigReader.Read(file);
        var session = SessionFolder.Create(Path.Combine(_folder, "session"));
        SessionRig.Save(rig, session);
        float[] chirp = Chirp.Make(RateHz, 1, -40);
        long begin = 2 * RateHz;
        RunResult result;
        using (var device = new AudioDevice(RigDevices.Options(rig, true) with { Kind = AudioDeviceKind.Virtual }))
        using (var ears = new EarSession(rig, Path.Combine(_folder, "doses"), "P1", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)))
        {
            using var room = new VirtualRoom(device, 32, [], (input, index) => index >= begin && index - begin < chirp.Length ? chirp[index - begin] : 0) { Speed = 1 };
            result = Run(rig, device, ears, session, 4);
        }
        // Microphones as recorded and ears as played have the same index.
        var microphones = WavFile.Read(session.UnprocessedWav).Channel(0);
        var played = WavFile.Read(session.PlayedWav).Channel(0);
        int first = microphones.IndexOfAnyExcept(0f);
        Assert.True(first >= 0, "the chirp did not reach the graph");
        int n = Math.Min(Math.Min(microphones.Length, played.Length) - first, chirp.Length + 4000);
        var path = SoundPath.Measure(microphones.Slice(first, chirp.Length), played.Slice(first, n));
        Assert.True(path.Heard);
        Assert.Equal(result.AlgorithmicDelayMs * RateHz / 1000, path.DelaySamples, 0.05);
    }

    [Fact]
    public void A_device_that_is_unplugged_during_the_run_comes_back_and_the_gap_is_said()
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, RigYaml("{ kind: jack, inputs: [a, b] }"));
        var rig = RigReader.Read(file);
        var session = SessionFolder.Create(Path.Combine(_folder, "session"));
        SessionRig.Save(rig, session);
        float[] sound = Noise(1 << 16, 0.02);
        using var device = new AudioDevice(RigDevices.Options(rig, false) with { Kind = AudioDeviceKind.Virtual });
        var room = new VirtualRoom(device, 32, [], (_, index) => sound[index % sound.Length]) { Speed = 1 };
        bool unplugged = false;
        RunResult result;
        try
        {
            result = Run(rig, device, null, session, 5, doneS =>
            {
                if (unplugged || !(doneS > 2)) return;
                unplugged = true;
                room.Dispose();
                device.Unplug();
                Thread.Sleep(400);
                room = new VirtualRoom(device, 32, [], (_, index) => sound[index % sound.Length]) { Speed = 1 };
            });
        }
        finally { room.Dispose(); }
        Assert.Equal("completed", result.Ended);
        Assert.Contains(result.Health, e => e is { Kind: HealthKind.Reconnect, Source: "Audio" });
        Assert.Contains(result.Health, e => e is { Kind: HealthKind.Gap, Source: "Audio" });
        Assert.True(result.Lost > 0);
        Assert.False(File.Exists(session.PlayedWav));
    }

    [Fact]
    public void The_participants_stop_silences_the_device_and_the_run_goes_on()
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, RigYaml("{ kind: jack, inputs: [a, b], outputs: [c, d] }", "output: { full_scale_db_spl: 110, calibrated_on: 2026-11-27 }"));
        var rig = RigReader.Read(file);
        var session = SessionFolder.Create(Path.Combine(_folder, "session"));
        SessionRig.Save(rig, session);
        float[] sound = Noise(1 << 16, 0.02);
        RunResult result;
        using (var device = new AudioDevice(RigDevices.Options(rig, true) with { Kind = AudioDeviceKind.Virtual }))
        using (var ears = new EarSession(rig, Path.Combine(_folder, "doses"), "P1", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)))
        using (var transport = new LslTransport())
        using (var recording = new XdfWriter(session.Xdf))
        using (var outlets = new OutletSink(transport))
        using (var played = new DeviceSound(rig, transport, device))
        {
            using var room = new VirtualRoom(device, 32, [], (_, index) => sound[index % sound.Length]) { Speed = 1 };
            // Whatever the machine's pace: sound, then the stop, then a second more.
            using var end = new CancellationTokenSource();
            LiveRunner? runner = null;
            double stoppedS = double.PositiveInfinity;
            runner = new LiveRunner(rig, played.Transport, session, recording, outlets, new LiveOptions(null, 10))
            {
                Ears = ears, Device = played,
                Progress = doneS =>
                {
                    if (doneS > stoppedS + 1) end.Cancel();
                    if (!(doneS > 1) || double.IsFinite(stoppedS)) return;
                    stoppedS = doneS;
                    runner!.StopSound();
                },
            };
            result = runner.Run(end.Token);
        }
        Assert.Equal("interrupted", result.Ended);
        Assert.Contains(result.Health, e => e is { Kind: HealthKind.Fault, Source: "ears" } && e.Detail.StartsWith("stopped", StringComparison.Ordinal));
        var wav = WavFile.Read(session.PlayedWav).Channel(0);
        Assert.True(wav.IndexOfAnyExcept(0f) >= 0, "nothing was played");
        Assert.True(wav[^(RateHz / 5)..].IndexOfAnyExcept(0f) < 0, "sound after the stop");
    }

    [Fact]
    public void Without_a_calibration_no_session_of_ears_begins()
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, RigYaml("{ kind: jack, inputs: [a, b], outputs: [c, d] }"));
        var e = Assert.Throws<ConfigurationException>((Action)(() => new EarSession(RigReader.Read(file), _folder, "P1", DateTimeOffset.UnixEpoch).Dispose()));
        Assert.Contains("output", e.Message, StringComparison.Ordinal);
    }

    private static double DoseFullScale2S(double pa2H, double fullScaleDbSpl) => pa2H * 3600 / (20e-6 * 20e-6 * Math.Pow(10, fullScaleDbSpl / 10));

    private static float[] Noise(int count, double scale)
    {
        var random = new SeededRandom(11);
        var noise = new float[count];
        for (int i = 0; i < count; i++) noise[i] = (float)(scale * random.Normal());
        return noise;
    }
}
