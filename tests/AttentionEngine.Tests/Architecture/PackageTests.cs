using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace AttentionEngine.Tests.Architecture;

public sealed class PackageTests
{
    public static TheoryData<string> Projects() => new(Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Projects))]
    public void Every_project_commits_its_lock_file(string project) =>
        Assert.Contains($"{Path.GetDirectoryName(project)!.Replace('\\', '/')}/packages.lock.json", Repository.Files);

    [Theory, MemberData(nameof(Projects))]
    public void Versions_are_pinned_in_one_place(string project)
    {
        var withVersion = XDocument.Load(Repository.PathOf(project)).Descendants("PackageReference").Where(p => p.Attribute("Version") is not null || p.Attribute("VersionOverride") is not null || p.Element("Version") is not null);
        Assert.Empty(withVersion.Select(p => (string?)p.Attribute("Include")));
    }

    [Fact]
    public void Central_versions_are_exact()
    {
        var versions = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion").Select(p => (Name: (string?)p.Attribute("Include"), Version: (string?)p.Attribute("Version") ?? "")).ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, v => Assert.Matches(@"^\d+\.\d+(\.\d+)*$", v.Version));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Every_project_is_in_the_solution(string project) =>
        Assert.Contains(project.Replace('/', '\\'), File.ReadAllText(Repository.PathOf("AttentionEngine.sln")).Replace('/', '\\'));

    [Fact]
    public void The_Windows_project_asks_for_packages_and_sources_on_Windows_only()
    {
        var project = XDocument.Load(Repository.PathOf("src/AttentionEngine.Windows/AttentionEngine.Windows.csproj"));
        Assert.NotEmpty(project.Descendants("PackageReference"));
        Assert.All(project.Descendants("PackageReference").Concat(project.Descendants("Compile")), item =>
            Assert.Contains("BuildWindowsAdapters", (string?)item.Parent!.Attribute("Condition") ?? (string?)item.Attribute("Condition") ?? ""));
        var off = Assert.Single(project.Descendants("EnableDefaultCompileItems"));
        Assert.Equal("false", off.Value);
        Assert.Equal("'$(BuildWindowsAdapters)' != 'true'", (string?)off.Attribute("Condition"));
    }

    [Fact]
    public void The_Windows_project_compiles_nothing_elsewhere()
    {
        if (OperatingSystem.IsWindows()) { Assert.Skip("NOT TESTED: on Windows the adapters are compiled."); return; }
        string file = Repository.PathOf("artifacts/bin/AttentionEngine.Windows/release/AttentionEngine.Windows.dll");
        if (!File.Exists(file)) { Assert.Skip($"NOT TESTED: {file} is not built (./attend test builds the whole solution)."); return; }
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Select(t => metadata.GetString(t.Name));
        Assert.Equal(["<Module>"], types);
    }
}
