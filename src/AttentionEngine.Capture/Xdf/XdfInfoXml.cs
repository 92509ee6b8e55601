using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Stream metadata as the <c>info</c> XML of XDF stream headers, as LabRecorder writes it and pyxdf reads it.</summary>
public static class XdfInfoXml
{
    // Elements are copied and compared by recursion: a hostile file must not use up the stack.
    private const int MostDepth = 200;

    public static string Write(StreamInfo info)
    {
        var root = new XElement("info",
            new XElement("name", Clean(info.Name)),
            new XElement("type", Clean(info.Type)),
            new XElement("channel_count", info.ChannelCount),
            new XElement("channel_format", info.Format.XdfName()),
            new XElement("source_id", Clean(info.SourceId)),
            new XElement("nominal_srate", Number(info.NominalRateHz)),
            new XElement("version", "1.1"),
            new XElement("created_at", Number(info.CreatedAtS)),
            new XElement("uid", Clean(info.Uid)),
            new XElement("session_id", Clean(info.SessionId)),
            new XElement("hostname", Clean(info.HostName)),
            new XElement(info.Desc));
        return "<?xml version=\"1.0\"?>\n" + root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Never throws: when the XML is damaged, what can be found by its tags is taken.</summary>
    /// <param name="damaged">Whether the XML could not be parsed as a whole.</param>
    /// <returns>Null when not even format and channel count can be found.</returns>
    public static StreamInfo? Read(string xml, out bool damaged)
    {
        XElement? root = TryParse(xml);
        damaged = root is null;
        string Field(string name) => root is not null
            ? root.Element(name)?.Value.Trim() ?? ""
            : BetweenTags(xml, name);
        // Some writers say the count as 8.0.
        if (!double.TryParse(Field("channel_count"), CultureInfo.InvariantCulture, out double channels) || !(channels is >= 0 and <= 1 << 20)) return null;
        var format = ChannelFormats.FromXdfName(Field("channel_format"));
        if (format == ChannelFormat.Undefined) return null;
        return new StreamInfo
        {
            Name = Field("name"),
            Type = Field("type"),
            ChannelCount = (int)channels,
            NominalRateHz = double.TryParse(Field("nominal_srate"), CultureInfo.InvariantCulture, out double rate) && rate > 0 && double.IsFinite(rate) ? rate : 0,
            Format = format,
            SourceId = Field("source_id"),
            Uid = Field("uid"),
            HostName = Field("hostname"),
            SessionId = Field("session_id"),
            CreatedAtS = double.TryParse(Field("created_at"), CultureInfo.InvariantCulture, out double created) ? created : 0,
            Desc = root?.Element("desc") is { } desc ? new XElement(desc) : new XElement("desc"),
        };
    }

    private static string BetweenTags(string xml, string name)
    {
        int from = xml.IndexOf($"<{name}>", StringComparison.Ordinal) + name.Length + 2;
        int to = from < name.Length + 2 ? -1 : xml.IndexOf('<', from);
        return to > from ? xml[from..to].Trim() : "";
    }

    /// <summary>The root element, or null when it is not well-formed, declares entities, or is nested deeper than anything sensible.</summary>
    internal static XElement? TryParse(string xml)
    {
        try
        {
            // Trailing NULs and white space come from some writers.
            string trimmed = xml.Trim('\0', ' ', '\n', '\r', '\t', '\uFEFF');
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using (var depth = XmlReader.Create(new StringReader(trimmed), settings))
                while (depth.Read()) if (depth.Depth > MostDepth) return null;
            using var reader = XmlReader.Create(new StringReader(trimmed), settings);
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Without the control characters that XML cannot hold.</summary>
    private static string Clean(string text) => text.All(XmlConvert.IsXmlChar) ? text : new string([.. text.Where(XmlConvert.IsXmlChar)]);
}
