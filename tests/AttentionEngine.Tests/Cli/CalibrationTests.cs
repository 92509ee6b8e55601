using AttentionEngine.Cli.Calibrations;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Tests.Separation.Devices;

namespace AttentionEngine.Tests.Cli;

/// <summary><c>attend calibrate</c> on a simulated device whose channels are exchanged, inverted and differently sensitive, and whose output has a known level.</summary>
public sealed class CalibrationTests : IDisposable
{
    private const int RateHz = 48000;
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-calibrate").FullName;
    private readonly string _file;

    public CalibrationTests()
    {
        _file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(_file, DeviceCommandTests.RigYaml(RateHz, "{ kind: jack, inputs: [a, b], outputs: [c, d] }") + "calibration_file: c.yaml\n");
        File.WriteAllText(Path.Combine(_folder, "c.yaml"), "schema: attend.calibration/1\nmicrophones:\n  - { name: left, channel: 1 }\n  - { name: right, channel: 2 }\n");
    }

    public void Dispose() => Directory.Delete(_folder, true);

    // Microphone `left` is on channel 2, inverted, full scale 120 dB SPL; `right` on channel 1, full scale 112.5.
    private const double LeftFullScale = 120, RightFullScale = 112.5;

    private Rig Calibrate(CalibrationRequest request, (int, int, int, float)[] paths, Func<int, long, float>? outside = null)
    {
        var rig = RigReader.Read(_file);
        using var device = new AudioDevice(RigDevices.Options(rig, true) with { Kind = AudioDeviceKind.Virtual });
        using var room = new VirtualRoom(device, 64, paths, outside);
        Assert.Equal(0, new CalibrationRun(rig, request) { Device = device, Day = "2026-11-27" }.Execute(json: false, CancellationToken.None));
        return RigReader.Read(_file);
    }

    private static Func<int, long, float> Calibrator(string microphone, double levelDbSpl, double frequencyHz)
    {
        float Tone(double dbSpl, double fullScale, long n) => (float)(Math.Sqrt(2) * Math.Pow(10, (dbSpl - fullScale) / 20) * Math.Sin(2 * Math.PI * frequencyHz * n / RateHz));
        return (channel, n) =>
        {
            // The other microphone hears it 30 dB weaker; both have noise.
            float noise = 1e-5f * ((n * 7919 + channel * 104729) % 2003 / 1001f - 1);
            bool sits = channel == (microphone == "left" ? 1 : 0);
            return noise + (channel == 1 ? -1 : 1) * Tone(levelDbSpl - (sits ? 0 : 30), channel == 1 ? LeftFullScale : RightFullScale, n);
        };
    }

    [Theory, InlineData("left"), InlineData("right")]
    public void A_calibrator_gives_level_and_channel_of_its_microphone(string name)
    {
        var rig = Calibrate(new CalibrationRequest("levels") { Microphone = name, LevelDbSpl = 94, FrequencyHz = 1000 }, [], Calibrator(name, 94, 1003.7));
        var m = rig.Calibration!.Microphones.Single(m => m.Name == name);
        Assert.Equal(name == "left" ? LeftFullScale : RightFullScale, m.FullScaleDbSpl, 0.02);
        Assert.Equal(name == "left" ? 1 : 0, m.Channel);
        Assert.Equal("2026-11-27", m.CalibratedOn);
        Assert.False(rig.Calibration.LevelsKnown);
        Assert.Equal([1, 0], rig.Wiring.Channels); // whose channel was taken has the other's
    }

    [Fact]
    public void The_whole_calibration_of_a_rig_with_exchanged_and_inverted_channels()
    {
        // The receiver of output 1, held at each microphone in turn. It is 20 dB weaker at the other.
        var atLeft = Calibrate(new CalibrationRequest("channels") { Microphone = "left" }, [(0, 1, 300, -0.5f), (0, 0, 320, 0.05f)]);
        Assert.Equal((1, true), (atLeft.Calibration!.Microphones[0].Channel, atLeft.Calibration.Microphones[0].Inverted));
        var atRight = Calibrate(new CalibrationRequest("channels") { Microphone = "right" }, [(0, 1, 320, -0.05f), (0, 0, 300, 0.5f)]);
        Assert.Equal((0, false), (atRight.Calibration!.Microphones[1].Channel, atRight.Calibration.Microphones[1].Inverted));
        Calibrate(new CalibrationRequest("levels") { Microphone = "left", LevelDbSpl = 114, FrequencyHz = 250 }, [], Calibrator("left", 114, 250));
        var levels = Calibrate(new CalibrationRequest("levels") { Microphone = "right", LevelDbSpl = 94, FrequencyHz = 1000 }, [], Calibrator("right", 94, 1000));
        Assert.Equal([1, 0], levels.Wiring.Channels);
        double mean = (LeftFullScale + RightFullScale) / 2;
        Assert.Equal(-Math.Pow(10, (LeftFullScale - mean) / 20), levels.Wiring.Gains[0], 0.005);
        Assert.Equal(Math.Pow(10, (RightFullScale - mean) / 20), levels.Wiring.Gains[1], 0.005);

        // The outputs: left at the left ear, both of one polarity.
        Calibrate(new CalibrationRequest("channels"), [(0, 1, 200, -0.5f), (0, 0, 240, 0.1f), (1, 0, 200, 0.5f), (1, 1, 240, -0.1f)]);
        // A full-scale output gives 105 dB SPL at `left`: a gain of 105 - 120 dB to its channel; the right one 2 dB less.
        var output = Calibrate(new CalibrationRequest("output") { Couplers = ["left", "right"], LevelDbfs = -25 },
            [(0, 1, 200, -(float)Math.Pow(10, (105 - LeftFullScale) / 20)), (1, 0, 200, (float)Math.Pow(10, (103 - RightFullScale) / 20))]);
        Assert.Equal(105, output.Output!.FullScaleDbSpl, 0.02);
        Assert.Equal("2026-11-27", output.Output.CalibratedOn);
        Assert.Equal(100, output.Output.PeakCapDbSpl);
        Assert.Equal(5, Directory.GetFiles(_folder, "c.yaml.*.old").Length); // nothing was overwritten
    }

    [Fact]
    public void A_rig_that_does_not_name_the_file_yet_loses_nothing_between_measurements()
    {
        File.WriteAllText(_file, DeviceCommandTests.RigYaml(RateHz, "{ kind: jack, inputs: [a, b], outputs: [c, d] }"));
        Calibrate(new CalibrationRequest("channels") { Microphone = "left" }, [(0, 1, 300, -0.5f)]);
        Calibrate(new CalibrationRequest("output") { MeasuredDbSpl = 74.5, LevelDbfs = -30 }, []);
        File.AppendAllText(_file, "calibration_file: rig.calibration.yaml\n");
        var rig = RigReader.Read(_file);
        Assert.Equal([1, 0], rig.Wiring.Channels);
        Assert.True(rig.Calibration!.Microphones[0].Inverted);
        Assert.Equal(104.5, rig.Output!.FullScaleDbSpl);
    }

    [Fact]
    public void Exchanged_outputs_and_opposite_polarity_are_refused()
    {
        Assert.Contains("exchanged", Refused(new CalibrationRequest("channels"), [(0, 0, 240, 0.1f), (0, 1, 200, 0.5f), (1, 0, 200, 0.5f), (1, 1, 240, 0.1f)]), StringComparison.Ordinal);
        Assert.Contains("opposite polarity", Refused(new CalibrationRequest("channels"), [(0, 0, 200, 0.5f), (1, 1, 200, -0.5f)]), StringComparison.Ordinal);
        Assert.Contains("output 2 is not heard", Refused(new CalibrationRequest("channels"), [(0, 0, 200, 0.5f)]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_clear_is_refused_and_nothing_is_written()
    {
        string before = File.ReadAllText(Path.Combine(_folder, "c.yaml"));
        var levels = new CalibrationRequest("levels") { Microphone = "left", LevelDbSpl = 94 };
        Assert.Contains("no clean tone", Refused(levels, [], (_, n) => 0.01f * ((n * 7919 % 2003) / 1001f - 1)), StringComparison.Ordinal);
        Assert.Contains("within 6 dB", Refused(levels, [], (c, n) => (c == 0 ? 0.01f : 0.012f) * MathF.Sin(2 * MathF.PI * (n % 48) / 48)), StringComparison.Ordinal);
        Assert.Contains("clips", Refused(levels, [], (c, n) => c == 0 ? Math.Clamp(1.2f * MathF.Sin(2 * MathF.PI * (n % 48) / 48), -1, 1) : 0), StringComparison.Ordinal);
        Assert.Contains("changes by", Refused(levels, [], (c, n) => c == 0 ? 0.1f * (1 + 0.15f * (n % 192000) / 192000f) * MathF.Sin(2 * MathF.PI * (n % 48) / 48) : 0), StringComparison.Ordinal);
        Assert.Contains("no channel hears", Refused(new CalibrationRequest("channels") { Microphone = "left" }, []), StringComparison.Ordinal);
        Assert.Contains("has no level yet", Refused(new CalibrationRequest("output") { Couplers = ["left"] }, [(0, 0, 200, 0.1f)]), StringComparison.Ordinal);
        Assert.Contains("nose", Refused(levels with { Microphone = "nose" }, []), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_folder, "c.yaml")));
    }

    [Fact]
    public void A_meters_reading_becomes_the_level_of_full_scale()
    {
        var rig = Calibrate(new CalibrationRequest("output") { MeasuredDbSpl = 74.5, LevelDbfs = -30 }, []);
        Assert.Equal(104.5, rig.Output!.FullScaleDbSpl, 1e-9);
        Assert.Contains("possible", Refused(new CalibrationRequest("output") { MeasuredDbSpl = 140, LevelDbfs = -60 }, []), StringComparison.Ordinal);
        File.AppendAllText(_file, "output: { full_scale_db_spl: 100, calibrated_on: 2026-11-01 }\n");
        File.WriteAllText(Path.Combine(_folder, "c.yaml"), "schema: attend.calibration/1\nmicrophones:\n  - { name: left, channel: 1 }\n  - { name: right, channel: 2 }\n");
        Assert.Contains("Delete these two keys", Refused(new CalibrationRequest("output") { MeasuredDbSpl = 74.5, LevelDbfs = -30 }, []), StringComparison.Ordinal);
    }

    private string Refused(CalibrationRequest request, (int, int, int, float)[] paths, Func<int, long, float>? outside = null) =>
        Assert.ThrowsAny<AttendException>((Action)(() => Calibrate(request, paths, outside))).Message;
}
