using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Architecture;

/// <summary>DESIGN §4, §6: the ground truth of a simulated session can be reached by the scorer only.</summary>
public sealed partial class TruthIsUnreachableTests
{
    /// <summary>The names under which truth lies in a session folder, and the schema of its file.</summary>
    [GeneratedRegex(@"truth\.json|truth/|/truth|""truth""|attend\.truth|images\.wav", RegexOptions.IgnoreCase)]
    private static partial Regex TruthNames();

    public static TheoryData<string> EngineProjects() => new(ProjectArrows.EngineProjects);

    [Theory, MemberData(nameof(EngineProjects))]
    public void No_engine_project_refers_to_the_simulator_or_the_scorer(string project)
    {
        string[] forbidden = ["AttentionEngine.Simulation", "AttentionEngine.Analysis"];
        Assert.Empty(ProjectArrows.Allowed[project].Intersect(forbidden));
    }

    [Theory, MemberData(nameof(EngineProjects))]
    public void No_engine_source_names_the_truth(string project)
    {
        var sources = Repository.Files.Where(f => f.StartsWith($"src/{project}/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sources);
        Assert.Empty(Mentions(sources));
    }

    [Fact]
    public void No_native_source_names_the_truth() =>
        Assert.Empty(Mentions(Repository.Files.Where(f => f.StartsWith("native/", StringComparison.Ordinal) && !f.StartsWith("native/tests/", StringComparison.Ordinal))));

    [Theory]
    [InlineData("Path.Combine(session, \"truth\", name)")]
    [InlineData("File.OpenRead(session + \"/truth/truth.json\")")]
    [InlineData("map.Text(\"schema\") == \"attend.truth/1\"")]
    public void The_check_recognises_a_reader_of_the_truth(string line) => Assert.Matches(TruthNames(), line);

    private static List<string> Mentions(IEnumerable<string> files) =>
        files.SelectMany(f => File.ReadLines(Repository.PathOf(f)).Select((line, i) => (line, At: $"{f}:{i + 1}: {line.Trim()}")).Where(l => TruthNames().IsMatch(l.line)).Select(l => l.At)).ToList();
}
