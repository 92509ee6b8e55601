using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Decodes samples of numeric streams: a flag, a stamp where the flag is 8, and the values as they are.</summary>
internal static class XdfFrames
{
    /// <summary>Decodes whole samples from the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="stampsS">[frames] room; a sample without a stamp gets <paramref name="lastS"/> plus a period.</param>
    /// <param name="values">[frames × frameBytes] room, or empty: values are left out.</param>
    /// <param name="lastS">Stamp of the sample before in, of the last one out.</param>
    /// <param name="frames">How many were decoded: as many as there is room for and bytes.</param>
    /// <param name="firstStamped">Index of the first sample that has a stamp of its own; −1: none.</param>
    /// <returns>Bytes used; −1: a flag is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Decode(ReadOnlySpan<byte> bytes, int frameBytes, double intervalS, Span<double> stampsS, Span<byte> values, ref double lastS, out int frames, out int firstStamped)
    {
        int p = 0, i = 0;
        firstStamped = -1;
        double last = lastS;
        bool wanted = values.Length > 0;
        // Room for a stamped sample is checked once for each; then no access needs a check of its own.
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref double stamps = ref MemoryMarshal.GetReference(stampsS);
        if (wanted && values.Length < (long)stampsS.Length * frameBytes) throw new ArgumentException("There is less room for values than for stamps.", nameof(values));
        for (; i < stampsS.Length; i++)
        {
            if (bytes.Length - p < 9 + frameBytes && (bytes.Length == p || bytes.Length - p < 1 + frameBytes + bytes[p])) break;
            byte flag = Unsafe.Add(ref from, p);
            if (flag == 8)
            {
                last = BitConverter.Int64BitsToDouble(ReadInt64(ref Unsafe.Add(ref from, p + 1)));
                p += 9;
                if (firstStamped < 0) firstStamped = i;
            }
            else if (flag == 0)
            {
                last += intervalS;
                p++;
            }
            else
            {
                frames = i;
                return -1;
            }
            Unsafe.Add(ref stamps, i) = last;
            if (wanted)
            {
                // Eight channels of float32: one move.
                if (frameBytes == 32) Vector256.LoadUnsafe(ref Unsafe.Add(ref from, p)).StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i * 32);
                else bytes.Slice(p, frameBytes).CopyTo(values[(i * frameBytes)..]);
            }
            p += frameBytes;
        }
        lastS = last;
        frames = i;
        return p;
    }

    private static long ReadInt64(ref byte at)
    {
        long value = Unsafe.ReadUnaligned<long>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
