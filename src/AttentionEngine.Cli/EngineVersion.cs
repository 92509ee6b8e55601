using System.Reflection;
using System.Security.Cryptography;

namespace AttentionEngine.Cli;

internal static class EngineVersion
{
    public static string Text { get; } = typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static IReadOnlyList<(string Name, string Sha256)> Hashes(IEnumerable<(string Name, string Path)> files) =>
        files.Select(f => (f.Name, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f.Path))))).ToList();
}
