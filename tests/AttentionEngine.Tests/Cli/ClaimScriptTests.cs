namespace AttentionEngine.Tests.Cli;

/// <summary>The script that makes the README's figures, on very short sessions: that it runs and aggregates, not what it finds.</summary>
public class ClaimScriptTests
{
    [Fact, Trait("tier", "system")]
    public async Task The_claim_script_simulates_replays_and_aggregates_both_scenes()
    {
        using var folder = new TempFolder();
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("tests/claims/first-light.sh"), folder.Path, [folder.File("claim"), "11", "12", "4"], timeout: TimeSpan.FromMinutes(5));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("sim-conversations: 2 sessions", result.Out, StringComparison.Ordinal);
        Assert.Contains("sim-room: 2 sessions", result.Out, StringComparison.Ordinal);
    }
}
