using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Architecture;

/// <summary>
/// README promises: every line <c>$ ./attend …</c> in a <c>```console</c> block runs. The quick tier asks each command for its help;
/// the system tier runs it, the ones that play in real time for a few seconds only.
/// </summary>
public sealed partial class ReadmeCommandTests
{
    [GeneratedRegex(@"```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlocks();

    [GeneratedRegex(@"^ *\$ \./attend +([^#\n]*)", RegexOptions.Multiline)]
    private static partial Regex Commands();

    /// <summary>Commands that are shown for a machine with devices: no test can run them as they stand.</summary>
    [GeneratedRegex(@"^ *\./attend +([^#\n]*)", RegexOptions.Multiline)]
    private static partial Regex CommandsForALab();

    /// <summary>What the script itself does; to run it from a test would be to run the tests from the tests.</summary>
    private static readonly string[] ScriptCommands = ["test", "setup"];

    public static TheoryData<string> CommandLines() => new(ConsoleBlocks().Matches(File.ReadAllText(Repository.PathOf("README.md"))).SelectMany(b => Commands().Matches(b.Groups[1].Value)).Select(m => m.Groups[1].Value.Trim()));

    [Fact]
    public void The_README_shows_the_two_commands()
    {
        var lines = CommandLines().Select(r => r.Data).ToList();
        Assert.Contains("demo", lines);
        Assert.Contains("test", lines);
    }

    [Theory, MemberData(nameof(CommandLines))]
    public async Task A_command_in_the_README_exists(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] command = words.TakeWhile(w => !w.StartsWith('-') && !w.Contains('/') && !w.Contains('.')).ToArray();
        var result = await AttendProcess.RunAsync([.. command, "--help"]);
        Assert.True(result.ExitCode == 0, $"./attend {line}: {result.Error}");
        // An unknown command with --help would get the help of all commands, and exit 0.
        Assert.Matches($@"Usage:\s+(\./)?attend {Regex.Escape(string.Join(' ', command))}\b", result.Out);
    }

    [Fact]
    public async Task A_command_for_a_laboratory_exists_with_its_options()
    {
        var lines = CommandsForALab().Matches(File.ReadAllText(Repository.PathOf("README.md"))).Select(m => m.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Contains(lines, l => l[0] == "calibrate");
        foreach (var commands in lines.GroupBy(l => l[0]))
        {
            var result = await AttendProcess.RunAsync(commands.Key, "--help");
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Matches($@"Usage:\s+(\./)?attend {Regex.Escape(commands.Key)}\b", result.Out);
            foreach (string option in commands.SelectMany(l => l).Where(w => w.StartsWith("--", StringComparison.Ordinal))) Assert.Matches($@"{Regex.Escape(option)}\b", result.Out);
        }
    }

    [Theory, MemberData(nameof(CommandLines)), Trait("tier", "system")]
    public async Task A_command_in_the_README_runs(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (ScriptCommands.Contains(words[0])) { Assert.Skip($"NOT TESTED HERE: ./attend {line} is what runs this test."); return; }
        string folder = Directory.CreateTempSubdirectory("attend-readme-").FullName;
        try
        {
            string[] paths = words.Select(w => w.StartsWith("rigs/", StringComparison.Ordinal) ? Repository.PathOf(w) : w).ToArray();
            string[] shortened = words[0] is "demo" or "run" && !words.Contains("--seconds") ? [.. paths, "--seconds", "8"] : paths;
            var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), folder, shortened, timeout: TimeSpan.FromMinutes(5));
            Assert.True(result.ExitCode == 0, $"./attend {line} ended with {result.ExitCode}: {result.Error}");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
