namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// The last seconds of sound between the audio thread and its readers (tick, file writer): microphones, beams and ears,
/// planar rings indexed by absolute sample. One writer; any number of readers that keep up (a reader that is lapped is told).
/// </summary>
public sealed class AudioHistory(int channels, int capacityFrames)
{
    private readonly float[] _samples = new float[channels * capacityFrames];
    private long _written;

    public int Channels { get; } = channels;

    /// <summary>Samples written per channel since the start.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Writer only.</summary>
    /// <param name="planar">[channels × frames].</param>
    public void Append(ReadOnlySpan<float> planar, int frames)
    {
        for (int c = 0; c < Channels; c++)
        {
            var source = planar.Slice(c * frames, frames);
            int start = (int)(_written % capacityFrames);
            int head = Math.Min(frames, capacityFrames - start);
            var ring = _samples.AsSpan(c * capacityFrames, capacityFrames);
            source[..head].CopyTo(ring[start..]);
            source[head..].CopyTo(ring);
        }
        Volatile.Write(ref _written, _written + frames);
    }

    /// <summary>Copies samples [first, first + frames) into planar [channels × frames].</summary>
    /// <returns>False when they have been overwritten already.</returns>
    public bool TryCopy(long first, int frames, Span<float> planar)
    {
        if (first < 0 || first + frames > Written) throw new ArgumentOutOfRangeException(nameof(first), $"Samples {first} to {first + frames} asked, {Written} written.");
        for (int c = 0; c < Channels; c++)
        {
            var ring = _samples.AsSpan(c * capacityFrames, capacityFrames);
            int start = (int)(first % capacityFrames);
            int head = Math.Min(frames, capacityFrames - start);
            ring.Slice(start, head).CopyTo(planar.Slice(c * frames, head));
            ring[..(frames - head)].CopyTo(planar.Slice(c * frames + head, frames - head));
        }
        return Written - first <= capacityFrames;
    }
}
