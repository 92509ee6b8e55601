using System.Globalization;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Benchmarks;

/// <summary>Command line of the benchmarks over pairs: a folder, then options as `--name value` or `--name=value`.</summary>
internal sealed class PairsOptions
{
    private readonly Dictionary<string, string> _values = [];
    private readonly string _folder;

    /// <exception cref="ConfigurationException">An option is unknown, given twice or has no value; the folder is not there.</exception>
    public PairsOptions(string[] args, params string[] known)
    {
        if (args.Length < 2 || args[1].StartsWith('-') || !Directory.Exists(args[1]))
            throw new ConfigurationException($"{args[0]} needs the folder of pairs first (tests/claims/make-separation-pairs.py makes one){(args.Length < 2 ? "" : $"; found `{args[1]}`")}. Options: {string.Join(' ', known)}");
        _folder = args[1];
        for (int i = 2; i < args.Length; i++)
        {
            int equals = args[i].IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? args[i] : args[i][..equals];
            if (!known.Contains(name)) throw new ConfigurationException($"{args[0]} has no option `{name}`; it has {string.Join(' ', known)}");
            if (equals < 0 && i + 1 >= args.Length) throw new ConfigurationException($"{name} needs a value");
            if (!_values.TryAdd(name, equals < 0 ? args[++i] : args[i][(equals + 1)..])) throw new ConfigurationException($"{name} is given twice");
        }
    }

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    public string[] List(string name, string otherwise) => Text(name, otherwise).Split(',');

    /// <summary>A number, or `-inf`.</summary>
    public double Number(string name, double otherwise) => _values.TryGetValue(name, out string? text) ? Parse(name, text) : otherwise;

    public static double Parse(string name, string text) => text == "-inf" ? double.NegativeInfinity
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : throw new ConfigurationException($"{name} is `{text}`, expected a number or -inf");

    /// <summary>The pairs of a room, the first <paramref name="most"/>.</summary>
    /// <exception cref="InputDataException">There is none.</exception>
    public string[] Pairs(string room, double most)
    {
        string[] files = [.. Directory.GetFiles(_folder, $"p*_{room}.npy").Order(StringComparer.Ordinal).Take((int)most)];
        return files.Length > 0 ? files : throw new InputDataException($"{_folder} has no pair of the room `{room}` (p*_{room}.npy). Its rooms: {string.Join(", ", Directory.GetFiles(_folder, "p*_*.npy").Select(f => Path.GetFileNameWithoutExtension(f).Split('_')[^1]).Distinct())}");
    }
}
