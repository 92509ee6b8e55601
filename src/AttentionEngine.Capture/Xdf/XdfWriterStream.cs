using System.Text;
using System.Xml.Linq;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>What the writer remembers of one stream.</summary>
/// <param name="id">Its number in the file.</param>
/// <param name="headerXml">The header's XML; null makes it from <paramref name="info"/>.</param>
internal sealed class XdfWriterStream(uint id, StreamInfo info, string? headerXml = null)
{
    private readonly List<(double TimeS, double OffsetS)> _offsets = [];
    private readonly List<RecordedGap> _gaps = [];

    public uint Id { get; } = id;
    public StreamInfo Info { get; } = info;
    public byte[] HeaderXml { get; } = Encoding.UTF8.GetBytes(headerXml ?? XdfInfoXml.Write(info));
    public int FrameBytes { get; } = info.ChannelCount * info.Format.ByteSize();
    public double IntervalS { get; } = info.NominalRateHz > 0 ? 1 / info.NominalRateHz : 0;

    /// <summary>Where its header chunk begins, and how many copies of it are to follow with the next checkpoints.</summary>
    public long HeaderOffset { get; set; }
    public int HeaderCopiesLeft { get; set; }

    /// <summary>Streams slower than this are given to the system with every write.</summary>
    public bool IsSlow { get; } = info.NominalRateHz <= 1 / XdfWriter.FlushEveryS || info.Format == ChannelFormat.Text;
    public long SampleCount { get; private set; }
    public double FirstStampS { get; private set; } = double.NaN;
    public double LastStampS { get; private set; } = double.NaN;

    /// <summary>The greatest stamp so far; starts anew when the source's clock goes back.</summary>
    public double LatestStampS { get; private set; } = double.NaN;
    public bool HasOffset => _offsets.Count > 0;
    public double LastOffsetS => HasOffset ? _offsets[^1].OffsetS : 0;

    // Stamps at which the unflushed data and the data since the last boundary begin, and their samples; valid for the writer's present count of each.
    private Stretch _unflushed = new() { Mark = -1 }, _sinceBoundary = new() { Mark = -1 };

    private long _flushedSamples;

    public void Count(double firstS, double lastS, int frames)
    {
        if (SampleCount == 0) FirstStampS = firstS;
        LastStampS = lastS;
        if (!(lastS < LatestStampS && lastS > LatestStampS - 10)) LatestStampS = lastS;
        SampleCount += frames;
    }

    /// <summary>Seconds of this stream since the flush numbered <paramref name="mark"/>, by its stamps or by its samples, whichever is more.</summary>
    public double UnflushedS(long mark, double firstS, double lastS, int frames) => _unflushed.Add(mark, firstS, lastS, frames, IntervalS);

    public double SinceBoundaryS(long mark, double firstS, double lastS, int frames) => _sinceBoundary.Add(mark, firstS, lastS, frames, IntervalS);

    private struct Stretch
    {
        public long Mark;
        private double _fromS;
        private long _frames;

        public double Add(long mark, double firstS, double lastS, int frames, double intervalS)
        {
            if (Mark != mark) (Mark, _fromS, _frames) = (mark, firstS, 0);
            // A stamp that is not a number, or a clock that was set back, starts the count anew.
            if (!(_fromS <= lastS)) _fromS = firstS;
            _frames += frames;
            return Math.Max(lastS - _fromS, (_frames - 1) * intervalS);
        }
    }

    public void AddOffset(double timeS, double offsetS) => _offsets.Add((timeS, offsetS));

    public void AddGap(RecordedGap gap) => _gaps.Add(gap);

    public void Flushed() => _flushedSamples = SampleCount;

    /// <summary>A new file begins with what was not flushed: counts are per file.</summary>
    public void Restart()
    {
        SampleCount -= _flushedSamples;
        _flushedSamples = 0;
    }

    public byte[] Footer()
    {
        var root = new XElement("info",
            new XElement("first_timestamp", XdfInfoXml.Number(SampleCount == 0 ? 0 : FirstStampS)),
            new XElement("last_timestamp", XdfInfoXml.Number(SampleCount == 0 ? 0 : LastStampS)),
            new XElement("sample_count", SampleCount),
            new XElement("clock_offsets", _offsets.Select(o =>
                new XElement("offset", new XElement("time", XdfInfoXml.Number(o.TimeS)), new XElement("value", XdfInfoXml.Number(o.OffsetS))))));
        if (_gaps.Count > 0)
        {
            root.Add(new XElement("gaps", _gaps.Select(g => new XElement("gap", new XElement("after", XdfInfoXml.Number(g.AfterStampS)), new XElement("before", XdfInfoXml.Number(g.BeforeStampS)),
                new XElement("missing_samples", g.MissingSamples), new XElement("exact", g.IsExact)))));
        }
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>\n" + root.ToString(SaveOptions.DisableFormatting));
    }
}
