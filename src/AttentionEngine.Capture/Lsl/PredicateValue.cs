using System.Globalization;
using System.Xml.Linq;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A value of XPath 1.0: a boolean, a number, a text, or nodes.</summary>
internal readonly struct PredicateValue
{
    private readonly double number;
    private readonly string? text;
    private readonly List<XElement>? nodes;
    private readonly bool isNumber;

    private PredicateValue(double number, bool isNumber, string? text, List<XElement>? nodes) => (this.number, this.isNumber, this.text, this.nodes) = (number, isNumber, text, nodes);

    public static PredicateValue Of(bool value) => new(value ? 1 : 0, false, null, null);
    public static PredicateValue Of(double value) => new(value, true, null, null);
    public static PredicateValue Of(string value) => new(0, false, value, null);
    public static PredicateValue Of(List<XElement> value) => new(0, false, null, value);

    public bool IsNumber => isNumber;
    public bool IsNodes => nodes is not null;
    private bool IsBoolean => !isNumber && text is null && nodes is null;
    public int Count => nodes?.Count ?? 0;

    public bool ToBoolean() => nodes is not null ? nodes.Count > 0 : text is not null ? text.Length > 0 : number != 0 && !double.IsNaN(number);

    public double ToNumber() => nodes is null && text is null ? number : Number(ToText());

    public string ToText() => text ?? (nodes is not null ? nodes.Count > 0 ? nodes[0].Value : ""
        : isNumber ? number.ToString("R", CultureInfo.InvariantCulture) : number != 0 ? "true" : "false");

    private static double Number(string text) =>
        double.TryParse(text.AsSpan().Trim(" \t\r\n"), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    /// <summary>XPath's comparison: with nodes it holds when it holds for one of them.</summary>
    /// <param name="operation">=, !=, &lt;, &lt;=, &gt; or &gt;=. Not both sides may be nodes.</param>
    public static bool Compare(PredicateValue left, string operation, PredicateValue right)
    {
        if (left.nodes is { } many && !right.IsBoolean) return many.Exists(n => CompareOne(Of(n.Value), operation, right));
        if (right.nodes is { } others && !left.IsBoolean) return others.Exists(n => CompareOne(left, operation, Of(n.Value)));
        return CompareOne(left, operation, right);
    }

    private static bool CompareOne(PredicateValue left, string operation, PredicateValue right) => operation switch
    {
        "=" => Equal(left, right),
        "!=" => !Equal(left, right),
        "<" => left.ToNumber() < right.ToNumber(),
        "<=" => left.ToNumber() <= right.ToNumber(),
        ">" => left.ToNumber() > right.ToNumber(),
        _ => left.ToNumber() >= right.ToNumber(),
    };

    private static bool Equal(PredicateValue left, PredicateValue right) =>
        left.IsBoolean || right.IsBoolean ? left.ToBoolean() == right.ToBoolean()
        : left.isNumber || right.isNumber ? left.ToNumber() == right.ToNumber()
        : left.ToText() == right.ToText();
}
