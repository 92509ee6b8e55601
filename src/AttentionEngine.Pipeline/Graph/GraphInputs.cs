using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>The edges into the tick: one bounded buffer per stream of the rig.</summary>
public sealed class GraphInputs
{
    private const double BufferS = 8, FrameBufferS = 5, EegRateHz = 2048; // what comes in while the graph warms up waits here
    private readonly StreamBuffer?[] _buffers = new StreamBuffer?[TickInputs.Count];
    private readonly AudioStage _audio;
    private readonly long _maxBlocks;

    /// <param name="eegChannels">0 when the session has no EEG.</param>
    public GraphInputs(Rig rig, int talkers, int eegChannels, AudioStage audio)
    {
        _audio = audio;
        _maxBlocks = (long)(rig.Array.SampleRateHz * 0.5 / audio.BlockFrames);
        void Add(StreamRole role, int channels, double maxRateHz)
        {
            if (rig.Find(role) is not null && channels > 0) _buffers[TickInputs.Slot(role)] = New(channels, maxRateHz);
        }
        Add(StreamRole.Head, HeadPoseChunk.ChannelCount, 1000);
        Add(StreamRole.Gaze, GazeChunk.ChannelCount, 1200);
        Add(StreamRole.Eeg, eegChannels, EegRateHz);
        Add(StreamRole.Talkers, 3 * talkers, 100);
        if (rig is { EgoCamera: { } camera } && rig.Find(StreamRole.EgoCamera) is not null) Frames = new FrameBuffer(camera.WidthPx, camera.HeightPx, (int)Math.Ceiling(FrameBufferS * camera.RateHz));
    }

    private static StreamBuffer New(int channels, double maxRateHz) => new(channels, (int)(maxRateHz * BufferS));

    /// <summary>An edge for EEG that was not there at the start. Host thread; the next tick sees it.</summary>
    public void AddEeg(int channels) => Volatile.Write(ref _buffers[TickInputs.Slot(StreamRole.Eeg)], New(channels, EegRateHz));

    /// <summary>Pictures of the ego camera, or null without one.</summary>
    public FrameBuffer? Frames { get; }

    public StreamBuffer? Buffer(StreamRole role) => TickInputs.Slot(role) is var slot and >= 0 ? _buffers[slot] : null;

    /// <summary>[6] what a tick at <paramref name="timeS"/> may consume of what has arrived by now.</summary>
    public void CountUpTo(double timeS, Span<long> counts)
    {
        counts.Clear();
        // At most half a second of sound a tick: after a stall the following ticks catch up.
        counts[0] = Math.Min(_audio.Blocks.IndexAfter(timeS), _audio.Blocks.Read + _maxBlocks);
        for (int slot = 1; slot < TickInputs.Count; slot++)
            if (_buffers[slot] is { } buffer) counts[slot] = buffer.IndexAfter(timeS);
        if (Frames is not null) counts[TickInputs.Slot(StreamRole.EgoCamera)] = Frames.IndexAfter(timeS);
    }

    public SampleChunk Take(StreamRole role, ReadOnlySpan<long> upTo)
    {
        int slot = TickInputs.Slot(role);
        return _buffers[slot] is { } buffer ? buffer.Take(upTo[slot]) : default;
    }

    /// <summary>Frames refused at full buffers: data loss.</summary>
    public long Refused
    {
        get
        {
            long refused = (Frames?.Refused ?? 0) + _audio.Blocks.Refused;
            foreach (var buffer in _buffers) refused += buffer?.Refused ?? 0; // no query: it may be asked each tick
            return refused;
        }
    }
}
