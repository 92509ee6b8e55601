using System.Globalization;
using System.Xml.Linq;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// The part of XPath 1.0 that asks about one stream: comparisons, <c>and</c>, <c>or</c>, parentheses, paths of child elements below <c>info</c>
/// (also of its description), and <c>starts-with contains not count string number boolean string-length true false</c>. No predicates inside predicates,
/// no axes, no <c>//</c>: what a question costs stays in proportion to its length and to the description, whoever asks.
/// </summary>
internal ref struct PredicateParser
{
    private const int MostDepth = 24, MostTerms = 64, MostSteps = 16;
    private readonly ReadOnlySpan<char> text;
    private int at, depth, terms;
    private bool failed, gaveNodes; // whether the part read last is a path, in parentheses or not

    private PredicateParser(ReadOnlySpan<char> text) => this.text = text;

    /// <returns>Null where the text is not of this part.</returns>
    public static Func<XElement, PredicateValue>? TryParse(ReadOnlySpan<char> text)
    {
        var parser = new PredicateParser(text);
        var expression = parser.Or();
        parser.SkipBlanks();
        return parser.failed || parser.at < text.Length ? null : expression;
    }

    private Func<XElement, PredicateValue> Fail()
    {
        failed = true;
        return _ => default;
    }

    private void SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private bool Take(string symbol)
    {
        SkipBlanks();
        if (!text[at..].StartsWith(symbol, StringComparison.Ordinal)) return false;
        // A word ends where the name would go on.
        if (char.IsAsciiLetter(symbol[0]) && at + symbol.Length < text.Length && IsName(text[at + symbol.Length])) return false;
        at += symbol.Length;
        return true;
    }

    private static bool IsName(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';

    private Func<XElement, PredicateValue> Or()
    {
        if (++depth > MostDepth) return Fail();
        var left = And();
        while (!failed && Take("or"))
        {
            var (a, b) = (left, And());
            left = info => PredicateValue.Of(a(info).ToBoolean() || b(info).ToBoolean());
            gaveNodes = false;
        }
        depth--;
        return left;
    }

    private Func<XElement, PredicateValue> And()
    {
        var left = Comparison();
        while (!failed && Take("and"))
        {
            var (a, b) = (left, Comparison());
            left = info => PredicateValue.Of(a(info).ToBoolean() && b(info).ToBoolean());
            gaveNodes = false;
        }
        return left;
    }

    private Func<XElement, PredicateValue> Comparison()
    {
        var left = Term();
        bool isPath = gaveNodes;
        foreach (string operation in (ReadOnlySpan<string>)["!=", "<=", ">=", "=", "<", ">"])
        {
            if (failed || !Take(operation)) continue;
            var right = Term();
            // Every node of one against every node of the other would cost the product of both.
            if (isPath && gaveNodes) return Fail();
            gaveNodes = false;
            return info => PredicateValue.Of(PredicateValue.Compare(left(info), operation, right(info)));
        }
        return left;
    }

    private Func<XElement, PredicateValue> Term()
    {
        gaveNodes = false;
        if (++terms > MostTerms) return Fail();
        SkipBlanks();
        if (at == text.Length) return Fail();
        char c = text[at];
        if (c is '\'' or '"') return Literal(c);
        if (char.IsAsciiDigit(c) || c is '-' || (c is '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))) return Number();
        if (Take("("))
        {
            var inner = Or();
            return Take(")") ? inner : Fail();
        }
        int start = at;
        while (at < text.Length && IsName(text[at])) at++;
        string name = text[start..at].ToString();
        if (name.Length > 0 && Take("(")) return Function(name);
        at = start;
        gaveNodes = true;
        return Path();
    }

    private Func<XElement, PredicateValue> Literal(char quote)
    {
        int length = text[(at + 1)..].IndexOf(quote);
        if (length < 0) return Fail();
        var value = PredicateValue.Of(text.Slice(at + 1, length).ToString());
        at += length + 2;
        return _ => value;
    }

    private Func<XElement, PredicateValue> Number()
    {
        int start = at++;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        if (!double.TryParse(text[start..at], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return Fail();
        var value = PredicateValue.Of(number);
        return _ => value;
    }

    /// <summary>Child elements below <c>info</c>; <c>/info/…</c> is the same from the root.</summary>
    private Func<XElement, PredicateValue> Path()
    {
        bool isAbsolute = Take("/");
        var steps = new List<string>();
        do
        {
            SkipBlanks();
            int start = at;
            while (at < text.Length && (IsName(text[at]) || text[at] == '*')) at++;
            string step = text[start..at].ToString();
            if (step.Length == 0 || (step.Contains('*', StringComparison.Ordinal) && step != "*") || steps.Count == MostSteps) return Fail();
            if (step != ".") steps.Add(step);
        }
        while (Take("/"));
        if (isAbsolute)
        {
            if (steps.Count == 0 || steps[0] is not ("info" or "*")) return _ => PredicateValue.Of([]);
            steps.RemoveAt(0);
        }
        return info =>
        {
            List<XElement> nodes = [info];
            foreach (string step in steps) nodes = [.. nodes.SelectMany(n => n.Elements().Where(e => step == "*" || e.Name.LocalName == step))];
            return PredicateValue.Of(nodes);
        };
    }

    private Func<XElement, PredicateValue> Function(string name)
    {
        Func<XElement, PredicateValue>? a = null, b = null;
        if (!Take(")"))
        {
            a = Or();
            if (!failed && Take(",")) b = Or();
            if (failed || !Take(")")) return Fail();
        }
        gaveNodes = false;
        return (name, a, b) switch
        {
            ("true", null, null) => _ => PredicateValue.Of(true),
            ("false", null, null) => _ => PredicateValue.Of(false),
            ("not", { } x, null) => info => PredicateValue.Of(!x(info).ToBoolean()),
            ("boolean", { } x, null) => info => PredicateValue.Of(x(info).ToBoolean()),
            ("number", { } x, null) => info => PredicateValue.Of(x(info).ToNumber()),
            ("string", { } x, null) => info => PredicateValue.Of(x(info).ToText()),
            ("string-length", { } x, null) => info => PredicateValue.Of((double)x(info).ToText().Length),
            ("count", { } x, null) => info => PredicateValue.Of((double)x(info).Count),
            ("starts-with", { } x, { } y) => info => PredicateValue.Of(x(info).ToText().StartsWith(y(info).ToText(), StringComparison.Ordinal)),
            ("contains", { } x, { } y) => info => PredicateValue.Of(x(info).ToText().Contains(y(info).ToText(), StringComparison.Ordinal)),
            _ => Fail(),
        };
    }
}
