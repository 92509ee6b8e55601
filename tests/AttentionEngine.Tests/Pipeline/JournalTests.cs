using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;

namespace AttentionEngine.Tests.Pipeline;

public sealed class JournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-journal").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private string Write(int ticks)
    {
        string path = Path.Combine(_folder, $"journal-{ticks}.jsonl");
        using var journal = new JournalWriter(path);
        journal.Header(new JournalHeader("test", "rig", 40, 123.456789012345, 32, ["a", "b"], [(StreamRole.Audio, "id")], [("model", "00")], 1.25));
        journal.Clock(StreamRole.Gaze, new ClockModelUpdate(7, new ClockModel(1.1, -1e6 / 3, 1.5e-5, 2e-5), Jumped: true));
        journal.Take(new SteeringTake(SteeringKind.Scene, 3, 640));
        journal.Take(new SteeringTake(SteeringKind.Stop, 1, 960));
        var record = new TickRecord(2, 4);
        for (int k = 0; k < ticks; k++)
        {
            record.Tick = k;
            record.TimeS = 123.456789012345 + k * 0.04;
            record.Consumed[0] = k * 20;
            record.Hashes[2] = ulong.MaxValue - (ulong)k;
            journal.Tick(record);
        }
        return path;
    }

    [Fact]
    public void What_is_written_is_read_to_the_last_bit()
    {
        var journal = SessionJournal.Read(Write(3));
        Assert.Equal(123.456789012345, journal.StartS);
        Assert.Equal(3, journal.Ticks.Count);
        Assert.Equal(123.456789012345 + 2 * 0.04, journal.Ticks[2].TimeS);
        Assert.Equal(40, journal.Ticks[2].Consumed[0]);
        Assert.Equal(ulong.MaxValue - 2, journal.Ticks[2].Hashes[2]);
        Assert.Equal(new ClockModel(1.1, -1e6 / 3, 1.5e-5, 2e-5), journal.Clocks[StreamRole.Gaze][0].Model);
        Assert.Equal(640, journal.Takes[(SteeringKind.Scene, 3)]);
        Assert.Equal(960, journal.Takes[(SteeringKind.Stop, 1)]);
        Assert.Equal(1.25, journal.DoseBudgetPa2H);
        Assert.False(journal.Finished);
    }

    [Fact]
    public void A_crash_at_any_byte_leaves_a_journal_that_reads_up_to_there()
    {
        byte[] whole = File.ReadAllBytes(Write(4));
        int header = Array.IndexOf(whole, (byte)'\n') + 1;
        string cut = Path.Combine(_folder, "cut.jsonl");
        int most = 0;
        for (int length = header; length <= whole.Length; length++)
        {
            File.WriteAllBytes(cut, whole[..length]);
            var journal = SessionJournal.Read(cut);
            Assert.True(journal.Ticks.Count >= most);
            most = journal.Ticks.Count;
        }
        Assert.Equal(4, most);
    }

    [Fact]
    public void Damage_in_the_middle_is_named_with_its_line()
    {
        string[] lines = File.ReadAllLines(Write(3));
        lines[3] = lines[3][..10];
        string path = Path.Combine(_folder, "damaged.jsonl");
        File.WriteAllLines(path, lines);
        var error = Assert.Throws<InputDataException>(() => SessionJournal.Read(path));
        Assert.Contains(":4:", error.Message, StringComparison.Ordinal);
        Assert.Contains("--ideal", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_is_never_overwritten()
    {
        string path = Write(1);
        Assert.Throws<IOException>(() => new JournalWriter(path).Dispose());
    }
}
