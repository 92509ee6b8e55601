using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Architecture;

/// <summary>A page that points at a file which is not there misleads; so does a name in backquotes that looks like a path.</summary>
public sealed partial class LinkTests
{
    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Links();

    /// <summary>A path in backquotes whose first folder is one of ours.</summary>
    [GeneratedRegex(@"`((?:src|native|models|rigs|tests|setup|docs)/[\w./-]*\w)/?`")]
    private static partial Regex Paths();

    public static TheoryData<string> Pages() => new(Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Pages))]
    public void Links_and_paths_in_a_page_lead_somewhere(string page)
    {
        string text = File.ReadAllText(Repository.PathOf(page));
        string folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        var links = Links().Matches(text).Select(m => m.Groups[1].Value).Where(l => !l.Contains(':', StringComparison.Ordinal)).Where(l => !Path.Exists(Path.Combine(folder, l)));
        // A path counts from the root, or from the page's own folder.
        var paths = Paths().Matches(text).Select(m => m.Groups[1].Value).Where(p => !Path.Exists(Repository.PathOf(p)) && !Path.Exists(Path.Combine(folder, p)));
        Assert.Empty(links.Concat(paths).Select(l => $"{page}: {l} does not exist"));
    }
}
