using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Xml.Linq;
using AttentionEngine.Capture.Bids;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Bids;

public sealed class BidsExportTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    private static readonly BidsEntities Entities = new("01", "a", "cocktail", "1");

    /// <summary>EEG with a gap, gaze, head, audio and markers, on clocks of their own.</summary>
    private string Recording()
    {
        string path = _temp.File("session.xdf");
        using var writer = new XdfWriter(path, options: new XdfWriterOptions(SyncEveryS: 0));
        XElement[] Channels(params (string, string, string)[] channels) => [.. StreamInfo.DescOf(channels).Elements()];
        StreamInfo Info(string name, string type, int channels, double rateHz, ChannelFormat format, params object[] desc) => new()
        {
            Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = name, Desc = new XElement("desc", desc),
        };
        int eeg = writer.AddStream(Info("EEG cap", "EEG", 3, 250, ChannelFormat.Float32,
            new XElement("channels", new[] { ("Fz", "EEG", "microvolts"), ("Cz", "EEG", "microvolts"), ("EOG,l", "EOG", "microvolts") }.Select((c, i) => new XElement("channel",
                new XElement("label", c.Item1), new XElement("type", c.Item2), new XElement("unit", c.Item3), i < 2 ? new XElement("location", new XElement("X", i), new XElement("Y", 10.5), new XElement("Z", 80)) : null))),
            new XElement("reference", new XElement("label", "A1"))));
        int gaze = writer.AddStream(Info("Eyes", "Gaze", 4, 60, ChannelFormat.Float32, Channels(("DirectionX", "DirectionX", "normalized"), ("DirectionY", "DirectionY", "normalized"), ("DirectionZ", "DirectionZ", "normalized"), ("Confidence", "Confidence", "normalized"))));
        int head = writer.AddStream(Info("Head", "MoCap", 7, 100, ChannelFormat.Double64, Channels(("PositionX", "PositionX", "meters"), ("PositionY", "PositionY", "meters"), ("PositionZ", "PositionZ", "meters"),
            ("OrientationX", "OrientationX", "quaternion"), ("OrientationY", "OrientationY", "quaternion"), ("OrientationZ", "OrientationZ", "quaternion"), ("OrientationW", "OrientationW", "quaternion"))));
        int audio = writer.AddStream(Info("Array", "Audio", 2, 8000, ChannelFormat.Float32));
        int markers = writer.AddStream(Info("Trials", "Markers", 1, 0, ChannelFormat.Text));
        writer.AddStream(Info("Odd", "Strange", 1, 10, ChannelFormat.Int16));
        // The EEG's clock is 500 s behind the recorder's.
        for (int i = 0; i < 5; i++) writer.WriteClockOffset(eeg, new ClockProbe(1000 + 2 * i, 500, 1e-4));
        for (int i = 0; i < 2000; i++)
        {
            // 0.2 s are missing after sample 999.
            double t = 500 + i / 250.0 + (i >= 1000 ? 0.2 : 0);
            writer.Write<float>(eeg, [i, -i, 0.5f], [t]);
        }
        for (int i = 0; i < 480; i++) writer.Write<float>(gaze, i == 7 ? [float.NaN, float.NaN, float.NaN, 0] : [MathF.Cos(0.1f), MathF.Sin(0.1f), 0, 1], [1000 + i / 60.0]);
        for (int i = 0; i < 800; i++) writer.Write<double>(head, [0, 0, 1.2, 0, 0, 0, 1], [1000 + i / 100.0]);
        for (int i = 0; i < 800; i++) writer.Write<float>(audio, new float[160], [.. Enumerable.Range(0, 80).Select(k => 1000 + (i * 80 + k) / 8000.0)]);
        writer.WriteText(markers, ["trial 1, left\tfirst"], 1001);
        writer.WriteText(markers, ["trial 2"], 1004.5);
        return path;
    }

    [Fact]
    public void The_dataset_follows_the_specification()
    {
        string root = _temp.File("study");
        var result = BidsExport.Run(Recording(), root, Entities);
        Assert.Empty(BidsRules.Check(root));
        Assert.Contains("sub-01/ses-a/eeg/sub-01_ses-a_task-cocktail_run-1_eeg.vhdr", result.Files);
        Assert.Contains("sub-01/ses-a/eeg/sub-01_ses-a_task-cocktail_run-1_recording-eye1_physio.tsv.gz", result.Files);
        Assert.Contains("sub-01/ses-a/motion/sub-01_ses-a_task-cocktail_tracksys-Head_run-1_motion.tsv", result.Files);
        Assert.Contains("sourcedata/sub-01/ses-a/audio/sub-01_ses-a_task-cocktail_run-1_audio.wav", result.Files);
        Assert.Equal(["Odd (Strange): no samples"], result.LeftOut);
        Assert.Equal(Directory.GetFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal), result.Files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Samples_markers_and_gaps_stand_at_their_times()
    {
        string root = _temp.File("study"), eeg = Path.Combine(root, "sub-01/ses-a/eeg/sub-01_ses-a_task-cocktail_run-1_");
        BidsExport.Run(Recording(), root, Entities);
        float[] data = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(eeg + "eeg.eeg")).ToArray();
        Assert.Equal(2050 * 3, data.Length);
        Assert.Equal([999f, -999f, 0.5f], data[(999 * 3)..(1000 * 3)]);
        Assert.All(data[(1000 * 3)..(1050 * 3)], v => Assert.True(float.IsNaN(v)));
        Assert.Equal([1000f, -1000f, 0.5f], data[(1050 * 3)..(1051 * 3)]);
        string[][] events = [.. File.ReadLines(eeg + "events.tsv").Select(l => l.Split('\t'))];
        Assert.Equal(["onset", "duration", "trial_type", "stream"], events[0]);
        Assert.Equal(["trial 1, left first", "BAD_gap", "trial 2"], events.Skip(1).Select(e => e[2]));
        Assert.Equal(1, double.Parse(events[1][0], System.Globalization.CultureInfo.InvariantCulture), 1e-4);
        Assert.Equal(4, double.Parse(events[2][0], System.Globalization.CultureInfo.InvariantCulture), 1e-4);
        Assert.Equal(0.2, double.Parse(events[2][1], System.Globalization.CultureInfo.InvariantCulture), 1e-4);
        string markers = File.ReadAllText(eeg + "eeg.vmrk");
        Assert.Contains("=Comment,trial 1\\1 left first,251,1,0", markers, StringComparison.Ordinal);
        Assert.Contains("=Comment,BAD_gap,1001,50,0", markers, StringComparison.Ordinal);
        Assert.Contains("Ch3=EOG\\1l,,1,µV", File.ReadAllText(eeg + "eeg.vhdr"), StringComparison.Ordinal);
        using var gaze = new StreamReader(new GZipStream(File.OpenRead(eeg + "recording-eye1_physio.tsv.gz"), CompressionMode.Decompress));
        string[][] rows = [.. gaze.ReadToEnd().TrimEnd('\n').Split('\n').Select(l => l.Split('\t'))];
        Assert.Equal(480, rows.Length);
        // Left is positive in the engine, right in the file.
        Assert.Equal(-0.1 * 180 / Math.PI, double.Parse(rows[0][1], System.Globalization.CultureInfo.InvariantCulture), 1e-4);
        Assert.Equal(["n/a", "n/a"], rows[7][1..3]);
    }

    [Fact]
    public void Further_recordings_join_and_nothing_is_overwritten()
    {
        string root = _temp.File("study"), recording = Recording();
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(root, "participants.tsv"), "participant_id\tage\nsub-07\t31");
        BidsExport.Run(recording, root, Entities);
        BidsExport.Run(recording, root, new BidsEntities("01", "a", "cocktail", "2"));
        Assert.Equal(5, File.ReadLines(Path.Combine(root, "sub-01/ses-a/sub-01_ses-a_scans.tsv")).Count());
        BidsExport.Run(recording, root, new BidsEntities("02", null, "rest", null));
        Assert.Equal("participant_id\tage\nsub-07\t31\nsub-01\tn/a\nsub-02\tn/a\n", File.ReadAllText(Path.Combine(root, "participants.tsv")));
        Assert.Empty(BidsRules.Check(root));
        Assert.Contains("not overwritten", Assert.Throws<ConfigurationException>(() => BidsExport.Run(recording, root, Entities)).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => new BidsEntities("sub 1", null, "t", null));
        Assert.Throws<ConfigurationException>(() => new BidsEntities("1", null, "t", "first"));
    }

    [Fact]
    public async Task The_command_exports_a_real_foreign_recording()
    {
        string file = SharedData.PathOrSkip("data/eeg/xdf/muselsl2_sub-P001.xdf"), root = _temp.File("study");
        var run = await AttendProcess.RunAsync("xdf", "export-bids", file, "--bids-root", root, "--subject", "P001", "--task", "rest", "--json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal("attend.xdf-export-bids/1", json.RootElement.EnumerateObject().First().Value.GetString());
        Assert.True(json.RootElement.GetProperty("files").GetArrayLength() > 8);
        Assert.Empty(BidsRules.Check(root));
        Assert.Equal(2, (await AttendProcess.RunAsync("xdf", "export-bids", file, "--bids-root", root, "--subject", "P-1", "--task", "rest")).ExitCode);
    }

    [Fact]
    public void The_rules_find_what_is_wrong()
    {
        string root = _temp.File("study"), eeg = Path.Combine(root, "sub-01/ses-a/eeg/sub-01_ses-a_task-cocktail_run-1_");
        BidsExport.Run(Recording(), root, Entities);
        File.AppendAllText(eeg + "events.tsv", "1\t2\n");
        Assert.Contains("events.tsv", Assert.Single(BidsRules.Check(root)), StringComparison.Ordinal);
        File.WriteAllText(eeg + "eeg.json", "{}");
        File.WriteAllText(Path.Combine(root, "sub-01/ses-a/eeg/sub-02_ses-a_task-x_eeg.json"), "{}");
        Assert.True(BidsRules.Check(root).Count >= 3);
    }
}
