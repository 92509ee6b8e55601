using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace AttentionEngine.Tests.Cli.Rigs;

public sealed class RigShowTests
{
    [Fact]
    public async Task Rig_show_draws_every_microphone_twice_and_to_scale_and_overwrites_nothing()
    {
        using var folder = new TempFolder();
        string picture = folder.File("array.svg");
        string[] arguments = ["rig", "show", "rigs/glasses-easycom.yaml", "--out", picture, "--json"];
        var result = await AttendProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("attend.rig-show/1", JsonDocument.Parse(result.Out).RootElement.GetProperty("schema").GetString());

        var circles = XDocument.Load(picture).Descendants().Where(e => (string?)e.Attribute("class") == "microphone").ToList();
        Assert.Equal(8, circles.Count); // 4 microphones × 2 views
        (double X, double Y) At(int i) => (Number(circles[i], "cx"), Number(circles[i], "cy"));
        // From above: m1 is on the left, m2 in front; m1 to m4 are 165 mm apart sideways and 31 mm in depth.
        Assert.True(At(0).X < At(3).X && At(1).Y < At(0).Y);
        Assert.Equal(165.0 / 31, (At(3).X - At(0).X) / (At(3).Y - At(0).Y), 0.02);

        var again = await AttendProcess.RunAsync(arguments);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
    }

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
}
