using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

public enum XdfEventKind { StreamHeader, Samples, ClockOffset, StreamFooter }

/// <summary>
/// Reads any XDF file event by event in file order, with constant memory; the source of replay. It never throws because of what is in
/// the file: after damage it finds the next sound chunk, and lists what it left out in <see cref="Damage"/>. Numeric chunks allocate
/// nothing in steady state. Not thread-safe.
/// </summary>
public sealed class XdfEventReader : IDisposable
{
    private readonly XdfBytes _bytes;
    private readonly Dictionary<uint, XdfStream> _streams = [];
    private readonly Dictionary<uint, (double LastStampS, bool Certain)> _clocks = [];
    private readonly Dictionary<uint, (double RoundTripS, double LocalTimeS)> _probes = [];
    private readonly List<XdfDamage> _damage = [];
    private readonly XdfSampleBlock _block = new();
    private long _position;

    /// <exception cref="Core.Errors.InputDataException">The file does not exist or cannot be opened.</exception>
    public XdfEventReader(string path)
    {
        Path = path;
        _bytes = new XdfBytes(path);
        HasMagic = _bytes.At(0, 4).SequenceEqual(XdfFormat.Magic);
        if (HasMagic) _position = 4;
        else _damage.Add(new XdfDamage(0, Math.Min(4, _bytes.Length), null, "the file does not begin with 'XDF:'"));
        if (_bytes.Problem is { } problem) _damage.Add(new XdfDamage(_bytes.Length, 0, null, problem));
    }

    public string Path { get; }

    /// <summary>Whether the file begins as an XDF file does.</summary>
    public bool HasMagic { get; }

    /// <summary>Bytes of the (unpacked) file, and how far reading has come.</summary>
    public long LengthBytes => _bytes.Length;
    public long PositionBytes => _position;

    /// <summary>The file header's XML; empty before it is read or when it is lost.</summary>
    public string FileHeaderXml { get; private set; } = "";
    public IReadOnlyList<XdfDamage> Damage => _damage;
    public XdfEventKind Kind { get; private set; }

    /// <summary>The stream of the present event.</summary>
    public XdfStream Stream { get; private set; } = null!;

    /// <summary>Frames of the present samples event.</summary>
    public int Frames => _block.Frames;

    /// <summary>[frames] stamps on the source's clock, seconds; stamps that the file leaves out are deduced from the nominal rate.</summary>
    public ReadOnlySpan<double> StampsS => _block.StampsS;

    /// <summary>[frames × channels] text, frame-major; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<string> Texts => _block.Texts;

    /// <summary>The present clock-offset event.</summary>
    public XdfClockOffset ClockOffset { get; private set; }

    /// <summary>The present footer event's XML.</summary>
    public string FooterXml { get; private set; } = "";

    /// <summary>[frames × channels] values in the stream's own format, frame-major; valid until the next <see cref="Read"/>.</summary>
    /// <typeparam name="T">The stream's own format: float, double, int, short, sbyte or long.</typeparam>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged
    {
        if (Marshal.SizeOf<T>() != Stream.Info.Format.ByteSize())
            throw new ArgumentException($"Stream '{Stream.Info.Name}' holds {Stream.Info.Format.XdfName()}, not {typeof(T).Name}.");
        return _block.Values<T>();
    }

    /// <summary>Copies the values of the present samples event, converted from any numeric format.</summary>
    /// <param name="destination">[frames × channels], frame-major.</param>
    public void CopyValues(Span<float> destination) => XdfConvert.ToSingles(_block.ValueBytes, Stream.Info.Format, destination);

    /// <summary>Goes to the next event.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool Read()
    {
        while (_position < _bytes.Length)
        {
            if (!XdfChunkHead.TryRead(_bytes, _position, out var head) || !IsSensible(head))
            {
                Resync("no chunk begins here");
                continue;
            }
            bool isEvent = head.Tag switch
            {
                XdfFormat.Samples => ReadSamples(head),
                XdfFormat.ClockOffset => ReadClockOffset(head),
                XdfFormat.StreamHeader => ReadStreamHeader(head),
                XdfFormat.StreamFooter => ReadFooter(head),
                _ => ReadOther(head),
            };
            if (isEvent) return true;
        }
        return false;
    }

    /// <summary>Whether the frame is one that a writer makes and that lies in the file; samples may lie about their length.</summary>
    private bool IsSensible(XdfChunkHead head)
    {
        if (head.Tag is 0 or > 1024) return false;
        if (head.Tag == XdfFormat.Boundary) return XdfChunkHead.IsBoundary(_bytes, head) && head.End <= _bytes.Length;
        if (head.Tag == XdfFormat.Samples && _streams.ContainsKey(head.StreamId)) return true;
        if (head.End > _bytes.Length) return false;
        if (head.Tag == XdfFormat.ClockOffset && head.ContentBytes == 16 && _streams.ContainsKey(head.StreamId)) return true;
        if (XdfChunkHead.IsPlausibleAt(_bytes, head.End, _ => true)) return true;
        // What follows is damaged; a header or footer that is whole in itself still counts.
        return head.Tag is XdfFormat.FileHeader or XdfFormat.StreamHeader or XdfFormat.StreamFooter
            && XdfResync.StartsWithMarkup(_bytes.At(head.ContentOffset, Math.Min(head.ContentBytes, 16)))
            && XdfInfoXml.TryParse(Encoding.UTF8.GetString(_bytes.At(head.ContentOffset, head.ContentBytes))) is not null;
    }

    private bool ReadSamples(XdfChunkHead head)
    {
        if (!_streams.TryGetValue(head.StreamId, out var stream)) return Skip(head, "samples of a stream whose header is missing are left out");
        bool whole = XdfSampleBlock.Walk(_bytes, stream, head.ContentOffset, out long declared, out long frames, out long end);
        if (whole && end != head.End)
        {
            if (!XdfChunkHead.IsPlausibleAt(_bytes, end, _streams.ContainsKey)) whole = false;
            else AddDamage(head.Offset, end - head.Offset, head.StreamId, $"the chunk's length says {head.End - head.Offset} bytes, its samples have {end - head.Offset}; the samples are kept");
        }
        if (!whole)
        {
            bool framed = head.End < _bytes.Length && XdfChunkHead.IsPlausibleAt(_bytes, head.End, _streams.ContainsKey);
            long next = framed ? head.End : XdfResync.Find(_bytes, head.Offset, _streams);
            // Only a file that ends inside this chunk keeps its whole samples: elsewhere, what is before the damage cannot be trusted.
            if (next < _bytes.Length || head.End <= _bytes.Length || frames == 0)
            {
                string amount = declared is > 0 and < int.MaxValue ? $"up to {declared} samples" : "samples";
                LeaveOut(head.Offset, next - head.Offset, head.StreamId, $"a damaged chunk: {amount} are left out");
                _position = next;
                return false;
            }
            AddDamage(head.Offset, _bytes.Length - head.Offset, head.StreamId, $"the file ends inside a chunk: {frames} of {declared} samples are kept");
            end = _bytes.Length;
        }
        if (frames * Math.Max(1, stream.FrameBytes) > Array.MaxLength || frames * stream.Info.ChannelCount > Array.MaxLength)
            return Skip(head, "a chunk of more than 2 GiB is left out");
        var (lastStampS, certain) = _clocks[head.StreamId];
        _block.Decode(_bytes, stream, head.ContentOffset, (int)frames, ref lastStampS, certain);
        if (frames > 0) _clocks[head.StreamId] = (lastStampS, true);
        _position = end;
        (Kind, Stream) = (XdfEventKind.Samples, stream);
        return frames > 0;
    }

    private bool ReadClockOffset(XdfChunkHead head)
    {
        if (!_streams.TryGetValue(head.StreamId, out var stream)) return Skip(head, "a clock offset of a stream whose header is missing is left out");
        var content = _bytes.At(head.ContentOffset, head.ContentBytes);
        if (content.Length != 16) return Skip(head, $"a clock offset has {content.Length} bytes, expected 16; it is left out");
        double time = BinaryPrimitives.ReadDoubleLittleEndian(content), offset = BinaryPrimitives.ReadDoubleLittleEndian(content[8..]);
        if (!double.IsFinite(time) || !double.IsFinite(offset)) return Skip(head, "a clock offset is not a finite number; it is left out");
        _position = head.End;
        bool known = _probes.Remove(head.StreamId, out var probe);
        (Kind, Stream, ClockOffset) = (XdfEventKind.ClockOffset, stream, known
            ? new XdfClockOffset(time, offset, probe.RoundTripS) { LocalTimeS = probe.LocalTimeS }
            : new XdfClockOffset(time, offset, double.NaN));
        return true;
    }

    private bool ReadStreamHeader(XdfChunkHead head)
    {
        string xml = Encoding.UTF8.GetString(_bytes.At(head.ContentOffset, head.ContentBytes));
        var info = XdfInfoXml.Read(xml, out bool damaged);
        if (info is null) return Skip(head, "a stream header without a valid channel_count and channel_format is left out, and its samples with it");
        if (_streams.ContainsKey(head.StreamId)) return Skip(head, "a second header of the same stream is left out");
        if (damaged) AddDamage(head.Offset, head.End - head.Offset, head.StreamId, "the stream header's XML is damaged; name, type, format and rate are kept, the description is lost");
        _position = head.End;
        var stream = new XdfStream(head.StreamId, info, xml) { Index = _streams.Count };
        _streams.Add(head.StreamId, stream);
        _clocks.Add(head.StreamId, (0, false));
        (Kind, Stream) = (XdfEventKind.StreamHeader, stream);
        return true;
    }

    private bool ReadFooter(XdfChunkHead head)
    {
        if (!_streams.TryGetValue(head.StreamId, out var stream)) return Skip(head, "the footer of a stream whose header is missing is left out");
        FooterXml = Encoding.UTF8.GetString(_bytes.At(head.ContentOffset, head.ContentBytes));
        if (XdfInfoXml.TryParse(FooterXml) is null) AddDamage(head.Offset, head.End - head.Offset, head.StreamId, "the stream footer's XML is damaged");
        _position = head.End;
        (Kind, Stream) = (XdfEventKind.StreamFooter, stream);
        return true;
    }

    private bool ReadOther(XdfChunkHead head)
    {
        var content = _bytes.At(head.ContentOffset, head.ContentBytes);
        if (head.Tag == XdfFormat.FileHeader)
        {
            FileHeaderXml = Encoding.UTF8.GetString(content);
            if (XdfInfoXml.TryParse(FileHeaderXml) is null) AddDamage(head.Offset, head.End - head.Offset, null, "the file header's XML is damaged");
        }
        else if (head.Tag == XdfFormat.Boundary && content.Length == 16 + XdfFormat.ProbeBytes && content[16] == XdfFormat.ProbeMark)
        {
            _probes[BinaryPrimitives.ReadUInt32LittleEndian(content[17..])] =
                (BinaryPrimitives.ReadDoubleLittleEndian(content[21..]), BinaryPrimitives.ReadDoubleLittleEndian(content[29..]));
        }
        _position = head.End;
        return false;
    }

    private bool Skip(XdfChunkHead head, string what)
    {
        LeaveOut(head.Offset, head.End - head.Offset, XdfFormat.HasStreamId(head.Tag) ? head.StreamId : null, what);
        _position = head.End;
        return false;
    }

    private void Resync(string what)
    {
        long next = XdfResync.Find(_bytes, _position, _streams);
        LeaveOut(_position, next - _position, null, next == _bytes.Length ? $"{what}, and none follows: the rest is left out" : $"{what}; reading goes on at the next sound chunk");
        _position = next;
    }

    /// <summary>Notes bytes that are lost; stamps that depend on them are no longer certain.</summary>
    private void LeaveOut(long offset, long length, uint? streamId, string what)
    {
        AddDamage(offset, length, streamId, what);
        foreach (uint id in _streams.Keys) if (streamId is null || id == streamId) _clocks[id] = (_clocks[id].LastStampS, false);
    }

    private void AddDamage(long offset, long length, uint? streamId, string what) => _damage.Add(new XdfDamage(offset, length, streamId, what));

    public void Dispose() => _bytes.Dispose();
}
