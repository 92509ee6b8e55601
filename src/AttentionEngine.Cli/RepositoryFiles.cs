using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli;

/// <summary>Finds the files that come with the program (rigs, models), whatever the caller's folder.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder that holds AttentionEngine.sln, walking up from the program.</summary>
    /// <exception cref="ConfigurationException">The program was moved out of its repository.</exception>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln"))) return folder.FullName;
        throw new ConfigurationException($"{AppContext.BaseDirectory} is not inside the repository (no AttentionEngine.sln above it), so the default scene cannot be found. Give --scene FILE.");
    }

    public static string DefaultScene() => Path.Combine(Root(), "rigs", "sim-conversations.yaml");

    /// <summary>A new folder name for a session: <c>sessions/NAME-20260131-142501</c> in the caller's folder.</summary>
    public static string NewSessionPath(string name) =>
        Path.Combine(Environment.CurrentDirectory, "sessions", $"{name}-{TimeProvider.System.GetLocalNow():yyyyMMdd-HHmmss}");
}
