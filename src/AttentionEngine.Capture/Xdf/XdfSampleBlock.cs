using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace AttentionEngine.Capture.Xdf;

/// <summary>The samples of one chunk, decoded into memory that is used again for the next.</summary>
internal sealed class XdfSampleBlock
{
    private double[] _stampsS = new double[256];
    private byte[] _values = new byte[4096];
    private string[] _texts = [];
    private int _valueBytes;

    public int Frames { get; private set; }
    public ReadOnlySpan<double> StampsS => _stampsS.AsSpan(0, Frames);
    public ReadOnlySpan<byte> ValueBytes => _values.AsSpan(0, _valueBytes);

    /// <summary>[frames × channels], frame-major.</summary>
    public ReadOnlySpan<string> Texts => _texts;

    /// <summary>Whether the chunk's length fits its count of samples; a quick look before <see cref="Walk"/>.</summary>
    public static bool MayHold(XdfBytes bytes, XdfStream stream, XdfChunkHead head)
    {
        int used = bytes.ReadCount(head.ContentOffset, out ulong count);
        if (used == 0 || count == 0 || count > (ulong)head.ContentBytes) return false;
        long n = (long)count, content = head.ContentBytes - used;
        return n * stream.LeastSampleBytes <= content && (stream.IsText || content <= n * (9 + stream.FrameBytes));
    }

    /// <summary>Steps over the samples without decoding them.</summary>
    /// <param name="offset">Where the count of samples stands.</param>
    /// <param name="declared">The count of samples in the chunk.</param>
    /// <param name="complete">How many whole samples are there before something is wrong.</param>
    /// <param name="first">Where the first sample stands.</param>
    /// <param name="end">Where the last whole sample ends.</param>
    /// <returns>Whether all declared samples are there.</returns>
    public static bool Walk(XdfBytes bytes, XdfStream stream, long offset, out long declared, out long complete, out long first, out long end)
    {
        (declared, complete, first, end) = (0, 0, offset, offset);
        int used = bytes.ReadCount(offset, out ulong count);
        if (used == 0) return false;
        first = end = offset + used;
        declared = (long)Math.Min(count, long.MaxValue);
        return stream.IsText ? WalkText(bytes, stream, declared, ref complete, ref end) : WalkNumbers(bytes, stream, declared, ref complete, ref end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool WalkNumbers(XdfBytes bytes, XdfStream stream, long declared, ref long complete, ref long end)
    {
        int frameBytes = stream.FrameBytes;
        while (complete < declared)
        {
            var window = bytes.WindowAt(end, 9 + frameBytes);
            int at = 0;
            while (complete < declared && at < window.Length)
            {
                byte flag = window[at];
                if (flag is not (0 or 8))
                {
                    end += at;
                    return false;
                }
                int size = 1 + flag + frameBytes;
                if (window.Length - at < size) break;
                at += size;
                complete++;
            }
            if (at == 0) return false;
            end += at;
        }
        return true;
    }

    private static bool WalkText(XdfBytes bytes, XdfStream stream, long declared, ref long complete, ref long end)
    {
        for (; complete < declared; complete++)
        {
            long at = end;
            var flag = bytes.At(at, 1);
            if (flag.IsEmpty || flag[0] is not (0 or 8)) return false;
            at += 1 + flag[0];
            for (int c = 0; c < stream.Info.ChannelCount; c++)
            {
                int prefix = bytes.ReadCount(at, out ulong length);
                if (prefix == 0 || length > XdfBytes.MostBytes || (long)length > bytes.Length - at - prefix) return false;
                at += prefix + (long)length;
            }
            if (at > bytes.Length) return false;
            end = at;
        }
        return true;
    }

    /// <summary>Decodes samples that <see cref="Walk"/> has stepped over.</summary>
    /// <param name="at">Where the first of them stands.</param>
    /// <param name="lastStampS">Stamp of the stream's last sample, from which missing stamps are deduced; becomes that of this block.</param>
    /// <param name="lastIsCertain">False at the start and after damage: then missing stamps before the block's first stamp are counted back from it.</param>
    /// <returns>Where the sample after them stands.</returns>
    public long Decode(XdfBytes bytes, XdfStream stream, long at, int frames, ref double lastStampS, bool lastIsCertain)
    {
        Frames = frames;
        if (_stampsS.Length < frames) _stampsS = new double[Math.Max(frames, 2 * _stampsS.Length)];
        if (!stream.IsText)
        {
            _texts = [];
            _valueBytes = checked(frames * stream.FrameBytes);
            if (_values.Length < _valueBytes) _values = new byte[Math.Max(_valueBytes, (int)Math.Min(Array.MaxLength, 2L * _values.Length))];
            at = DecodeNumbers(bytes, stream, at, _stampsS.AsSpan(0, frames), _values.AsSpan(0, _valueBytes), ref lastStampS, lastIsCertain, out int decoded);
            Frames = decoded;
            return at;
        }
        int firstStamped = -1;
        at = DecodeText(bytes, stream, at, ref lastStampS, ref firstStamped);
        CountBack(_stampsS, firstStamped, stream, lastIsCertain);
        return at;
    }

    /// <summary>Nothing of the present samples is here: they were decoded elsewhere.</summary>
    public void Clear() => (Frames, _valueBytes, _texts) = (0, 0, []);

    private static void CountBack(Span<double> stampsS, int firstStamped, XdfStream stream, bool lastIsCertain)
    {
        if (!lastIsCertain) for (int i = firstStamped - 1; i >= 0; i--) stampsS[i] = stampsS[i + 1] - stream.IntervalS;
    }

    /// <summary>Decodes samples of a numeric stream into the caller's memory; otherwise as <see cref="Decode"/>.</summary>
    /// <param name="stamps">[frames] seconds.</param>
    /// <param name="values">[frames × bytes of a frame].</param>
    /// <param name="decoded">How many were there: fewer only when the file became shorter while it was read.</param>
    // A file is read once, in a process that may be young: no time to wait for the run-time to find out that this loop is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long DecodeNumbers(XdfBytes bytes, XdfStream stream, long at, Span<double> stamps, Span<byte> values, ref double lastStampS, bool lastIsCertain, out int decoded)
    {
        int frameBytes = stream.FrameBytes, firstStamped = -1;
        decoded = stamps.Length;
        double intervalS = stream.IntervalS, last = lastStampS;
        for (int i = 0; i < stamps.Length;)
        {
            var window = bytes.WindowAt(at, 9 + frameBytes);
            int p = 0;
            for (; i < stamps.Length; i++)
            {
                if (window.Length - p < 9 + frameBytes && window.Length - p < 1 + frameBytes + (p < window.Length ? window[p] : 0)) break;
                if (window[p] == 8)
                {
                    last = BinaryPrimitives.ReadDoubleLittleEndian(window[(p + 1)..]);
                    if (firstStamped < 0) firstStamped = i;
                    p += 9;
                }
                else
                {
                    last += intervalS;
                    p++;
                }
                stamps[i] = last;
                var from = window.Slice(p, frameBytes);
                if (frameBytes == 32)
                {
                    // Eight channels of float32: one move.
                    Vector256.Create(from).CopyTo(values[(i * 32)..]);
                }
                else
                {
                    from.CopyTo(values[(i * frameBytes)..]);
                }
                p += frameBytes;
            }
            if (p == 0)
            {
                // The file became shorter while it was read.
                decoded = i;
                break;
            }
            at += p;
        }
        lastStampS = last;
        CountBack(stamps, firstStamped, stream, lastIsCertain);
        return at;
    }

    private long DecodeText(XdfBytes bytes, XdfStream stream, long at, ref double lastStampS, ref int firstStamped)
    {
        int channels = stream.Info.ChannelCount;
        _valueBytes = 0;
        if (_texts.Length != Frames * channels) _texts = new string[Frames * channels];
        for (int i = 0; i < Frames; i++)
        {
            bool stamped = bytes.At(at++, 1) is [8];
            lastStampS = stamped ? StampAt(bytes, at) : lastStampS + stream.IntervalS;
            if (stamped) at += 8;
            if (stamped && firstStamped < 0) firstStamped = i;
            _stampsS[i] = lastStampS;
            for (int c = 0; c < channels; c++)
            {
                at += bytes.ReadCount(at, out ulong length);
                _texts[i * channels + c] = Encoding.UTF8.GetString(bytes.At(at, (long)length));
                at += (long)length;
            }
        }
        return at;
    }

    private static double StampAt(XdfBytes bytes, long at) => BinaryPrimitives.TryReadDoubleLittleEndian(bytes.At(at, 8), out double stampS) ? stampS : 0;

    public ReadOnlySpan<T> Values<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(ValueBytes);
}
