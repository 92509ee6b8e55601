using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Where a stream is served, by IP version; 0: not there.</summary>
internal readonly record struct StreamPorts(int DataV4, int ServiceV4, int DataV6 = 0, int ServiceV6 = 0);

/// <summary>The XML form of a stream info, as LSL 1.10 sends it.</summary>
internal static class StreamInfoXml
{
    private static readonly XmlWriterSettings WriterSettings = new() { Encoding = new UTF8Encoding(false), Indent = true, IndentChars = "\t", NewLineChars = "\n" };

    /// <param name="withDesc">The full info; discovery uses the short one, with an empty desc.</param>
    public static byte[] Write(StreamInfo info, StreamPorts ports, bool withDesc)
    {
        var root = Element(info, ports, withDesc);
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, WriterSettings)) new XDocument(root).Save(writer);
        return stream.ToArray();
    }

    /// <summary>The full info as an element, without ports: what queries ask about.</summary>
    public static XElement Element(StreamInfo info) => Element(info, default, withDesc: true);

    private static XElement Element(StreamInfo info, StreamPorts ports, bool withDesc) =>
        new("info",
            new XElement("name", info.Name),
            new XElement("type", info.Type),
            new XElement("channel_count", Text(info.ChannelCount)),
            new XElement("channel_format", info.Format.XdfName()),
            new XElement("source_id", info.SourceId),
            new XElement("nominal_srate", Text(info.NominalRateHz)),
            new XElement("version", "1.1000000000000001"),
            new XElement("created_at", Text(info.CreatedAtS)),
            new XElement("uid", info.Uid),
            new XElement("session_id", info.SessionId),
            new XElement("hostname", info.HostName),
            new XElement("v4address"),
            new XElement("v4data_port", Text(ports.DataV4)),
            new XElement("v4service_port", Text(ports.ServiceV4)),
            new XElement("v6address"),
            new XElement("v6data_port", Text(ports.DataV6)),
            new XElement("v6service_port", Text(ports.ServiceV6)),
            withDesc ? new XElement(info.Desc) { Name = "desc" } : new XElement("desc"));

    /// <summary>Reads an info from the network.</summary>
    /// <param name="from">The address that sent it; the address inside the XML is not believed.</param>
    /// <returns>Null where it is not a valid info.</returns>
    public static DiscoveredStream? TryRead(ReadOnlySpan<byte> utf8, IPAddress from)
    {
        if (TryParse(utf8) is not { } root || TryReadInfo(root) is not { } info) return null;
        string Field(string name) => root.Element(name)?.Value ?? "";
        string version = from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "v6" : "v4";
        if (!TryInt(Field(version + "data_port"), 1, 65535, out int dataPort)) return null;
        if (!TryInt(Field(version + "service_port"), 1, 65535, out int servicePort)) servicePort = 0;
        return new DiscoveredStream(info, new IPEndPoint(from, dataPort), new IPEndPoint(from, servicePort));
    }

    /// <summary>Reads what a stream is, not where it is served.</summary>
    public static StreamInfo? TryReadInfo(ReadOnlySpan<byte> utf8) => TryParse(utf8) is { } root ? TryReadInfo(root) : null;

    private static StreamInfo? TryReadInfo(XElement root)
    {
        string Field(string name) => root.Element(name)?.Value ?? "";
        var format = ChannelFormats.FromXdfName(Field("channel_format"));
        if (format == ChannelFormat.Undefined
            || !TryInt(Field("channel_count"), 1, LslLimits.MaxChannels, out int channels)
            || !TryDouble(Field("nominal_srate"), out double rateHz) || rateHz < 0 || rateHz > LslLimits.MaxRateHz
            || Field("uid") is not { Length: > 0 and <= 128 } uid
            || Field("name") is not { Length: > 0 } name)
        {
            return null;
        }
        if (!TryDouble(Field("created_at"), out double createdAtS)) createdAtS = 0;
        var desc = root.Element("desc");
        desc?.Remove();
        return new StreamInfo
        {
            Name = name,
            Type = Field("type"),
            ChannelCount = channels,
            NominalRateHz = rateHz,
            Format = format,
            SourceId = Field("source_id"),
            Uid = uid,
            HostName = Field("hostname"),
            SessionId = Field("session_id"),
            CreatedAtS = createdAtS,
            Desc = desc ?? new XElement("desc"),
        };
    }

    /// <summary>Parses with no document type, no external entities and a bound on depth (deep trees would overflow the stack of whoever walks them).</summary>
    private static XElement? TryParse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LslLimits.MaxInfoBytes) return null;
        string text = Encoding.UTF8.GetString(utf8);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, MaxCharactersInDocument = LslLimits.MaxInfoBytes };
        try
        {
            using (var depth = XmlReader.Create(new StringReader(text), settings))
            {
                while (depth.Read())
                    if (depth.Depth > LslLimits.MaxXmlDepth) return null;
            }
            using var reader = XmlReader.Create(new StringReader(text), settings);
            return XDocument.Load(reader).Root is { } root && root.Name == "info" ? root : null;
        }
        catch (XmlException)
        {
            return null; // The caller counts it.
        }
    }

    private static bool TryInt(string text, int low, int high, out int value) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value) && value >= low && value <= high;

    private static bool TryDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
