using System.Globalization;
using System.IO.Compression;
using System.Text;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>SparrKULee as recorded: the amplifier's clock runs 0.2 % fast, events.tsv is half a second off, the resting value of the triggers is not 0.</summary>
public sealed class TriggerAlignmentTests : IDisposable
{
    private const int RateHz = 64, Seconds = 20, StimulusS = 10;
    private const double Fast = 1.002, StartS = 3.25;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static double[] PulsesS => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9.6]; // the last one closes the block

    /// <summary>One channel holds the time on the stimulus' clock in milliseconds, Status the pulses.</summary>
    private void Recording(Func<int, bool>? played = null, double lateS = 0)
    {
        string stem = _folder.File("sub-001/ses-02/eeg/sub-001_ses-02_task-listeningActive_run-01_");
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        string[] names = ["Cz", "Status"];
        var text = new StringBuilder();
        void Put(string value, int width) => text.Append(value.PadRight(width));
        Put("BIOSEMI", 7); Put("X", 80); Put("X", 80); Put("01.01.01", 8); Put("01.01.01", 8); Put((256 * 3).ToString(CultureInfo.InvariantCulture), 8); Put("24BIT", 44); Put(Seconds.ToString(CultureInfo.InvariantCulture), 8); Put("1", 8); Put("2", 4);
        foreach (string n in names) Put(n, 16);
        foreach (string _ in names) Put("", 80);
        foreach (string _ in names) Put("uV", 8);
        foreach (string v in new[] { "-8388608", "8388607", "-8388608", "8388607" }) foreach (string _ in names) Put(v, 8);
        foreach (string _ in names) Put("", 80);
        foreach (string _ in names) Put(RateHz.ToString(CultureInfo.InvariantCulture), 8);
        foreach (string _ in names) Put("", 32);
        using var file = new MemoryStream();
        file.WriteByte(0xFF);
        file.Write(Encoding.ASCII.GetBytes(text.ToString()));
        int[] pulses = [.. PulsesS.Where((_, i) => played?.Invoke(i) ?? true).Select(s => (int)Math.Round((StartS + Fast * s + (s == 5 ? lateS : 0)) * RateHz))];
        for (int r = 0; r < Seconds; r++)
            for (int c = 0; c < 2; c++)
                for (int i = 0; i < RateHz; i++)
                {
                    int n = r * RateHz + i, v = c == 0 ? (int)Math.Round(1000 * ((double)n / RateHz - StartS) / Fast) : (pulses.Any(p => n >= p && n < p + 3) ? 0xFE : 0xFF) | 0x10000;
                    file.Write([(byte)v, (byte)(v >> 8), (byte)(v >> 16)]);
                }
        Pack(stem + "eeg.bdf.gz", file.ToArray());
        File.WriteAllText(stem + "events.tsv", "onset\tduration\tstim_file\ttrigger_file\tcondition\n3.75\t9\teeg/audiobook_7_5.npz.gz\teeg/t_audiobook_7_5.npz.gz\tin_noise\n");
        Directory.CreateDirectory(_folder.File("stimuli/eeg"));
        Npz(_folder.File("stimuli/eeg/audiobook_7_5.npz.gz"), [.. Enumerable.Range(0, StimulusS * 8000).Select(i => Math.Sin(0.5 * i))], 8000);
        var line = new double[StimulusS * 1000];
        foreach (double s in PulsesS) line.AsSpan((int)(1000 * s), 20).Fill(1);
        Npz(_folder.File("stimuli/eeg/t_audiobook_7_5.npz.gz"), line, 1000);
    }

    private void Npz(string path, double[] audio, double rateHz)
    {
        using var npz = new MemoryStream();
        using (var zip = new ZipArchive(npz, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, values) in new[] { ("audio.npy", audio), ("fs.npy", [rateHz]) })
            {
                string file = _folder.File(name);
                File.Delete(file);
                using (var writer = new NpyWriter<double>(file, 1)) writer.Append(values);
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(File.ReadAllBytes(file));
            }
        Pack(path, npz.ToArray());
    }

    private static void Pack(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        gzip.Write(bytes);
    }

    private ListeningTrial Read() => Assert.Single(ListeningDataset.ReadSubject(_folder.File("sub-001")));

    private string Refused() => Assert.Throws<InputDataException>(Read).Message;

    [Theory]
    [InlineData(-1)]
    [InlineData(0)] // a pulse may be missing at either end
    [InlineData(10)]
    public void The_pulses_say_where_the_stimulus_began_and_how_fast_the_clock_ran(int missing)
    {
        Recording(i => i != missing);
        var trial = Read();
        Assert.Equal((9 * RateHz, "ses-02", "narrator of audiobook_7", "in_noise"), (trial.SampleCount, trial.Session, trial.Speaker, trial.Condition));
        // Half a sample (8 ms) at both ends of the block; one of the two ends is carried on from its neighbour where a pulse is missing.
        for (int n = 0; n < trial.SampleCount; n += 7) Assert.Equal(1000.0 * n / RateHz, trial.Eeg[n], missing < 0 ? 10.0 : 20.0);
    }

    [Fact]
    public void Pulses_that_do_not_fit_are_refused()
    {
        Recording(i => i is not (3 or 4));
        Assert.Contains("9 trigger pulses around the trial", Refused(), StringComparison.Ordinal);
        Recording(lateS: 0.2);
        Assert.Contains("trigger pulse 6 of", Refused(), StringComparison.Ordinal);
        Recording(_ => false);
        Assert.Contains("0 trigger pulses in", Refused(), StringComparison.Ordinal);
        Recording();
        File.Delete(_folder.File("stimuli/eeg/t_audiobook_7_5.npz.gz"));
        Assert.Contains("t_audiobook_7_5.npz.gz is not in", Refused(), StringComparison.Ordinal);
    }
}
