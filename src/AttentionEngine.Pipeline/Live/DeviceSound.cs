using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Live;

/// <summary>
/// The rig's audio device in a live run. Its microphones are a stream of <see cref="Transport"/>; its outputs play an audio path of their own, which runs in
/// the device's callback and gets every gain and filter that the graph decides. The graph's own path runs beside it over the stream of the microphones, so
/// that a replay repeats each decision; what was really played is <c>played.wav</c>.
/// </summary>
public sealed class DeviceSound : IDisposable
{
    private const double HistoryS = 10, SilenceS = 0.3;
    private const int MaxFrames = 4096;
    private readonly Rig _rig;
    private readonly AudioDevice _device;
    private readonly AudioHistory? _history;
    private readonly float[] _planar = new float[AudioStage.Ears * MaxFrames];
    private readonly float[] _file = new float[AudioStage.Ears * MaxFrames];
    private WavWriter? _wav;
    private AudioPath? _path;
    private long _xruns, _lost, _written, _fileLost;

    /// <param name="bus">Where all other streams are.</param>
    /// <param name="device">Opened by <see cref="RigDevices"/>, with outputs where sound is played; belongs to the caller.</param>
    public DeviceSound(Rig rig, IStreamTransport bus, AudioDevice device)
    {
        ArgumentNullException.ThrowIfNull(rig);
        ArgumentNullException.ThrowIfNull(device);
        (_rig, _device) = (rig, device);
        var source = rig.Find(StreamRole.Audio)!;
        if (Plays) _history = new AudioHistory(AudioStage.Ears, (int)(HistoryS * rig.Array.SampleRateHz));
        var info = new StreamInfo
        {
            Name = $"{rig.Name} microphones", Type = "Audio", ChannelCount = device.Options.Inputs, NominalRateHz = rig.Array.SampleRateHz, Format = ChannelFormat.Float32, SourceId = source.SourceId,
            HostName = Environment.MachineName, Uid = source.SourceId,
            Desc = StreamInfo.DescOf(Enumerable.Range(0, device.Options.Inputs).Select(c => (device.Options.InputNames.ElementAtOrDefault(c) is { Length: > 0 } port && device.Options.Kind == AudioDeviceKind.Jack ? port : FormattableString.Invariant($"channel {c + 1}"), "Audio", "full scale"))),
        };
        Transport = new DeviceTransport(bus, device, info, Plays ? Keep : null);
    }

    /// <summary>The bus with the device's microphones on it.</summary>
    public IStreamTransport Transport { get; }

    /// <summary>Whether sound goes to the ears.</summary>
    public bool Plays => _device.Options.Outputs >= AudioStage.Ears;
    public AudioDeviceStatus Status => _device.Status;

    /// <summary>Host thread: sound from here on, within the participant's limits.</summary>
    /// <param name="playedWav">New file for what is played.</param>
    public void Begin(AttentionPipeline pipeline, EarProtection ears, string playedWav)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(ears);
        if (!Plays) throw new InvalidOperationException("the device was opened without outputs");
        _wav = new WavWriter(playedWav, AudioStage.Ears, (int)Math.Round(_rig.Array.SampleRateHz));
        _path = new AudioPath(_rig.Array, _rig.AudioPath, pipeline.TalkerIds.Count, ears: ears);
        _device.Attach(_path, _rig.Wiring);
        pipeline.Audio.Played = _path;
    }

    /// <summary>Host thread: xruns since the last call, and the file.</summary>
    public void Record(IHealthSink health, StreamTime now)
    {
        ArgumentNullException.ThrowIfNull(health);
        var status = _device.Status;
        if (status.Xruns > _xruns)
            health.Report(new HealthEvent(now, HealthKind.Xrun, StreamRole.Audio.ToString(), status.Xruns - _xruns, FormattableString.Invariant($"the audio device reports {status.Xruns - _xruns} xruns, {status.LostSamples - _lost} samples lost by its own count")));
        (_xruns, _lost) = (status.Xruns, status.LostSamples);
        if (_wav is null || _history is null) return;
        while ((int)Math.Min(MaxFrames, _history.Written - _written) is > 0 and var frames)
        {
            if (!_history.TryCopy(_written, frames, _file)) _fileLost += frames;
            _wav.AppendPlanar(_file.AsSpan(0, AudioStage.Ears * frames));
            _written += frames;
        }
    }

    /// <summary>Host thread, while the graph still exists: fades to silence, takes the path out of the device.</summary>
    /// <returns>What was heard, for the dose; null where nothing was played.</returns>
    public AudioSafetyStatus? End(AttentionPipeline pipeline, IHealthSink health, StreamTime now)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        if (_path is null) return null;
        pipeline.Audio.Played = null; // this stop is no fault
        _path.Stop();
        for (double waitedS = 0; waitedS < SilenceS && _path.ReadSafety().MuteGain > 0 && _device.Status.Running; waitedS += 0.005) Thread.Sleep(5);
        _device.Detach();
        Record(health, now);
        if (_fileLost > 0) health.Report(new HealthEvent(now, HealthKind.Drop, "ears", _fileLost, "samples missing from played.wav: the disk was too slow"));
        _fileLost = 0;
        return _path.ReadSafety();
    }

    // The microphones' thread.
    private void Keep(ReadOnlySpan<float> interleaved)
    {
        int frames = interleaved.Length / AudioStage.Ears;
        for (int i = 0; i < frames; i++)
            for (int e = 0; e < AudioStage.Ears; e++) _planar[e * frames + i] = interleaved[i * AudioStage.Ears + e];
        _history!.Append(_planar.AsSpan(0, AudioStage.Ears * frames), frames);
    }

    public void Dispose()
    {
        _device.Detach();
        _path?.Dispose();
        _wav?.Dispose();
    }
}
