using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Sessions;

/// <summary>Where things lie in a session's folder. Data is never overwritten.</summary>
public sealed record SessionFolder(string Root)
{
    public string Xdf => Path.Combine(Root, "session.xdf");
    public string Journal => Path.Combine(Root, "journal.jsonl");
    public string Rig => Path.Combine(Root, "rig.yaml");
    public string SteeredWav => Path.Combine(Root, "steered.wav");

    /// <summary>What an audio device really played; only in runs with one.</summary>
    public string PlayedWav => Path.Combine(Root, "played.wav");
    public string UnprocessedWav => Path.Combine(Root, "unprocessed.wav");
    public string EgoVideo => Path.Combine(Root, "video", "ego.y4m");
    public string Ticks => Path.Combine(Root, "ticks");
    public string Summary => Path.Combine(Root, "summary.json");
    public string Report => Path.Combine(Root, "report.html");

    /// <summary>Makes a new, empty session folder.</summary>
    /// <exception cref="ConfigurationException">It exists already with something in it, or cannot be written.</exception>
    public static SessionFolder Create(string path)
    {
        string root = Path.GetFullPath(path);
        try
        {
            if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
                throw new ConfigurationException($"{root} exists and is not empty; recordings are never overwritten. Give another --out folder.");
            if (File.Exists(root)) throw new ConfigurationException($"{root} is a file; give a folder for --out.");
            Directory.CreateDirectory(root);
            string probe = Path.Combine(root, ".writable");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{root} cannot be written ({e.Message.TrimEnd('.')}). Give an --out folder on a disk with space that you may write to.", e);
        }
        return new SessionFolder(root);
    }

    /// <summary>An existing session.</summary>
    /// <exception cref="InputDataException">The folder or its session.xdf is missing.</exception>
    public static SessionFolder Open(string path)
    {
        var folder = new SessionFolder(Path.GetFullPath(path));
        if (!File.Exists(folder.Xdf)) throw new InputDataException($"{folder.Root} is not a session: {folder.Xdf} does not exist. Give the folder that `attend demo`, `run`, `record` or `simulate` wrote.");
        if (!File.Exists(folder.Rig)) throw new InputDataException($"{folder.Root} has no rig.yaml; a session carries the rig that it was recorded with.");
        return folder;
    }
}
