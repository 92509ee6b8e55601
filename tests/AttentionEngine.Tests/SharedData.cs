namespace AttentionEngine.Tests;

/// <summary>The measured data beside the repository (<c>../shared</c>). Tests that need it are skipped, loudly, where it is absent.</summary>
public static class SharedData
{
    /// <param name="relativePath">For example <c>data/eeg/xdf</c>.</param>
    /// <returns>The full path of a file or folder in <c>../shared</c>.</returns>
    public static string PathOrSkip(string relativePath)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln"))) folder = folder.Parent;
        // The shared folder lies beside the repository; in a second work tree, one level further up.
        for (var parent = folder?.Parent; parent is not null; parent = parent.Parent)
        {
            string path = Path.Combine(parent.FullName, "shared", relativePath);
            if (File.Exists(path) || Directory.Exists(path)) return path;
        }
        Assert.Skip($"NOT TESTED: shared/{relativePath} is not beside the repository.");
        return "";
    }
}
