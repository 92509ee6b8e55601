using System.Buffers.Binary;
using System.Runtime.InteropServices;
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

    /// <summary>Steps over the samples without decoding them.</summary>
    /// <param name="offset">Where the count of samples stands.</param>
    /// <param name="declared">The count of samples in the chunk.</param>
    /// <param name="complete">How many whole samples are there before something is wrong.</param>
    /// <param name="end">Where the last whole sample ends.</param>
    /// <returns>Whether all declared samples are there.</returns>
    public static bool Walk(XdfBytes bytes, XdfStream stream, long offset, out long declared, out long complete, out long end)
    {
        (declared, complete, end) = (0, 0, offset);
        int used = bytes.ReadCount(offset, out ulong count);
        if (used == 0) return false;
        end = offset + used;
        long channels = stream.Info.ChannelCount, smallest = 1 + (stream.IsText ? 2 * channels : stream.FrameBytes);
        declared = (long)Math.Min(count, long.MaxValue);
        // A count that cannot fit in the file is a lie: walk what is there.
        bool fits = count <= (ulong)(Math.Max(0, bytes.Length - end) / smallest);
        for (; complete < declared; complete++)
        {
            long at = end;
            var flag = bytes.At(at, 1);
            if (flag.IsEmpty || flag[0] is not (0 or 8)) return false;
            at += 1 + flag[0];
            if (!stream.IsText)
            {
                at += stream.FrameBytes;
            }
            else
            {
                for (int c = 0; c < channels; c++)
                {
                    int prefix = bytes.ReadCount(at, out ulong length);
                    if (prefix == 0 || length > (ulong)(bytes.Length - at)) return false;
                    at += prefix + (long)length;
                }
            }
            if (at > bytes.Length) return false;
            end = at;
        }
        return fits;
    }

    /// <summary>Decodes samples that <see cref="Walk"/> has stepped over.</summary>
    /// <param name="lastStampS">Stamp of the stream's last sample, from which missing stamps are deduced; becomes that of this block.</param>
    /// <param name="lastIsCertain">False at the start and after damage: then missing stamps before the block's first stamp are counted back from it.</param>
    public void Decode(XdfBytes bytes, XdfStream stream, long offset, int frames, ref double lastStampS, bool lastIsCertain)
    {
        int channels = stream.Info.ChannelCount;
        Frames = frames;
        if (_stampsS.Length < frames) _stampsS = new double[Math.Max(frames, 2 * _stampsS.Length)];
        _valueBytes = checked(frames * stream.FrameBytes);
        if (_values.Length < _valueBytes) _values = new byte[Math.Max(_valueBytes, (int)Math.Min(Array.MaxLength, 2L * _values.Length))];
        if (stream.IsText) _texts = frames * channels == _texts.Length ? _texts : new string[frames * channels];
        else _texts = [];

        long at = offset + bytes.ReadCount(offset, out _);
        int firstStamped = -1;
        for (int i = 0; i < frames; i++)
        {
            bool stamped = bytes.At(at++, 1)[0] == 8;
            if (stamped)
            {
                _stampsS[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.At(at, 8));
                at += 8;
                if (firstStamped < 0) firstStamped = i;
            }
            else
            {
                _stampsS[i] = lastStampS + stream.IntervalS;
            }
            lastStampS = _stampsS[i];
            if (!stream.IsText)
            {
                bytes.At(at, stream.FrameBytes).CopyTo(_values.AsSpan(i * stream.FrameBytes));
                at += stream.FrameBytes;
                continue;
            }
            for (int c = 0; c < channels; c++)
            {
                at += bytes.ReadCount(at, out ulong length);
                _texts[i * channels + c] = Encoding.UTF8.GetString(bytes.At(at, (long)length));
                at += (long)length;
            }
        }
        if (lastIsCertain) return;
        for (int i = firstStamped - 1; i >= 0; i--) _stampsS[i] = _stampsS[i + 1] - stream.IntervalS;
    }

    public ReadOnlySpan<T> Values<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(ValueBytes);
}
