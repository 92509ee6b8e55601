using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation.Devices;

/// <summary>A rig's audio device, opened.</summary>
public static class RigDevices
{
    /// <param name="withOutput">Whether sound will be played: without, no output is opened.</param>
    /// <exception cref="ConfigurationException">The rig has no audio device, or none with outputs.</exception>
    public static AudioDevice Open(Rig rig, bool withOutput)
    {
        ArgumentNullException.ThrowIfNull(rig);
        return new AudioDevice(Options(rig, withOutput));
    }

    /// <inheritdoc cref="Open"/>
    public static AudioDeviceOptions Options(Rig rig, bool withOutput)
    {
        ArgumentNullException.ThrowIfNull(rig);
        var d = rig.AudioDevice ?? throw new ConfigurationException($"{rig.FilePath}: no `audio_device` group, so there is no device to open. Add one: `audio_device: {{ kind: jack, inputs: [...], outputs: [...] }}` (rigs/README.md; `attend devices` lists what there is).");
        if (withOutput && !d.HasOutput) throw new ConfigurationException($"{rig.FilePath}: `audio_device` has no outputs, so nothing can be played. Add `{(d.Kind == AudioDeviceKind.Jack ? "outputs: [LEFT, RIGHT]" : "output_device: NAME")}`.");
        return new AudioDeviceOptions(d.Kind, d.InputChannels, withOutput ? 2 : 0, rig.Array.SampleRateHz)
        {
            Server = d.Server, Client = d.Client, InputNames = d.Inputs, OutputNames = withOutput ? d.Outputs : [], BlockFrames = d.BlockFrames,
        };
    }
}
