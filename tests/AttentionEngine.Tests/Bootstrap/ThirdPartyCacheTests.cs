using System.Diagnostics;

namespace AttentionEngine.Tests.Bootstrap;

/// <summary>How ./attend judges a cache of third-party material, on the real functions of setup/.</summary>
public sealed class ThirdPartyCacheTests : IDisposable
{
    private readonly string _deps = Directory.CreateTempSubdirectory("attend-deps-").FullName;

    public void Dispose() => Directory.Delete(_deps, recursive: true);

    [Fact]
    public async Task An_empty_cache_is_not_ready_and_a_stamp_of_another_version_neither()
    {
        Assert.Equal("no", await ShellAsync("third_party_item_ready echarts && echo yes || echo no"));
        Directory.CreateDirectory(Path.Combine(_deps, "echarts"));
        await File.WriteAllTextAsync(Path.Combine(_deps, "echarts", ".attend"), "0123\n", TestContext.Current.CancellationToken);
        Assert.Equal("no", await ShellAsync("third_party_item_ready echarts && echo yes || echo no"));
    }

    [Fact]
    public async Task The_digest_changes_with_a_byte_a_name_or_a_missing_file()
    {
        foreach (string file in (string[])["dist/echarts.min.js", "LICENSE", "NOTICE"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_deps, "echarts", file))!);
            await File.WriteAllTextAsync(Path.Combine(_deps, "echarts", file), file, TestContext.Current.CancellationToken);
        }
        string whole = await DigestAsync();
        Assert.Matches("^[0-9a-f]{64}$", whole);
        Assert.Equal(whole, await DigestAsync());
        await File.WriteAllTextAsync(Path.Combine(_deps, "echarts", "unrelated.txt"), "not covered", TestContext.Current.CancellationToken);
        Assert.Equal(whole, await DigestAsync());
        await File.AppendAllTextAsync(Path.Combine(_deps, "echarts", "NOTICE"), "!", TestContext.Current.CancellationToken);
        string changed = await DigestAsync();
        Assert.NotEqual(whole, changed);
        File.Delete(Path.Combine(_deps, "echarts", "NOTICE"));
        string missing = await DigestAsync();
        Assert.NotEqual(whole, missing);
        Assert.NotEqual(changed, missing);
    }

    [Fact]
    public async Task A_tool_that_is_too_old_is_recognised()
    {
        Assert.Equal("new old old none", await ShellAsync("""
            for v in 10.0.401 9.9 2.0 ''; do if at_least "$v" 10.0; then printf 'new '; elif [[ -z $v ]]; then printf 'none'; else printf 'old '; fi; done
            """));
    }

    private Task<string> DigestAsync() => ShellAsync("third_party_digest echarts \"$ATTEND_DEPS/echarts\"");

    private async Task<string> ShellAsync(string script)
    {
        string parts = string.Join("; ", ((string[])["system", "third-party"]).Select(p => $"source '{Repository.PathOf($"setup/{p}.sh")}'"));
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; {parts}; {script}"]) { RedirectStandardOutput = true };
        start.Environment["ATTEND_DEPS"] = _deps;
        start.Environment["LC_ALL"] = "C";
        using var bash = Process.Start(start)!;
        string output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return output.Trim();
    }
}
