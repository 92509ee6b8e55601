using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Architecture;

public sealed class TrackedFileTests
{
    private const int MaxSourceLines = 400;
    private const long MaxFileBytes = 5_000_000;

    /// <summary>Names of package registries and mirrors: ./attend leaves it to each tool where it fetches from. In pieces, or this file would name them.</summary>
    private static readonly Regex HostNames = new(string.Join('|', new[] { "registry.np" + "mjs", "np" + "mjs.org", "nu" + "get.org", "deb.deb" + "ian.org", "snapshot.deb" + "ian.org", "pyp" + "i.org", "pythonho" + "sted.org", "yarn" + "pkg.com" }.Select(Regex.Escape)), RegexOptions.IgnoreCase);

    /// <summary>Absolute folders of the machines that this was made on.</summary>
    private static readonly Regex MachinePaths = new(@"(?<![\w.~/-])/(" + "wo" + "rk|ro" + "ot|ho" + @"me/\w+)/", RegexOptions.None);

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var sources = Repository.Files.Where(f => Path.GetExtension(f) is ".cs" or ".cpp" or ".h" or ".hpp" or ".c" or ".py" or ".sh" or ".js" or ".html" || f is "attend" or ".ci/run").ToList();
        Assert.True(sources.Count > 20, "the list of files is not the repository's");
        var tooLong = sources.Select(f => (f, Lines: File.ReadLines(Repository.PathOf(f)).Count())).Where(p => p.Lines > MaxSourceLines).Select(p => $"{p.f}: {p.Lines} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_file_is_over_5_megabytes()
    {
        var tooLarge = Repository.Files.Select(f => (f, new FileInfo(Repository.PathOf(f)).Length)).Where(p => p.Length > MaxFileBytes).Select(p => $"{p.f}: {p.Length} bytes");
        Assert.Empty(tooLarge);
    }

    [Fact]
    public void No_text_file_names_a_package_registry() => Assert.Empty(Matches(HostNames));

    [Fact]
    public void No_text_file_names_a_folder_of_some_machine() => Assert.Empty(Matches(MachinePaths));

    [Theory]
    [InlineData("see https://registry.np", "mjs.org/echarts")]
    [InlineData("cp /wo", "rk/main/x .")]
    [InlineData("\"/ro", "ot/.cache\"")]
    public void The_checks_recognise_what_they_forbid(string start, string end)
    {
        string line = start + end;
        Assert.True(HostNames.IsMatch(line) || MachinePaths.IsMatch(line), line);
    }

    [Theory]
    [InlineData("~/.cache/attention-engine/deps")]
    [InlineData("SESSION/frame/wo", "rk/root")]
    [InlineData("a network/rooted tree")]
    public void The_checks_leave_ordinary_paths_alone(string start, string end = "") => Assert.False(HostNames.IsMatch(start + end) || MachinePaths.IsMatch(start + end), start + end);

    [Fact]
    public void Scripts_can_be_executed()
    {
        if (OperatingSystem.IsWindows()) { Assert.Skip("NOT TESTED: Windows keeps no execute permission."); return; }
        string[] scripts = ["attend", ".ci/run"];
        foreach (string script in scripts) Assert.True(File.GetUnixFileMode(Repository.PathOf(script)).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable");
    }

    private static List<string> Matches(Regex forbidden) => Repository.TextFiles()
        .SelectMany(f => File.ReadLines(Repository.PathOf(f)).Select((line, i) => (line, At: $"{f}:{i + 1}: {line.Trim()}")).Where(l => forbidden.IsMatch(l.line)).Select(l => l.At)).ToList();
}
