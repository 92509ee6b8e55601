using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace AttentionEngine.Tests.Architecture;

public sealed class ProjectArrowTests
{
    public static TheoryData<string> SourceProjects() => new(ProjectArrows.Allowed.Keys);

    [Fact]
    public void Every_project_under_src_has_its_arrows_in_the_table()
    {
        var found = Repository.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal)).Select(f => Path.GetFileNameWithoutExtension(f)!);
        Assert.Equal(ProjectArrows.Allowed.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(SourceProjects))]
    public void A_project_file_refers_only_where_the_design_says(string project)
    {
        var document = XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj"));
        var arrows = document.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include") ?? "").Replace('\\', '/')));
        var wrong = arrows.Except(ProjectArrows.Allowed[project]).ToList();
        Assert.True(wrong.Count == 0, $"{project} refers to {string.Join(", ", wrong)}; DESIGN §3 allows {string.Join(", ", ProjectArrows.Allowed[project])}. The stages meet in Core's types and in Pipeline.");
        Assert.Empty(document.Descendants("Reference")); // a file reference would be an arrow that the table cannot see
    }

    /// <summary>Project references are transitive for the compiler: Dashboard could use a Capture type through Pipeline. The built assembly shows it.</summary>
    [Theory, MemberData(nameof(SourceProjects))]
    public void A_built_assembly_uses_only_what_the_design_says(string project)
    {
        string file = Path.Combine(AppContext.BaseDirectory, ProjectArrows.AssemblyName(project) + ".dll");
        if (project == "AttentionEngine.Windows") { Assert.False(File.Exists(file), "the tests must not drag in the Windows adapters"); return; }
        var ours = ProjectArrows.Allowed.Keys.Select(ProjectArrows.AssemblyName).ToHashSet();
        var wrong = ReferencedAssemblies(file).Where(ours.Contains).Except(ProjectArrows.Allowed[project].Select(ProjectArrows.AssemblyName)).ToList();
        Assert.True(wrong.Count == 0, $"{project} uses types of {string.Join(", ", wrong)}, which reach it only through another project; DESIGN §3 allows {string.Join(", ", ProjectArrows.Allowed[project])}.");
    }

    [Fact]
    public void Reading_the_built_assemblies_sees_the_arrows_that_are_there()
    {
        Assert.Contains("AttentionEngine.Core", ReferencedAssemblies(Path.Combine(AppContext.BaseDirectory, "attend.dll")));
    }

    private static List<string> ReferencedAssemblies(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name)).ToList();
    }
}
