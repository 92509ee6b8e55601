using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>CRC-32C (Castagnoli, RFC 3720), by the CPU's instruction where it has one.</summary>
internal static class XdfChecksum
{
    public const uint Start = 0xFFFFFFFF;

    /// <summary>Goes on with a checksum that began with <see cref="Start"/>; its complement is the usual value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Start, bytes);
}
