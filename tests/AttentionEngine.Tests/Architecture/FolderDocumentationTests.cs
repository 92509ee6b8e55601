namespace AttentionEngine.Tests.Architecture;

public sealed class FolderDocumentationTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("THIRD-PARTY.md")]
    [InlineData("src/README.md")]
    [InlineData("native/README.md")]
    [InlineData("models/README.md")]
    [InlineData("rigs/README.md")]
    [InlineData("tests/README.md")]
    public void The_page_that_explains_a_folder_is_there(string page)
    {
        Assert.Contains(page, Repository.Files);
        Assert.True(new FileInfo(Repository.PathOf(page)).Length > 200, $"{page} says next to nothing");
    }

    /// <summary>DESIGN §3: each model ships its contract and its card.</summary>
    [Fact]
    public void Every_model_has_a_contract_and_a_card()
    {
        foreach (string model in Repository.Files.Where(f => f.StartsWith("models/", StringComparison.Ordinal) && f.EndsWith("/model.onnx", StringComparison.Ordinal)))
        {
            string folder = Path.GetDirectoryName(model)!.Replace('\\', '/');
            Assert.Contains($"{folder}/model.yaml", Repository.Files);
            Assert.Contains($"{folder}/CARD.md", Repository.Files);
        }
    }

    /// <summary>A package that is used and not listed would be a licence that nobody looked at.</summary>
    [Fact]
    public void Every_package_of_the_central_list_is_in_THIRD_PARTY()
    {
        string page = File.ReadAllText(Repository.PathOf("THIRD-PARTY.md"));
        var packages = System.Xml.Linq.XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion").Select(p => (string)p.Attribute("Include")!);
        Assert.All(packages, p => Assert.Contains(p, page, StringComparison.Ordinal));
    }
}
