using System.Numerics;
using System.Runtime.InteropServices;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Numeric values from a stream's format to the asked type: toward zero and saturating for whole numbers, NaN becomes 0 there.</summary>
internal static class SampleConverter
{
    /// <returns>The stream format that T is, or Undefined.</returns>
    public static ChannelFormat FormatOf<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return ChannelFormat.Float32;
        if (typeof(T) == typeof(double)) return ChannelFormat.Double64;
        if (typeof(T) == typeof(int)) return ChannelFormat.Int32;
        if (typeof(T) == typeof(short)) return ChannelFormat.Int16;
        if (typeof(T) == typeof(sbyte)) return ChannelFormat.Int8;
        return typeof(T) == typeof(long) ? ChannelFormat.Int64 : ChannelFormat.Undefined;
    }

    /// <param name="source">Raw little-endian values in <paramref name="format"/>.</param>
    /// <param name="destination">As many values.</param>
    public static void Convert<T>(ChannelFormat format, ReadOnlySpan<byte> source, Span<T> destination) where T : unmanaged
    {
        if (FormatOf<T>() == format)
        {
            source.CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }
        switch (FormatOf<T>())
        {
            case ChannelFormat.Float32: To(format, source, MemoryMarshal.Cast<T, float>(destination)); break;
            case ChannelFormat.Double64: To(format, source, MemoryMarshal.Cast<T, double>(destination)); break;
            case ChannelFormat.Int32: To(format, source, MemoryMarshal.Cast<T, int>(destination)); break;
            case ChannelFormat.Int16: To(format, source, MemoryMarshal.Cast<T, short>(destination)); break;
            case ChannelFormat.Int8: To(format, source, MemoryMarshal.Cast<T, sbyte>(destination)); break;
            case ChannelFormat.Int64: To(format, source, MemoryMarshal.Cast<T, long>(destination)); break;
            default: throw new ArgumentException($"Values of type {typeof(T).Name} cannot be pulled; expected float, double, int, short, sbyte or long.");
        }
    }

    private static void To<T>(ChannelFormat format, ReadOnlySpan<byte> source, Span<T> destination) where T : unmanaged, INumberBase<T>
    {
        switch (format)
        {
            case ChannelFormat.Float32: FromTo(MemoryMarshal.Cast<byte, float>(source), destination); break;
            case ChannelFormat.Double64: FromTo(MemoryMarshal.Cast<byte, double>(source), destination); break;
            case ChannelFormat.Int32: FromTo(MemoryMarshal.Cast<byte, int>(source), destination); break;
            case ChannelFormat.Int16: FromTo(MemoryMarshal.Cast<byte, short>(source), destination); break;
            case ChannelFormat.Int8: FromTo(MemoryMarshal.Cast<byte, sbyte>(source), destination); break;
            case ChannelFormat.Int64: FromTo(MemoryMarshal.Cast<byte, long>(source), destination); break;
            default: throw new ArgumentException($"A stream of {format.XdfName()} has no numbers; use PullText.");
        }
    }

    private static void FromTo<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        for (int i = 0; i < source.Length; i++) destination[i] = TTo.CreateSaturating(source[i]);
    }
}
