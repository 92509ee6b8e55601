using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation.Safety;

public sealed class DoseLedgerTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-dose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File => Path.Combine(_folder, "P01.dose.jsonl");

    [Fact]
    public void The_dose_of_seven_days_is_kept_across_sessions()
    {
        using (var first = DoseLedger.Open(_folder, "P01"))
        {
            first.Add(Now.AddDays(-8), 3600, 0.5);
            first.Add(Now.AddDays(-6.9), 3600, 0.25);
            first.Add(Now.AddDays(-1), 60, 0.125);
            Assert.Equal(0.375, first.UsedPa2H(Now), 1e-12);
        }
        using var again = DoseLedger.Open(_folder, "P01");
        Assert.Equal(0.375, again.UsedPa2H(Now), 1e-12);
        Assert.Equal(0.875, again.UsedPa2H(Now.AddDays(-30)), 1e-12); // a clock that was set back forgives nothing
        using var other = DoseLedger.Open(_folder, "P02");
        Assert.Equal(0, other.UsedPa2H(Now));
    }

    [Fact]
    public void A_cut_off_last_line_is_dropped_and_another_damage_is_refused_by_line()
    {
        using (var ledger = DoseLedger.Open(_folder, "P01"))
        {
            ledger.Add(Now, 10, 0.01);
            ledger.Add(Now, 10, 0.02);
        }
        System.IO.File.AppendAllText(File, "{\"schema\":\"attend.dose/1\",\"parti");
        using (var ledger = DoseLedger.Open(_folder, "P01"))
        {
            Assert.Equal(0.03, ledger.UsedPa2H(Now), 1e-12);
            ledger.Add(Now, 10, 0.04);
        }
        using (var ledger = DoseLedger.Open(_folder, "P01")) Assert.Equal(0.07, ledger.UsedPa2H(Now), 1e-12);
        string[] lines = System.IO.File.ReadAllLines(File);
        foreach (string damage in new[] { "noise", "{}", lines[1].Replace("P01", "P02", StringComparison.Ordinal), lines[1].Replace("0.02", "-0.02", StringComparison.Ordinal), lines[1].Replace("dose/1", "dose/2", StringComparison.Ordinal), "[]" })
        {
            System.IO.File.WriteAllLines(File, [lines[0], damage, lines[2]]);
            var error = Assert.Throws<InputDataException>(() => DoseLedger.Open(_folder, "P01"));
            Assert.Contains(":2:", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_sessions_of_one_participant_and_ids_that_are_paths_are_refused()
    {
        using var one = DoseLedger.Open(_folder, "P01");
        Assert.Contains("Another session", Assert.Throws<ConfigurationException>(() => DoseLedger.Open(_folder, "P01")).Message, StringComparison.Ordinal);
        foreach (string id in new[] { "", "../P01", "a b", "-x", new string('a', 65) }) Assert.Throws<ConfigurationException>(() => DoseLedger.Open(_folder, id));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Add(Now, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Add(Now, 1, double.NaN));
    }

    [Fact]
    public void A_session_gets_what_the_week_has_left_counts_and_is_refused_when_nothing_is_left()
    {
        var rig = RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml")) with { Output = new RigOutput(110, "2026-11-01") };
        using (var session = new EarSession(rig, _folder, "P01", Now))
        {
            Assert.Equal(1.6, session.Protection.BudgetPa2H, 1e-9);
            double perPa2H = 1 / session.Protection.DosePa2H(1);
            var status = new AudioSafetyStatus(16000 * 5, 0.3 * perPa2H, 0, 0, 1, 1, 1);
            session.Count(status, Now); // less than ten seconds: nothing yet
            Assert.Equal(0, new FileInfo(File).Length);
            status = status with { Samples = 16000 * 12, Dose = 0.6 * perPa2H };
            session.Count(status, Now);
            Assert.Equal(0.375, session.UsedPart(status), 1e-9);
            session.End(status with { Samples = 16000 * 13, Dose = 0.7 * perPa2H }, Now);
        }
        using (var session = new EarSession(rig, _folder, "P01", Now.AddDays(1)))
        {
            Assert.Equal(0.7, session.UsedAtStartPa2H, 1e-9);
            Assert.Equal(0.9, session.Protection.BudgetPa2H, 1e-9);
            session.End(new AudioSafetyStatus(1, 0.91 / session.Protection.DosePa2H(1), 0, 0, 1, 1, 1), Now.AddDays(1));
        }
        Assert.Contains("Wait", Assert.Throws<ConfigurationException>(() => new EarSession(rig, _folder, "P01", Now.AddDays(2))).Message, StringComparison.Ordinal);
        using (var later = new EarSession(rig, _folder, "P01", Now.AddDays(7.5))) Assert.Equal(0.69, later.Protection.BudgetPa2H, 1e-9);
        Assert.Throws<ConfigurationException>(() => new EarSession(rig with { Output = null }, _folder, "P02", Now));
    }
}
