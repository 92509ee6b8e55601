using System.Runtime.InteropServices;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Values of any numeric format as float.</summary>
internal static class XdfConvert
{
    /// <param name="raw">[values] little-endian, of <paramref name="format"/>.</param>
    /// <param name="destination">[values].</param>
    public static void ToSingles(ReadOnlySpan<byte> raw, ChannelFormat format, Span<float> destination)
    {
        switch (format)
        {
            case ChannelFormat.Float32: MemoryMarshal.Cast<byte, float>(raw).CopyTo(destination); break;
            case ChannelFormat.Double64: { var v = MemoryMarshal.Cast<byte, double>(raw); for (int i = 0; i < v.Length; i++) destination[i] = (float)v[i]; break; }
            case ChannelFormat.Int32: { var v = MemoryMarshal.Cast<byte, int>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int16: { var v = MemoryMarshal.Cast<byte, short>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int8: { var v = MemoryMarshal.Cast<byte, sbyte>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int64: { var v = MemoryMarshal.Cast<byte, long>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            default: throw new ArgumentException($"{format.XdfName()} values are not numbers.", nameof(format));
        }
    }

    /// <param name="raw">[values] little-endian, of <paramref name="format"/>.</param>
    /// <param name="destination">[values].</param>
    public static void ToDoubles(ReadOnlySpan<byte> raw, ChannelFormat format, Span<double> destination)
    {
        switch (format)
        {
            case ChannelFormat.Double64: MemoryMarshal.Cast<byte, double>(raw).CopyTo(destination); break;
            case ChannelFormat.Float32: { var v = MemoryMarshal.Cast<byte, float>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int32: { var v = MemoryMarshal.Cast<byte, int>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int16: { var v = MemoryMarshal.Cast<byte, short>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int8: { var v = MemoryMarshal.Cast<byte, sbyte>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            case ChannelFormat.Int64: { var v = MemoryMarshal.Cast<byte, long>(raw); for (int i = 0; i < v.Length; i++) destination[i] = v[i]; break; }
            default: throw new ArgumentException($"{format.XdfName()} values are not numbers.", nameof(format));
        }
    }
}
