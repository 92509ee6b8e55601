using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>A block of sound. Owns no memory: valid only during the call that passes it.</summary>
/// <param name="samples">Planar [channels × frames], full scale ±1.</param>
public readonly ref struct AudioBlock(ReadOnlySpan<float> samples, int channels, long firstSample, StreamTime captureTime)
{
    public ReadOnlySpan<float> Samples { get; } = samples;
    public int Channels { get; } = channels;
    public int Frames => Samples.Length / Channels;

    /// <summary>Index of the first frame in its stream.</summary>
    public long FirstSample { get; } = firstSample;
    public StreamTime CaptureTime { get; } = captureTime;
    public ReadOnlySpan<float> Channel(int channel) => Samples.Slice(channel * Frames, Frames);
}
