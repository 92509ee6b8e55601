using System.Text.Json;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Cli;

public sealed class DesignCommandTests
{
    [Fact]
    public async Task Design_leaves_a_report_tables_and_filters_and_overwrites_nothing()
    {
        using var folder = new TempFolder();
        string output = folder.File("design");
        string[] arguments = ["design", "rigs/bte-2x2.yaml", "--out", output, "--direction-deg", "0,-45", "--backend", "pass,superdirective,lcmv", "--pattern-hz", "1000,4000", "--trials", "3", "--json"];
        var result = await AttendProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        var facts = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("attend.design/1", facts.GetProperty("schema").GetString());
        int count = facts.GetProperty("frequency_hz").GetArrayLength();
        var gain = facts.GetProperty("white_noise_gain_db").GetProperty("superdirective");
        Assert.Equal(2, gain.GetArrayLength());
        Assert.Equal(count, gain[0].GetArrayLength());
        Assert.Equal(2 * 3 * 2, facts.GetProperty("patterns").GetArrayLength()); // directions × back ends × frequencies
        Assert.Equal(result.Out.Trim(), File.ReadAllText(Path.Combine(output, "design.json")).Trim());
        Assert.All(facts.GetProperty("files").EnumerateArray(), f => Assert.True(new FileInfo(Path.Combine(output, f.GetString()!)).Length > 0));

        var filters = NpyReader.Read(Path.Combine(output, "filters-superdirective.npy"));
        Assert.Equal([2, 2, 4, 512], filters.Shape);
        Assert.Equal(1 + 3 * 2 * count, File.ReadAllLines(Path.Combine(output, "metrics.csv")).Length);
        Assert.Equal(1 + 4 * 3 / 2, File.ReadAllLines(Path.Combine(output, "pairs.csv")).Length);
        string page = File.ReadAllText(Path.Combine(output, "report.html"));
        Assert.Equal(2 * (4 + 2), page.Split("role=\"img\"").Length - 1); // four charts and two patterns for each direction
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);

        var again = await AttendProcess.RunAsync(arguments);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("nothing is overwritten", again.Error, StringComparison.Ordinal);
        var wrong = await AttendProcess.RunAsync("design", "rigs/bte-2x2.yaml", "--out", folder.File("other"), "--backend", "mwf");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("cannot be designed from an array alone", wrong.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("other")));
    }
}
