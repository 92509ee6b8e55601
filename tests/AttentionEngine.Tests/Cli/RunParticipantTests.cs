using AttentionEngine.Core.Errors;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Cli;

public class RunParticipantTests
{
    private static async Task Refused(string rig, string doses, params string[] said)
    {
        var result = await AttendProcess.RunAsync("run", rig, "--participant", "P01", "--dose-folder", doses, "--record", Path.Combine(doses, "session"));
        Assert.True(result.ExitCode == ExitCode.Usage, result.Error);
        foreach (string part in said) Assert.Contains(part, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(doses, "session")));
    }

    [Fact]
    public async Task Nobody_is_played_to_without_calibration_or_beyond_the_weeks_dose()
    {
        using var folder = new TempFolder();
        await Refused(Repository.PathOf("rigs/sim-bte4.yaml"), folder.Path, "no `output` group", "full_scale_db_spl");
        string rig = folder.File("rig.yaml");
        File.WriteAllText(rig, File.ReadAllText(Repository.PathOf("rigs/sim-bte4.yaml")).Replace("../models", Repository.PathOf("models"), StringComparison.Ordinal) + "\noutput: { full_scale_db_spl: 110, calibrated_on: 2026-11-01 }\n");
        using (var ledger = DoseLedger.Open(folder.Path, "P01")) ledger.Add(TimeProvider.System.GetUtcNow().AddDays(-2), 3600, 1.7);
        await Refused(rig, folder.Path, "participant P01 has heard 1.700 Pa²h in the last 7 days", "the limit is 1.600 (80 dBA for 40 h)");
    }
}
