namespace AttentionEngine.Separation.Design.Masks;

/// <summary>Says who owns each bin of a frame.</summary>
internal interface IMaskSource
{
    /// <summary>Starts afresh with so many talkers.</summary>
    void Reset(int talkers);

    /// <summary>Takes the features of the next frame.</summary>
    /// <param name="now">[K + 1][stride] shares of the frame's classes; sums to 1, diffuse last.</param>
    /// <param name="ahead">The same <see cref="NetworkMasks.AheadFrames"/> frames on: when a filter designed now will be heard.</param>
    void Estimate(ReadOnlySpan<float> features, double[][] now, double[][] ahead);
}
