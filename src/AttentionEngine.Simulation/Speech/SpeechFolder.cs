using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Simulation.Speech;

/// <summary>Where a scene's speech lies: the embedded default set, or a folder of recordings.</summary>
public sealed class SpeechFolder
{
    private static readonly string[] Extensions = [".wav", ".flac", ".ogg"];
    private readonly bool _isDefault;
    private string[]? _all;

    private SpeechFolder(string path, bool isDefault) => (Root, _isDefault) = (path, isDefault);

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>Folder of the embedded default set: <c>ATTEND_SPEECH</c>, or <c>~/.cache/attention-engine/speech/v1</c>.</summary>
    public static string DefaultRoot =>
        Environment.GetEnvironmentVariable("ATTEND_SPEECH") is { Length: > 0 } set
            ? Path.GetFullPath(set)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "attention-engine", "speech", "v1");

    /// <summary>Reads the group <c>speech: { folder: default or a path relative to the scene file }</c>.</summary>
    public static SpeechFolder Read(YamlMap scene)
    {
        var map = scene.MapOrNull("speech");
        string folder = map?.TextOr("folder", "default") ?? "default";
        bool isDefault = folder == "default";
        string root = isDefault ? DefaultRoot : scene.ResolvePath(folder);
        if (!Directory.Exists(root))
        {
            if (isDefault) throw new StreamMissingException($"The default speech is not in {root}. Make it with rigs/speech/make-default-speech.sh (needs flite), or set ATTEND_SPEECH to a folder that has it.");
            throw map!.Error("folder", $"is `{folder}`, and {root} is not a folder; give one that holds WAV or FLAC files, or `default`");
        }
        map?.Done();
        return new SpeechFolder(root, isDefault);
    }

    /// <summary>Files of one voice: <c>VOICE.wav</c> (or .flac, .ogg), or else every file below the folder whose name starts with <c>VOICE-</c>, in the order of their names.</summary>
    public IReadOnlyList<string> Voice(YamlMap talker, string voice)
    {
        foreach (string extension in Extensions)
        {
            string one = Path.Combine(Root, voice + extension);
            if (File.Exists(one)) return [one];
        }
        var many = All().Where(f => Path.GetFileName(f).StartsWith(voice + "-", StringComparison.Ordinal)).ToList();
        if (many.Count > 0) return many;
        string hint = _isDefault ? "make the default speech again with rigs/speech/make-default-speech.sh" : "check the folder and the name";
        throw talker.Error("voice", $"is `{voice}`, but {Root} has neither {voice}.wav nor files that start with `{voice}-`; {hint}. It has: {Sample()}");
    }

    /// <summary>Files named one by one, relative to the folder.</summary>
    public IReadOnlyList<string> Files(YamlMap talker, string key, IReadOnlyList<string> names)
    {
        if (names.Count == 0) throw talker.Error(key, "is empty, expected at least one file");
        var paths = names.Select(n => Path.GetFullPath(Path.Combine(Root, n))).ToList();
        foreach (var (name, path) in names.Zip(paths))
            if (!File.Exists(path)) throw talker.Error(key, $"names `{name}`, and {path} does not exist");
        return paths;
    }

    private string[] All() => _all ??= [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    private string Sample()
    {
        string[] all = All();
        return all.Length == 0 ? "no sound files" : string.Join(", ", all.Take(6).Select(f => Path.GetRelativePath(Root, f))) + (all.Length > 6 ? $" and {all.Length - 6} more" : "");
    }
}
