using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>A stream of an XDF file, as its header says.</summary>
/// <param name="StreamId">The number that chunks carry; any 32-bit value in foreign files.</param>
/// <param name="HeaderXml">The header's XML as it stands in the file.</param>
public sealed record XdfStream(uint StreamId, StreamInfo Info, string HeaderXml)
{
    /// <summary>Position in the file's order of stream headers, from 0.</summary>
    public int Index { get; init; }
    internal int FrameBytes { get; } = Info.ChannelCount * Info.Format.ByteSize();
    internal bool IsText => Info.Format == ChannelFormat.Text;

    /// <summary>The fewest bytes that a sample can have in the file.</summary>
    internal long LeastSampleBytes => 1 + (IsText ? 2L * Info.ChannelCount : FrameBytes);

    /// <summary>The most samples that one event gives, so that a foreign chunk of any size takes little memory.</summary>
    internal int MostFramesPerEvent => (int)Math.Clamp((IsText ? 1 << 16 : 16 << 20) / (9L + (IsText ? Info.ChannelCount : FrameBytes)), 1, 1 << 20);
    internal double IntervalS => Info.NominalRateHz > 0 ? 1 / Info.NominalRateHz : 0;
}

/// <summary>One measurement of the source's clock.</summary>
/// <param name="CollectionTimeS">When it was made, on the source's clock (XDF's convention), seconds.</param>
/// <param name="OffsetS">Add this to a time stamp of the source to get the recorder's time, seconds.</param>
/// <param name="RoundTripS">Round trip of the measurement, seconds; NaN in files of other recorders, which do not keep it.</param>
public readonly record struct XdfClockOffset(double CollectionTimeS, double OffsetS, double RoundTripS)
{
    /// <summary>When it was made, on the recorder's clock, seconds; NaN in files of other recorders, where it is the sum of the other two.</summary>
    public double LocalTimeS { get; init; } = double.NaN;

    /// <summary>The probe as the inlet gave it, to the last bit in our own files; an unknown round trip becomes 0.</summary>
    public ClockProbe ToProbe() => new(double.IsNaN(LocalTimeS) ? CollectionTimeS + OffsetS : LocalTimeS, OffsetS, double.IsNaN(RoundTripS) ? 0 : RoundTripS);
}

/// <summary>A part of a file that could not be used, or was mended.</summary>
/// <param name="OffsetBytes">Where it begins in the (unpacked) file.</param>
/// <param name="LengthBytes">How many bytes it concerns.</param>
/// <param name="StreamId">The stream, where known.</param>
/// <param name="What">What is wrong and what was done, for a person.</param>
public sealed record XdfDamage(long OffsetBytes, long LengthBytes, uint? StreamId, string What);
