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
public sealed partial class XdfEventReader : IDisposable
{
    private readonly XdfBytes _bytes;
    private readonly Dictionary<uint, XdfStream> _streams = [];
    private readonly Dictionary<uint, (double LastStampS, bool Certain)> _clocks = [];
    private readonly Dictionary<uint, (double RoundTripS, double LocalTimeS)> _probes = [];
    private readonly List<XdfDamage> _damage = [];
    private readonly XdfSampleBlock _block = new();
    private readonly bool _verify;
    private bool _checksBeside;
    private XdfChecks? _checks;
    private Dictionary<uint, XdfStream>? _lostHeaders;
    private long _position;

    // A chunk that is given in several events: how many samples are left, where the next stands, and where the chunk ends.
    private long _framesLeft, _nextFrame, _afterFrames;
    private int _unreadableTold;
    private bool _isOurs;
    private readonly Func<uint, bool> _isKnown;

    /// <param name="verify">Whether to compare the checksums that our own recordings have each second; costs about as much as reading the file again.</param>
    /// <exception cref="Core.Errors.InputDataException">The file does not exist or cannot be opened.</exception>
    public XdfEventReader(string path, bool verify = true) : this(path, new XdfFileSource(path), verify)
    {
    }

    internal XdfEventReader(string name, IXdfSource source, bool verify = true, int windowBytes = XdfBytes.WindowBytes)
    {
        Path = name;
        _verify = verify;
        _isKnown = id => _streams.ContainsKey(id) || (_lostHeaders?.ContainsKey(id) ?? false);
        _bytes = new XdfBytes(source, windowBytes);
        HasMagic = _bytes.At(0, 4).SequenceEqual(XdfFormat.Magic);
        if (HasMagic) _position = 4;
        else _damage.Add(new XdfDamage(0, Math.Min(4, _bytes.Length), null, "the file does not begin with 'XDF:'"));
        if (_bytes.Problem is { } problem) _damage.Add(new XdfDamage(_bytes.Length, 0, null, problem));
    }

    /// <summary>Arrays that take a stream's samples without a stop in between; then their event has no frames. Null: none does.</summary>
    internal Func<XdfStream, XdfColumns?>? Columns { get; set; }

    /// <summary>Takes note of numeric samples and of checksums, which are then not looked at here. Null: they are.</summary>
    internal XdfLoadPlan? Plan { get; init; }

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

    /// <summary>Frames of the present samples event; a chunk of more than some megabytes comes in several events.</summary>
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
        if (_framesLeft > 0) return DecodeSamples();
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
        EndChecks();
        TellUnreadable();
        return false;
    }

    /// <inheritdoc cref="CopyValues(Span{float})"/>
    public void CopyValues(Span<double> destination) => XdfConvert.ToDoubles(_block.ValueBytes, Stream.Info.Format, destination);

    /// <summary>
    /// Goes to a place from which every sample later than <paramref name="timeS"/> (recorder's clock, seconds) is still to come; a few
    /// seconds before it may come too. A stream is announced by its header event before its first chunk, wherever that stands.
    /// </summary>
    public void Seek(XdfIndex index, double timeS)
    {
        ArgumentNullException.ThrowIfNull(index);
        _lostHeaders = index.Streams.ToDictionary(s => s.Stream.StreamId, s => s.Stream);
        _framesLeft = 0;
        _position = Math.Max(HasMagic ? 4 : 0, index.OffsetBefore(timeS));
        _probes.Clear();
        foreach (uint id in _streams.Keys) _clocks[id] = (0, false);
    }

    /// <summary>How many samples each stream seems to have, by the counts of its chunks as far as the file can hold them; stops at damage.</summary>
    internal Dictionary<uint, long> CountSamples() => XdfSampleCounts.Of(_bytes);

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
        if (!TryFindStream(head.StreamId, out var stream, out bool isNew)) return Skip(head, "samples of a stream whose header is missing are left out");
        if (isNew) return Announce(stream);
        if (Plan is not null && !stream.IsText) return PlanSamples(Plan, head, stream);
        bool whole = XdfSampleBlock.Walk(_bytes, stream, head.ContentOffset, out long declared, out long frames, out long first, out long end);
        if (whole && end != head.End)
        {
            if (!XdfChunkHead.IsPlausibleAt(_bytes, end, _isKnown)) whole = false;
            else AddDamage(head.Offset, end - head.Offset, head.StreamId, $"the chunk's length says {head.End - head.Offset} bytes, its samples have {end - head.Offset}; the samples are kept");
        }
        else if (whole && head.End < _bytes.Length && IsOverrun(head.End))
        {
            // What follows is damaged, and the damage may begin inside this chunk.
            whole = false;
        }
        if (!whole)
        {
            bool framed = head.End < _bytes.Length && XdfChunkHead.IsPlausibleAt(_bytes, head.End, _isKnown);
            long next = framed ? head.End : XdfResync.Find(_bytes, head.Offset, KnownOrLost());
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
        Stream = stream;
        (_framesLeft, _nextFrame, _afterFrames) = (frames, first, end);
        if (frames > 0) return DecodeSamples();
        _position = end;
        return false;
    }

    private bool PlanSamples(XdfLoadPlan plan, XdfChunkHead head, XdfStream stream)
    {
        if (head.End <= _bytes.Length && XdfChunkHead.IsPlausibleAt(_bytes, head.End, _isKnown)) plan.Add(_bytes, stream, head);
        else plan.Refuse();
        _position = plan.IsRefused ? _bytes.Length : head.End;
        return false;
    }

    /// <summary>
    /// Whether a chunk that looks whole may be overwritten at its end: nothing sound follows, and either all of that is zeros from the
    /// chunk's last byte on, or the file is one of ours, whose chunks are short enough to give one up.
    /// </summary>
    private bool IsOverrun(long end)
    {
        if (XdfChunkHead.IsPlausibleAt(_bytes, end, _isKnown)) return false;
        if (_lostHeaders is null && LostHeaders().Count > 0 && XdfChunkHead.IsPlausibleAt(_bytes, end, _isKnown)) return false;
        return _isOurs || !_bytes.At(end - 1, 8).ContainsAnyExcept((byte)0);
    }

    /// <summary>The next samples of the present chunk.</summary>
    private bool DecodeSamples()
    {
        var (lastStampS, certain) = _clocks[Stream.StreamId];
        int frames = (int)Math.Min(_framesLeft, Stream.MostFramesPerEvent);
        if (Columns?.Invoke(Stream) is { TakesDirectly: true } columns)
        {
            var values = columns.Extend(frames, out var stampsS);
            _nextFrame = XdfSampleBlock.DecodeNumbers(_bytes, Stream, _nextFrame, stampsS, values, ref lastStampS, certain, out int decoded);
            columns.Shorten(frames - decoded);
            _block.Clear();
        }
        else
        {
            _nextFrame = _block.Decode(_bytes, Stream, _nextFrame, frames, ref lastStampS, certain);
        }
        _clocks[Stream.StreamId] = (lastStampS, true);
        _framesLeft -= frames;
        if (_framesLeft == 0) _position = _afterFrames;
        Kind = XdfEventKind.Samples;
        return true;
    }

    private bool ReadClockOffset(XdfChunkHead head)
    {
        if (!TryFindStream(head.StreamId, out var stream, out bool isNew)) return Skip(head, "a clock offset of a stream whose header is missing is left out");
        if (isNew) return Announce(stream);
        var content = _bytes.At(head.ContentOffset, Math.Min(head.ContentBytes, 17));
        if (content.Length != 16) return Skip(head, $"a clock offset has {head.ContentBytes} bytes, expected 16; it is left out");
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
        if (!TryReadXml(head, out string xml)) return Skip(head, "a stream header of more than 64 MiB is left out");
        uint id = head.StreamId;
        // Our own recordings repeat each header with a checksum: right after it, and later.
        string? copy = XdfChunkHead.TryRead(_bytes, head.End, out var next) && next.Tag == XdfFormat.Boundary ? XdfMark.TryReadHeaderCopy(XdfMark.Content(_bytes, next), out id) : null;
        if (copy is null) id = head.StreamId;
        else _isOurs = true;
        if (_streams.TryGetValue(id, out var known))
        {
            _position = head.End;
            return known.HeaderXml != xml && Skip(head, "a second header of the same stream is left out");
        }
        var info = XdfInfoXml.Read(xml, out bool damaged);
        if (copy is null && (info is null || damaged) && LostHeaders().TryGetValue(id, out var lost)) copy = lost.HeaderXml;
        if (copy is not null && (copy != xml || id != head.StreamId))
        {
            AddDamage(head.Offset, head.End - head.Offset, id, "the stream header is damaged; its copy is used");
            (xml, info) = (copy, XdfInfoXml.Read(copy, out _));
        }
        else if (damaged && info is not null)
        {
            AddDamage(head.Offset, head.End - head.Offset, id, "the stream header's XML is damaged; name, type, format and rate are kept, the description is lost");
        }
        if (info is null) return Skip(head, "a stream header without a valid channel_count and channel_format is left out, and its samples with it");
        _position = head.End;
        return Announce(new XdfStream(id, info, xml));
    }

    private bool ReadFooter(XdfChunkHead head)
    {
        if (!TryFindStream(head.StreamId, out var stream, out bool isNew)) return Skip(head, "the footer of a stream whose header is missing is left out");
        if (isNew) return Announce(stream);
        if (!TryReadXml(head, out string xml)) return Skip(head, "a stream footer of more than 64 MiB is left out");
        FooterXml = xml;
        if (XdfInfoXml.TryParse(FooterXml) is null) AddDamage(head.Offset, head.End - head.Offset, head.StreamId, "the stream footer's XML is damaged");
        _position = head.End;
        (Kind, Stream) = (XdfEventKind.StreamFooter, stream);
        return true;
    }

    private bool TryReadXml(XdfChunkHead head, out string xml)
    {
        bool fits = head.ContentBytes <= XdfBytes.MostBytes;
        xml = fits ? Encoding.UTF8.GetString(_bytes.At(head.ContentOffset, head.ContentBytes)) : "";
        return fits;
    }

    private bool ReadOther(XdfChunkHead head)
    {
        if (head.Tag == XdfFormat.FileHeader)
        {
            if (!TryReadXml(head, out string xml)) return Skip(head, "a file header of more than 64 MiB is left out");
            FileHeaderXml = xml;
            if (XdfInfoXml.TryParse(FileHeaderXml) is null) AddDamage(head.Offset, head.End - head.Offset, null, "the file header's XML is damaged");
        }
        else if (head.Tag == XdfFormat.Boundary)
        {
            if (head.ContentBytes > 16) ReadMark(head);
        }
        else if (_isOurs)
        {
            return Skip(head, $"a chunk with tag {head.Tag}, which our writer never gives, is left out");
        }
        _position = head.End;
        return false;
    }

    private void ReadMark(XdfChunkHead head)
    {
        var content = XdfMark.Content(_bytes, head);
        byte mark = XdfMark.Of(content);
        if (mark == XdfFormat.ProbeMark && content.Length == 16 + XdfFormat.ProbeBytes)
        {
            _probes[BinaryPrimitives.ReadUInt32LittleEndian(content[17..])] =
                (BinaryPrimitives.ReadDoubleLittleEndian(content[21..]), BinaryPrimitives.ReadDoubleLittleEndian(content[29..]));
        }
        else if (XdfMark.HasChecksum(mark))
        {
            ReadChecked(head, content, mark);
        }
    }

    private void ReadChecked(XdfChunkHead head, ReadOnlySpan<byte> content, byte mark)
    {
        _isOurs = true;
        if (!_verify) return;
        if (!XdfMark.IsSound(content, mark))
        {
            AddDamage(head.Offset, head.End - head.Offset, null, "bits of the index have changed; no samples are touched");
        }
        else if (mark == XdfFormat.CheckpointMark && XdfCheckpoint.TryReadRegion(content, out long offset, out long regionStart, out uint crc)
            && offset == head.Offset && regionStart >= 0 && regionStart < offset)
        {
            Verify(regionStart, offset, crc);
        }
    }

    /// <summary>Compares the checksum of the bytes before a checkpoint; damage that is listed already is not listed again.</summary>
    private void Verify(long from, long to, uint crc)
    {
        if (Plan is not null) Plan.AddCheck(from, to, crc);
        else if (_checksBeside) (_checks ??= new XdfChecks(_bytes.Beside())).Add(from, to, crc, _damage.Count);
        else if (_bytes.Checksum(from, to) != crc) TellChanged(from, to);
    }

    private void TellChanged(long from, long to)
    {
        foreach (var d in _damage) if (d.OffsetBytes < to && d.OffsetBytes + d.LengthBytes > from) return;
        AddDamage(from, to - from, null, "the checksum does not match: bits have changed somewhere in these bytes; what could be read is kept");
    }

    public void Dispose()
    {
        _checks?.Dispose();
        _bytes.Dispose();
    }
}
