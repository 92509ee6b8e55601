using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Tests.Cli;

namespace AttentionEngine.Tests.Core.Rigs;

/// <summary>The rig's <c>audio_device</c> and <c>calibration_file</c>: what is read, and what is refused and how.</summary>
public sealed class AudioDeviceRigTests : IDisposable
{
    private const string Device = "{ kind: jack, inputs: [s:1, s:2], outputs: [p:1, p:2] }";
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-rig").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private Rig Read(string device, string more = "")
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, DeviceCommandTests.RigYaml(48000, device) + more);
        return RigReader.Read(file);
    }

    private string Refused(string device, string more = "") => Assert.Throws<ConfigurationException>(() => Read(device, more)).Message;

    [Fact]
    public void A_device_stands_for_the_audio_stream()
    {
        var rig = Read(Device);
        Assert.Equal((AudioDeviceKind.Jack, "attend", 2, true), (rig.AudioDevice!.Kind, rig.AudioDevice.Client, rig.AudioDevice.InputChannels, rig.AudioDevice.HasOutput));
        Assert.Equal(("jack:default", true), (rig.Find(StreamRole.Audio)!.SourceId, rig.Find(StreamRole.Audio)!.Required));
        Assert.True(rig.Wiring.IsStraight);
        var portAudio = Read("{ kind: portaudio, host_api: ALSA, input_device: \"USB\", block_frames: 64 }").AudioDevice!;
        Assert.Equal((AudioDeviceKind.PortAudio, "ALSA", 64, false), (portAudio.Kind, portAudio.Server, portAudio.BlockFrames, portAudio.HasOutput));
    }

    [Theory]
    [InlineData("{ kind: jack, inputs: [s:1], outputs: [p:1, p:2] }", "inputs")]
    [InlineData("{ kind: jack, inputs: [s:1, s:2], outputs: [p:1] }", "left ear")]
    [InlineData("{ kind: jack, inputs: [s:1, s:2], outputs: [p:1, p:1] }", "both ears")]
    [InlineData("{ kind: asio, inputs: [s:1, s:2] }", "portaudio")]
    [InlineData("{ kind: jack, inputs: [s:1, s:2], output: [p:1, p:2] }", "outputs")]
    [InlineData("{ kind: portaudio, output_device: x }", "input_device")]
    public void A_device_that_cannot_be_is_refused(string device, string says) => Assert.Contains(says, Refused(device), StringComparison.Ordinal);

    [Fact]
    public void Microphones_from_two_places_are_refused() =>
        Assert.Contains("audio_device", Refused(Device, "streams: { audio: { source_id: x } }\n"), StringComparison.Ordinal);

    [Fact]
    public void What_was_measured_is_written_read_and_used()
    {
        string file = Path.Combine(_folder, "c.yaml");
        var array = Read(Device).Array;
        CalibrationFile.Write(file, new RigCalibration([new("left", 1, true, 120, "2026-11-27"), new("right", 0, false, 114, "2026-11-27")], new OutputCalibration(101.25, "2026-11-26")), "loop");
        CalibrationFile.Write(file, CalibrationFile.Read(file, array), "loop"); // the same again; the first is kept
        Assert.True(File.Exists(file + ".1.old"));
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(file + ".1.old"));
        var rig = Read(Device, "calibration_file: c.yaml\n");
        Assert.Equal([1, 0], rig.Wiring.Channels);
        Assert.Equal(-Math.Pow(10, 3 / 20.0), rig.Wiring.Gains[0], 1e-6); // 3 dB less sensitive than the mean, and turned
        Assert.Equal(Math.Pow(10, -3 / 20.0), rig.Wiring.Gains[1], 1e-6);
        Assert.Equal(117, rig.Calibration!.FullScaleDbSpl, 1e-9);
        Assert.Equal(new RigOutput(101.25, "2026-11-26"), rig.Output);
        Assert.Equal(95, Read(Device, "calibration_file: c.yaml\noutput: { peak_cap_db_spl: 95 }\n").Output!.PeakCapDbSpl);
        Assert.Contains("delete one", Refused(Device, "calibration_file: c.yaml\noutput: { full_scale_db_spl: 100, calibrated_on: 2026-11-01 }\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- { name: left, channel: 1 }\n  - { name: right, channel: 1 }", "channel 1")]
    [InlineData("- { name: left, channel: 1 }\n  - { name: left, channel: 2 }", "twice")]
    [InlineData("- { name: left, channel: 1 }", "lists 1")]
    [InlineData("- { name: left, channel: 3 }\n  - { name: right, channel: 1 }", "channel")]
    [InlineData("- { name: nose, channel: 1 }\n  - { name: right, channel: 2 }", "nose")]
    [InlineData("- { name: left, channel: 1, full_scale_db_spl: 120 }\n  - { name: right, channel: 2 }", "calibrated_on")]
    public void A_calibration_that_does_not_fit_is_refused(string microphones, string says)
    {
        File.WriteAllText(Path.Combine(_folder, "c.yaml"), $"schema: attend.calibration/1\nmicrophones:\n  {microphones}\n");
        Assert.Contains(says, Refused(Device, "calibration_file: c.yaml\n"), StringComparison.Ordinal);
    }
}
