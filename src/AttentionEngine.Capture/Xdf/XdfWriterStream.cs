using System.Text;
using System.Xml.Linq;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>What the writer remembers of one stream.</summary>
internal sealed class XdfWriterStream(int id, StreamInfo info)
{
    private readonly List<(double TimeS, double OffsetS)> _offsets = [];

    public int Id { get; } = id;
    public StreamInfo Info { get; } = info;
    public int FrameBytes { get; } = info.ChannelCount * info.Format.ByteSize();
    public double IntervalS { get; } = info.NominalRateHz > 0 ? 1 / info.NominalRateHz : 0;

    /// <summary>Streams slower than this are given to the system with every write.</summary>
    public bool IsSlow { get; } = info.NominalRateHz <= 1 / XdfWriter.FlushEveryS || info.Format == ChannelFormat.Text;
    public long SampleCount { get; private set; }
    public double FirstStampS { get; private set; } = double.NaN;
    public double LastStampS { get; private set; } = double.NaN;

    // Stamps at which the unflushed data and the data since the last boundary begin; valid for the writer's present count of each.
    private double _unflushedFromS, _boundaryFromS;
    private long _unflushedMark = -1, _boundaryMark = -1;

    public void Count(double firstS, double lastS, int frames)
    {
        if (SampleCount == 0) FirstStampS = firstS;
        LastStampS = lastS;
        SampleCount += frames;
    }

    /// <summary>Seconds of this stream since the flush numbered <paramref name="mark"/>.</summary>
    public double UnflushedS(long mark, double firstS, double lastS) => Span(ref _unflushedMark, ref _unflushedFromS, mark, firstS, lastS);

    public double SinceBoundaryS(long mark, double firstS, double lastS) => Span(ref _boundaryMark, ref _boundaryFromS, mark, firstS, lastS);

    private static double Span(ref long known, ref double fromS, long mark, double firstS, double lastS)
    {
        // A stamp that is not a number, or a clock that was set back, starts the count anew.
        if (known != mark || !(fromS <= lastS)) (known, fromS) = (mark, firstS);
        return lastS - fromS;
    }

    public void AddOffset(double timeS, double offsetS) => _offsets.Add((timeS, offsetS));

    public byte[] Footer()
    {
        var root = new XElement("info",
            new XElement("first_timestamp", XdfInfoXml.Number(SampleCount == 0 ? 0 : FirstStampS)),
            new XElement("last_timestamp", XdfInfoXml.Number(SampleCount == 0 ? 0 : LastStampS)),
            new XElement("sample_count", SampleCount),
            new XElement("clock_offsets", _offsets.Select(o =>
                new XElement("offset", new XElement("time", XdfInfoXml.Number(o.TimeS)), new XElement("value", XdfInfoXml.Number(o.OffsetS))))));
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>\n" + root.ToString(SaveOptions.DisableFormatting));
    }
}
