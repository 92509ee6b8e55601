using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// Which streams a query asks for. What LSL programs send in practice, <c>property='value' and …</c> on the direct children of <c>info</c>, is
/// compared directly; other questions by <see cref="PredicateParser"/>. What that does not know either is "unsupported" and gets no answer.
/// </summary>
internal sealed class StreamPredicate
{
    private static readonly ConditionalWeakTable<StreamInfo, XElement> s_elements = [];
    private readonly List<(string Property, string Value)> terms = [];
    private Func<XElement, PredicateValue>? expression;

    private StreamPredicate() { }

    /// <returns>Null where the text is no question that is answered here.</returns>
    public static StreamPredicate? TryParse(ReadOnlySpan<char> text)
    {
        if (TryParseTerms(text) is { } terms) return terms;
        return PredicateParser.TryParse(text) is { } expression ? new StreamPredicate { expression = expression } : null;
    }

    private static StreamPredicate? TryParseTerms(ReadOnlySpan<char> text)
    {
        var result = new StreamPredicate();
        var rest = text.Trim();
        if (rest.IsEmpty) return result; // No predicate: every stream.
        while (true)
        {
            int nameLength = 0;
            while (nameLength < rest.Length && (char.IsAsciiLetterOrDigit(rest[nameLength]) || rest[nameLength] == '_')) nameLength++;
            if (nameLength == 0) return null;
            string property = rest[..nameLength].ToString();
            if (!IsKnown(property)) return null;
            rest = rest[nameLength..].TrimStart();
            if (rest.IsEmpty || rest[0] != '=') return null;
            rest = rest[1..].TrimStart();
            if (rest.IsEmpty || rest[0] is not ('\'' or '"')) return null;
            int end = rest[1..].IndexOf(rest[0]);
            if (end < 0) return null;
            result.terms.Add((property, rest.Slice(1, end).ToString()));
            if (result.terms.Count > 32) return null;
            rest = rest[(end + 2)..];
            if (rest.Trim().IsEmpty) return result;
            if (!char.IsWhiteSpace(rest[0])) return null;
            rest = rest.TrimStart();
            if (rest.Length < 4 || !rest.StartsWith("and", StringComparison.Ordinal) || !char.IsWhiteSpace(rest[3])) return null;
            rest = rest[3..].TrimStart();
        }
    }

    public bool Matches(StreamInfo info)
    {
        if (expression is not null)
        {
            // A number by itself asks for a place in a list of one.
            var value = expression(s_elements.GetValue(info, StreamInfoXml.Element));
            return value.IsNumber ? value.ToNumber() == 1 : value.ToBoolean();
        }
        foreach (var (property, value) in terms)
        {
            bool equal = property switch
            {
                "name" => value == info.Name,
                "type" => value == info.Type,
                "source_id" => value == info.SourceId,
                "session_id" => value == info.SessionId,
                "uid" => value == info.Uid,
                "hostname" => value == info.HostName,
                "channel_format" => value == info.Format.XdfName(),
                "channel_count" => SameNumber(value, info.ChannelCount),
                "nominal_srate" => SameNumber(value, info.NominalRateHz),
                _ => false,
            };
            if (!equal) return false;
        }
        return true;
    }

    private static bool IsKnown(string property) => property is
        "name" or "type" or "source_id" or "session_id" or "uid" or "hostname" or "channel_format" or "channel_count" or "nominal_srate";

    private static bool SameNumber(string text, double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number == value;

    /// <summary>The predicate text for a query. A value that XPath 1.0 cannot quote (both kinds of quotes, or line breaks) is left out: answers are filtered again on arrival.</summary>
    public static string Format(StreamQuery query, string sessionId)
    {
        var parts = new List<string>(4);
        Add("session_id", sessionId);
        Add("source_id", query.SourceId);
        Add("name", query.Name);
        Add("type", query.Type);
        return string.Join(" and ", parts);

        void Add(string property, string? value)
        {
            if (value is null || value.AsSpan().IndexOfAny('\r', '\n') >= 0) return;
            if (!value.Contains('\'', StringComparison.Ordinal)) parts.Add($"{property}='{value}'");
            else if (!value.Contains('"', StringComparison.Ordinal)) parts.Add($"{property}=\"{value}\"");
        }
    }

    public static bool Matches(StreamQuery query, string sessionId, StreamInfo info) =>
        info.SessionId == sessionId
        && (query.SourceId is null || query.SourceId == info.SourceId)
        && (query.Name is null || query.Name == info.Name)
        && (query.Type is null || query.Type == info.Type);
}
