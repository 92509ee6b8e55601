namespace AttentionEngine.Benchmarks;

internal static class RepositoryFolder
{
    /// <summary>A path of the repository that this program was built in.</summary>
    public static string PathOf(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln"))) return Path.Combine(folder.FullName, relativePath);
        throw new InvalidOperationException($"AttentionEngine.sln is in no folder above {AppContext.BaseDirectory}");
    }
}
