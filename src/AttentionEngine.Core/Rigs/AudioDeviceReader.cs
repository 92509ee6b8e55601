using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>Reads the <c>audio_device</c> group of a rig: microphones and ears through an audio device of this machine.</summary>
internal static class AudioDeviceReader
{
    public static RigAudioDevice? Read(YamlMap? map, int microphones)
    {
        if (map is null) return null;
        var device = map.Choice("kind", null, "jack", "portaudio") == "jack" ? Jack(map, microphones) : PortAudio(map, microphones);
        map.Done();
        return device;
    }

    private static RigAudioDevice Jack(YamlMap map, int microphones)
    {
        var inputs = map.Texts("inputs");
        if (inputs.Count != microphones) throw map.Error("inputs", $"lists {inputs.Count} JACK ports, but the array has {microphones} microphones; expected one port for each, in the array's order (`attend devices` lists them)");
        var outputs = map.Has("outputs") ? map.Texts("outputs") : [];
        if (outputs.Count is not (0 or 2)) throw map.Error("outputs", $"lists {outputs.Count} JACK ports, expected two: left ear, right ear");
        if (outputs.Count == 2 && outputs[0] == outputs[1]) throw map.Error("outputs", $"names `{outputs[0]}` for both ears; expected two ports");
        return new RigAudioDevice(AudioDeviceKind.Jack, map.Has("server") ? map.Text("server") : null, map.TextOr("client", RigAudioDevice.DefaultClient), inputs, microphones, outputs, 0);
    }

    private static RigAudioDevice PortAudio(YamlMap map, int microphones) =>
        new(AudioDeviceKind.PortAudio, map.Has("host_api") ? map.Text("host_api") : null, RigAudioDevice.DefaultClient, [map.Text("input_device")], microphones,
            map.Has("output_device") ? [map.Text("output_device")] : [], map.IntegerOr("block_frames", 0, 0, 8192));
}
