using System.Globalization;
using System.Text;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>What a consumer asks for at the start of a data connection.</summary>
/// <param name="Uid">Of the outlet; may be empty.</param>
/// <param name="MaxBufferSamples">How far it may fall behind; 0: it wants the header only.</param>
/// <param name="MaxChunkSamples">Most samples in one send; 0: no wish.</param>
internal sealed record FeedRequest(int Version, string Uid, int DataVersion, int MaxBufferSamples, int MaxChunkSamples);

/// <summary>The two text headers of a data connection, protocol 1.10.</summary>
internal static class FeedHandshake
{
    public const int Version = 110;
    public const string StreamFeed = "LSL:streamfeed";

    /// <summary>What a consumer sends. Value-Size of text is 8 because old liblsl outlets compare it with the size of their string object and otherwise fall back to protocol 1.00.</summary>
    public static byte[] Request(StreamInfo info, int maxBufferSamples, string hostName)
    {
        int valueBytes = info.Format == ChannelFormat.Text ? 8 : info.Format.ByteSize();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{StreamFeed}/{Version} {info.Uid}\r\n");
        text.Append("Native-Byte-Order: 1234\r\nEndian-Performance: 0\r\nHas-IEEE754-Floats: 1\r\nSupports-Subnormals: 1\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Value-Size: {valueBytes}\r\nData-Protocol-Version: {Version}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Max-Buffer-Length: {maxBufferSamples}\r\nMax-Chunk-Length: 0\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Hostname: {OneLine(hostName)}\r\nSource-Id: {OneLine(info.SourceId)}\r\nSession-Id: {OneLine(info.SessionId)}\r\n\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <param name="firstLine">Without its line end, starting with <see cref="StreamFeed"/>.</param>
    /// <param name="headers">The lines that follow, without the blank one.</param>
    public static bool TryParseRequest(string firstLine, string headers, out FeedRequest request)
    {
        request = new FeedRequest(0, "", 0, 0, 0);
        string rest = firstLine[StreamFeed.Length..];
        if (!rest.StartsWith('/')) return false;
        int space = rest.IndexOf(' ', StringComparison.Ordinal);
        string version = space < 0 ? rest[1..] : rest[1..space];
        if (!TryInt(version, out int versionNumber)) return false;
        string uid = space < 0 ? "" : rest[(space + 1)..].Trim();
        int dataVersion = 100, maxBuffer = 0, maxChunk = 0;
        foreach (string line in headers.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string value = line[(colon + 1)..].Trim();
            bool good = line[..colon].Trim().ToUpperInvariant() switch
            {
                "DATA-PROTOCOL-VERSION" => TryInt(value, out dataVersion),
                "MAX-BUFFER-LENGTH" => TryInt(value, out maxBuffer),
                "MAX-CHUNK-LENGTH" => TryInt(value, out maxChunk),
                _ => true, // We send little-endian and say so; the rest is for information.
            };
            if (!good) return false;
        }
        request = new FeedRequest(versionNumber, uid, dataVersion, maxBuffer, maxChunk);
        return true;
    }

    /// <summary>What an outlet answers. Values go out little-endian.</summary>
    public static byte[] Accept(StreamInfo info) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"LSL/{Version} 200 OK\r\nUID: {info.Uid}\r\nByte-Order: 1234\r\nSuppress-Subnormals: 0\r\nData-Protocol-Version: {Version}\r\n\r\n"));

    public static byte[] NotFound => Encoding.ASCII.GetBytes($"LSL/{Version} 404 Not found\r\n\r\n");
    public static byte[] VersionNotSupported => Encoding.ASCII.GetBytes($"LSL/{Version} 505 Version not supported\r\n\r\n");

    /// <summary>Reads an outlet's answer (the text before the blank line).</summary>
    /// <returns>Whether values come big-endian.</returns>
    /// <exception cref="LslProtocolException">It refuses, or speaks another protocol.</exception>
    public static bool ReadAnswer(string header, string expectedUid)
    {
        string[] lines = header.Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("LSL/", StringComparison.Ordinal)) throw new LslProtocolException("an answer that is not LSL");
        if (status[1] != "200") throw new LslProtocolException($"the outlet answers {lines[0]}");
        bool swap = false;
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string value = line[(colon + 1)..].Trim();
            switch (line[..colon].Trim().ToUpperInvariant())
            {
                case "UID" when value != expectedUid:
                    throw new LslProtocolException("the outlet is another one than the one asked for");
                case "BYTE-ORDER":
                    swap = value switch
                    {
                        "0" or "1234" => false,
                        "4321" => true,
                        _ => throw new LslProtocolException($"byte order {value}"),
                    };
                    break;
                case "DATA-PROTOCOL-VERSION" when value != "110":
                    throw new LslProtocolException($"the outlet wants data protocol {value}; only 110 is spoken here");
            }
        }
        return swap;
    }

    private static bool TryInt(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= 0;

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
