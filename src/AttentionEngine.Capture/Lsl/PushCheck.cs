using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>What every outlet checks before it takes a stream or its samples.</summary>
internal static class PushCheck
{
    /// <summary>Frames in a push.</summary>
    /// <exception cref="ArgumentException">The values are no whole frames of the stream's format, or the stamps do not fit them.</exception>
    public static int Frames<T>(StreamInfo info, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged
    {
        if (SampleConverter.FormatOf<T>() != info.Format)
            throw new ArgumentException($"Stream {info.Name} carries {info.Format.XdfName()}, but {typeof(T).Name} was pushed. Convert before pushing.", nameof(interleaved));
        int frames = interleaved.Length / info.ChannelCount;
        if (frames * info.ChannelCount != interleaved.Length)
            throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels, but {interleaved.Length} values were pushed, which is not whole frames.", nameof(interleaved));
        if (frames > 0 && timestampsS.Length != frames && timestampsS.Length != 1)
            throw new ArgumentException($"{frames} frames were pushed to stream {info.Name} with {timestampsS.Length} time stamps; expected {frames}, or 1 for the last frame.", nameof(timestampsS));
        foreach (double stampS in timestampsS) Stamp(info, stampS);
        return frames;
    }

    public static void Text(StreamInfo info, ReadOnlySpan<string> values, double timestampS)
    {
        if (info.Format != ChannelFormat.Text) throw new ArgumentException($"Stream {info.Name} carries {info.Format.XdfName()}, not text.", nameof(values));
        if (values.Length != info.ChannelCount)
            throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels, but {values.Length} texts were pushed.", nameof(values));
        Stamp(info, timestampS);
    }

    public static void Validate(StreamInfo info)
    {
        if (string.IsNullOrEmpty(info.Name)) throw new ArgumentException("A stream needs a name.", nameof(info));
        if (info.ChannelCount is < 1 or > LslLimits.MaxChannels)
            throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels; expected 1 to {LslLimits.MaxChannels}.", nameof(info));
        if (info.Format == ChannelFormat.Undefined) throw new ArgumentException($"Stream {info.Name} has no value format.", nameof(info));
        if (!double.IsFinite(info.NominalRateHz) || info.NominalRateHz < 0 || info.NominalRateHz > LslLimits.MaxRateHz)
            throw new ArgumentException($"Stream {info.Name} has a rate of {info.NominalRateHz} Hz; expected 0 (irregular) or a positive number.", nameof(info));
    }

    private static void Stamp(StreamInfo info, double stampS)
    {
        if (!double.IsFinite(stampS)) throw new ArgumentException($"A time stamp of {stampS} was pushed to stream {info.Name}; expected LSL seconds.");
    }
}
