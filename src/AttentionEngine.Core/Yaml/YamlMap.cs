using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AttentionEngine.Core.Yaml;

/// <summary>
/// A mapping of a configuration file, read strictly: each key is asked for by name, with its range, and <see cref="Done"/>
/// refuses every key that was not asked for, naming file, line, column and the nearest valid key.
/// </summary>
public sealed class YamlMap
{
    private readonly string _file;
    private readonly string _path;
    private readonly YamlMappingNode _node;
    private readonly HashSet<string> _asked = [];

    private YamlMap(string file, string path, YamlMappingNode node) => (_file, _path, _node) = (file, path, node);

    /// <summary>Reads a file and checks its <c>schema</c> key.</summary>
    /// <exception cref="ConfigurationException">Missing, unreadable, not YAML, or another schema.</exception>
    public static YamlMap Load(string file, string schema)
    {
        string text;
        try { text = File.ReadAllText(file); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file}: cannot be read ({e.Message.TrimEnd('.')}). Give the path of a file that starts with `schema: {schema}`.", e);
        }
        return Parse(text, file, schema);
    }

    public static YamlMap Parse(string text, string file, string schema)
    {
        var stream = new YamlStream();
        try { stream.Load(new StringReader(text)); }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{file}:{e.Start.Line}:{e.Start.Column}: not valid YAML: {e.Message}", e);
        }
        if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new ConfigurationException($"{file}: expected keys and values at the top level, starting with `schema: {schema}`.");
        var map = new YamlMap(file, "", root);
        string found = map.Text("schema");
        if (found != schema) throw map.Error("schema", $"is `{found}`, expected `{schema}`");
        return map;
    }

    public string FileName => _file;
    public bool Has(string key) { _asked.Add(key); return Find(key) is not null; }
    public IReadOnlyList<string> Keys => _node.Children.Keys.Select(k => ((YamlScalarNode)k).Value ?? "").ToList();

    public string Text(string key) => Scalar(key) ?? throw Missing(key, "text");
    public string TextOr(string key, string fallback) => Scalar(key) ?? fallback;

    /// <summary>One of a closed set of words.</summary>
    public string Choice(string key, string? fallback, params string[] choices)
    {
        string value = Scalar(key) ?? fallback ?? throw Missing(key, $"one of {string.Join(", ", choices)}");
        return choices.Contains(value) ? value : throw Error(key, $"is `{value}`, expected one of {string.Join(", ", choices)}{Nearest(value, choices)}");
    }

    public double Number(string key, double min, double max) => NumberOrNull(key, min, max) ?? throw Missing(key, FormattableString.Invariant($"a number in [{min}, {max}]"));
    public double NumberOr(string key, double fallback, double min, double max) => NumberOrNull(key, min, max) ?? fallback;

    public double? NumberOrNull(string key, double min, double max)
    {
        if (Scalar(key) is not { } text) return null;
        double value = ParseNumber(key, text);
        return value >= min && value <= max ? value : throw Error(key, FormattableString.Invariant($"is {value}, expected a number in [{min}, {max}]"));
    }

    public int Integer(string key, int min, int max) => IntegerOrNull(key, min, max) ?? throw Missing(key, $"an integer in [{min}, {max}]");
    public int IntegerOr(string key, int fallback, int min, int max) => IntegerOrNull(key, min, max) ?? fallback;

    private int? IntegerOrNull(string key, int min, int max)
    {
        if (Scalar(key) is not { } text) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value : throw Error(key, $"is `{text}`, expected an integer in [{min}, {max}]");
    }

    public bool FlagOr(string key, bool fallback) => Scalar(key) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        var other => throw Error(key, $"is `{other}`, expected true or false"),
    };

    /// <summary>[x, y, z] in metres.</summary>
    public Vector3D Point(string key, double limitM = 1000)
    {
        double[] v = Numbers(key, 3, 3, -limitM, limitM);
        return new Vector3D(v[0], v[1], v[2]);
    }

    public double[] Numbers(string key, int minCount, int maxCount, double min, double max)
    {
        _asked.Add(key);
        if (Find(key) is not YamlSequenceNode list) throw Missing(key, $"a list of {minCount}{(maxCount > minCount ? $" to {maxCount}" : "")} numbers");
        if (list.Children.Count < minCount || list.Children.Count > maxCount)
            throw Error(key, $"has {list.Children.Count} values, expected {minCount}{(maxCount > minCount ? $" to {maxCount}" : "")}");
        var values = new double[list.Children.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ParseNumber(key, (list.Children[i] as YamlScalarNode)?.Value ?? "");
            if (values[i] < min || values[i] > max) throw Error(key, FormattableString.Invariant($"value {i + 1} is {values[i]}, expected a number in [{min}, {max}]"));
        }
        return values;
    }

    public IReadOnlyList<string> Texts(string key)
    {
        _asked.Add(key);
        return Find(key) switch
        {
            YamlSequenceNode list => list.Children.Select(c => (c as YamlScalarNode)?.Value ?? "").ToList(),
            YamlScalarNode { Value: { } one } => [one],
            _ => throw Missing(key, "a list of texts"),
        };
    }

    public YamlMap Map(string key) => MapOrNull(key) ?? throw Missing(key, "a group of keys");

    public YamlMap? MapOrNull(string key)
    {
        _asked.Add(key);
        return Find(key) switch
        {
            null => null,
            YamlMappingNode map => new YamlMap(_file, Join(key), map),
            _ => throw Error(key, "expected a group of keys"),
        };
    }

    public IReadOnlyList<YamlMap> Maps(string key)
    {
        _asked.Add(key);
        if (Find(key) is not YamlSequenceNode list) throw Missing(key, "a list");
        return list.Children.Select((c, i) => c is YamlMappingNode map
            ? new YamlMap(_file, $"{Join(key)}[{i + 1}]", map)
            : throw Error(key, $"entry {i + 1} is not a group of keys")).ToList();
    }

    /// <summary>Resolves a path that the file gives relative to the file itself.</summary>
    public string ResolvePath(string path) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_file)) ?? ".", path));

    /// <summary>Call last: an unknown key is an error.</summary>
    public void Done()
    {
        foreach (var (keyNode, _) in _node.Children)
        {
            string key = ((YamlScalarNode)keyNode).Value ?? "";
            if (_asked.Contains(key)) continue;
            throw new ConfigurationException($"{At(keyNode)}: unknown key `{Join(key)}`{Nearest(key, _asked)}. Valid keys here: {string.Join(", ", _asked.Order())}.");
        }
    }

    /// <summary>An error at <paramref name="key"/>, for checks that span keys.</summary>
    public ConfigurationException Error(string key, string problem)
    {
        var node = Find(key) ?? _node;
        return new ConfigurationException($"{At(node)}: `{Join(key)}` {problem}.");
    }

    private ConfigurationException Missing(string key, string expected)
    {
        // A misspelt key shows as a missing one first: point at the key that was probably meant.
        foreach (var (keyNode, _) in _node.Children)
        {
            string present = ((YamlScalarNode)keyNode).Value ?? "";
            if (!_asked.Contains(present) && Distance(present, key) <= Math.Max(2, key.Length / 3))
                return new ConfigurationException($"{At(keyNode)}: unknown key `{Join(present)}` (did you mean `{key}`?), and `{Join(key)}` is missing; expected {expected}.");
        }
        return new ConfigurationException($"{At(_node)}: `{Join(key)}` is missing; expected {expected}.");
    }

    private string At(YamlNode node) => $"{_file}:{node.Start.Line}:{node.Start.Column}";
    private string Join(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
    private YamlNode? Find(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    private string? Scalar(string key)
    {
        _asked.Add(key);
        return Find(key) switch
        {
            null => null,
            YamlScalarNode scalar => scalar.Value,
            _ => throw Error(key, "expected a single value"),
        };
    }

    private double ParseNumber(string key, string text)
    {
        string t = text is ".inf" or "-.inf" or "+.inf" ? text.Replace(".inf", "Infinity", StringComparison.Ordinal).TrimStart('+') : text;
        return double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !double.IsNaN(value)
            ? value : throw Error(key, $"is `{text}`, expected a number");
    }

    private static string Nearest(string wrong, IEnumerable<string> valid)
    {
        var best = valid.Select(v => (v, d: Distance(wrong, v))).OrderBy(p => p.d).FirstOrDefault();
        return best.v is not null && best.d <= Math.Max(2, wrong.Length / 2) ? $" (did you mean `{best.v}`?)" : "";
    }

    /// <summary>Levenshtein distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int up = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = up;
            }
        }
        return row[b.Length];
    }
}
