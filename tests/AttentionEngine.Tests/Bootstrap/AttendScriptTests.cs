namespace AttentionEngine.Tests.Bootstrap;

/// <summary>The script ./attend around the program: folders, links, arguments, exit codes.</summary>
public sealed class AttendScriptTests
{
    [Fact]
    public async Task Help_goes_to_standard_output()
    {
        var result = await AttendProcess.RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("AttentionEngine: decode which talker", result.Out, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task An_unknown_command_is_a_usage_error()
    {
        var result = await AttendProcess.RunAsync("dmeo");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.Contains("dmeo", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_in_the_callers_folder_and_through_a_link()
    {
        string folder = Directory.CreateTempSubdirectory("attend elsewhere ").FullName; // with blanks, as folders have
        try
        {
            File.Copy(Repository.PathOf("rigs/sim-bte4.yaml"), Path.Combine(folder, "my rig.yaml"));
            string link = Path.Combine(folder, "link to attend");
            File.CreateSymbolicLink(link, Repository.PathOf("attend"));
            var result = await AttendProcess.RunFileAsync(link, folder, ["rig", "check", "my rig.yaml", "--json"]);
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains("attend.rig-check/1", result.Out, StringComparison.Ordinal);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public async Task Setup_refuses_arguments()
    {
        var result = await AttendProcess.RunAsync("setup", "everything");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("everything", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_home_and_without_a_cache_folder_it_says_what_to_set()
    {
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, ["--help"], new Dictionary<string, string?> { ["HOME"] = null, ["ATTEND_DEPS"] = null });
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ATTEND_DEPS", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_tests_is_a_failure_and_the_sum_is_the_last_line()
    {
        var result = await AttendProcess.RunAsync("test", "--filter-class", "AttentionEngine.Tests.NoSuchClass");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("0 passed, 0 failed, 0 skipped", result.Out.TrimEnd('\n').Split('\n')[^1]);
        Assert.Contains("no test ran", result.Error, StringComparison.Ordinal);
    }
}
