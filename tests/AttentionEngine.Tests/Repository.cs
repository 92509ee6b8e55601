using System.Diagnostics;

namespace AttentionEngine.Tests;

/// <summary>The repository that the tests were built from.</summary>
public static class Repository
{
    /// <summary>Folder that holds AttentionEngine.sln, found by walking up from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is in the repository or would be added to it, as paths relative to <see cref="Root"/> with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>The files that hold text of ours: sources, scripts, configuration, documentation.</summary>
    public static IEnumerable<string> TextFiles() => Files.Where(f => Path.GetExtension(f) is ".cs" or ".c" or ".h" or ".hpp" or ".cpp" or ".py" or ".sh" or ".md" or ".yaml"
        or ".yml" or ".json" or ".csproj" or ".props" or ".targets" or ".sln" or ".txt" or ".js" or ".ts" or ".html" or ".css" or "");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"AttentionEngine.sln is in no folder above {AppContext.BaseDirectory}.");
    }

    private static List<string> ListFiles()
    {
        if (Path.Exists(PathOf(".git")) && ListWithGit() is { Count: > 0 } files) return files;
        // A source archive without .git: everything but what .gitignore names.
        string[] ignored = ["artifacts", "node_modules", "__pycache__", ".git", "sessions", "out"];
        return Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f))
            .Where(f => !f.Split('/').SkipLast(1).Any(ignored.Contains) && !f.StartsWith("native/build", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
    }

    private static List<string>? ListWithGit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("git could not be started.");
        string listing = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode != 0 ? null : listing.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(PathOf(f))).Order(StringComparer.Ordinal).ToList();
    }
}
