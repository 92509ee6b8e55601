using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A discovery query: <c>LSL:shortinfo CRLF predicate CRLF returnPort queryId CRLF</c>.</summary>
internal readonly record struct QueryMessage(string Predicate, int ReturnPort, string QueryId)
{
    private static ReadOnlySpan<byte> Head => "LSL:shortinfo\r\n"u8;

    public static bool IsQuery(ReadOnlySpan<byte> datagram) => datagram.StartsWith(Head);

    public static byte[] Format(string predicate, int returnPort, string queryId) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"LSL:shortinfo\r\n{predicate}\r\n{returnPort} {queryId}\r\n"));

    public static bool TryParse(ReadOnlySpan<byte> datagram, out QueryMessage message)
    {
        message = default;
        if (datagram.Length > LslLimits.MaxQueryBytes || !IsQuery(datagram)) return false;
        var rest = datagram[Head.Length..];
        int end = rest.IndexOf("\r\n"u8);
        if (end < 0) return false;
        var predicate = rest[..end];
        var tail = rest[(end + 2)..].Trim(" \r\n\t\0"u8);
        int space = tail.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(tail[..space], out int port, out int used) || used != space || port is < 1 or > 65535) return false;
        var id = tail[(space + 1)..].Trim((byte)' ');
        if (id.Length is 0 or > 64 || id.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return false;
        message = new QueryMessage(Encoding.UTF8.GetString(predicate), port, Encoding.ASCII.GetString(id));
        return true;
    }

    /// <summary>Splits an answer, <c>queryId CRLF info</c>.</summary>
    public static bool TryParseReply(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> queryId, out ReadOnlySpan<byte> info)
    {
        int end = datagram.IndexOf("\r\n"u8);
        queryId = end > 0 ? datagram[..end].Trim((byte)' ') : default;
        info = end > 0 ? datagram[(end + 2)..] : default;
        return end is > 0 and <= 64;
    }
}

/// <summary>A time probe <c>LSL:timedata CRLF waveId t0 CRLF</c> and its answer <c> waveId t0 t1 t2</c>; times in LSL seconds.</summary>
internal static class TimeMessage
{
    private static ReadOnlySpan<byte> Head => "LSL:timedata\r\n"u8;
    public const int MaxBytes = 160;

    public static bool IsProbe(ReadOnlySpan<byte> datagram) => datagram.StartsWith(Head);

    public static int FormatProbe(Span<byte> destination, int waveId, double t0S)
    {
        Head.CopyTo(destination);
        int n = Head.Length;
        n += Put(destination[n..], waveId);
        destination[n++] = (byte)' ';
        n += Put(destination[n..], t0S);
        "\r\n"u8.CopyTo(destination[n..]);
        return n + 2;
    }

    public static bool TryParseProbe(ReadOnlySpan<byte> datagram, out int waveId, out double t0S)
    {
        waveId = 0;
        t0S = 0;
        if (datagram.Length > MaxBytes || !IsProbe(datagram)) return false;
        var rest = datagram[Head.Length..];
        return TakeInt(ref rest, out waveId) && TakeDouble(ref rest, out t0S) && IsBlank(rest);
    }

    public static int FormatReply(Span<byte> destination, int waveId, double t0S, double t1S, double t2S)
    {
        int n = 0;
        destination[n++] = (byte)' ';
        n += Put(destination[n..], waveId);
        foreach (double t in (ReadOnlySpan<double>)[t0S, t1S, t2S])
        {
            destination[n++] = (byte)' ';
            n += Put(destination[n..], t);
        }
        return n;
    }

    public static bool TryParseReply(ReadOnlySpan<byte> datagram, out int waveId, out double t1S, out double t2S)
    {
        t1S = t2S = 0;
        waveId = 0;
        var rest = datagram;
        return datagram.Length <= MaxBytes
            && TakeInt(ref rest, out waveId) && TakeDouble(ref rest, out _)
            && TakeDouble(ref rest, out t1S) && TakeDouble(ref rest, out t2S) && IsBlank(rest);
    }

    private static int Put(Span<byte> destination, int value) =>
        Utf8Formatter.TryFormat(value, destination, out int n) ? n : throw new ArgumentException("The datagram buffer is too small.", nameof(destination));

    private static int Put(Span<byte> destination, double value) =>
        value.TryFormat(destination, out int n, "R", CultureInfo.InvariantCulture) ? n : throw new ArgumentException("The datagram buffer is too small.", nameof(destination));

    private static bool TakeInt(ref ReadOnlySpan<byte> rest, out int value)
    {
        rest = rest.TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out value, out int used)) return false;
        rest = rest[used..];
        return true;
    }

    private static bool TakeDouble(ref ReadOnlySpan<byte> rest, out double value)
    {
        rest = rest.TrimStart((byte)' ');
        int length = rest.IndexOfAny(" \r\n\0"u8);
        if (length < 0) length = rest.Length;
        var token = rest[..length];
        rest = rest[length..];
        return double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    private static bool IsBlank(ReadOnlySpan<byte> rest) => rest.Trim(" \r\n\0"u8).IsEmpty;
}
