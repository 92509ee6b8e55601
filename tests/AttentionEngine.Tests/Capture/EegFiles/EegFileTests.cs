using System.Text;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Tests.Fuzzing;

namespace AttentionEngine.Tests.Capture.EegFiles;

public class EegFileTests
{
    private const string Vhdr = "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=a.eeg\nMarkerFile=a.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval=2000\n[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=Fz,,0.5,µV\nCh2=A\\1B,,2,mV\n";

    [Theory, InlineData("MULTIPLEXED"), InlineData("VECTORIZED")]
    public void BrainVision_is_scaled_and_ordered(string orientation)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("a.vhdr"), Vhdr.Replace("MULTIPLEXED", orientation, StringComparison.Ordinal));
        File.WriteAllText(folder.File("a.vmrk"), "Brain Vision Data Exchange Marker File, Version 1.0\n[Marker Infos]\nMk1=New Segment,,1,1,0\nMk2=Stimulus,S 12,3,1,0\n");
        short[] raw = orientation == "MULTIPLEXED" ? [2, 1, 4, -1, 6, 3] : [2, 4, 6, 1, -1, 3];
        File.WriteAllBytes(folder.File("a.eeg"), [.. raw.SelectMany(BitConverter.GetBytes)]);
        var recording = EegFile.Read(folder.File("a.vhdr"));
        Assert.Equal(500, recording.RateHz);
        Assert.Equal([new("Fz", "µV"), new("A,B", "µV")], recording.Channels);
        Assert.Equal([1f, 2000, 2, -2000, 3, 6000], recording.Samples);
        Assert.Equal(new EegEvent(2, 1, "Stimulus", "S 12"), recording.Events[1]);
        File.WriteAllBytes(folder.File("a.eeg"), new byte[11]);
        Assert.Contains("cut off", Assert.Throws<InputDataException>(() => EegFile.Read(folder.File("a.vhdr"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_BrainVision_header_that_names_a_file_elsewhere_is_refused() =>
        Assert.Contains("without folders", Assert.Throws<InputDataException>(() => BrainVisionReader.ParseHeader(Encoding.UTF8.GetBytes(Vhdr.Replace("a.eeg", "../a.eeg", StringComparison.Ordinal)), "a.vhdr")).Message, StringComparison.Ordinal);

    [Theory, InlineData(false), InlineData(true)]
    public void Edf_and_Bdf_give_physical_values_and_events(bool bdf)
    {
        byte[] file = Edf(bdf, records: 2);
        var recording = EdfReader.Parse(file, "x");
        Assert.Equal(4, recording.RateHz);
        Assert.Equal(["Fz", "Cz"], recording.Channels.Select(c => c.Name));
        Assert.Equal("µV", recording.Channels[0].Unit);
        // Digital v of a gain of 2: samples of record r and signal s are 10 r + s + index.
        Assert.Equal([0f, 2, 2, 4, 4, 6, 6, 8, 20, 22, 22, 24, 24, 26, 26, 28], recording.Samples);
        Assert.Equal(["Resp: 1 Hz, not 4 Hz"], recording.LeftOut);
        if (bdf) Assert.Equal([new(4, 0, "Status", "7")], recording.Events);
        else Assert.Equal([new(2, 1, "", "word")], recording.Events);
        Assert.Contains("cut off", Assert.Throws<InputDataException>(() => EdfReader.Parse(file[..^1], "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EEGLAB_inside_and_with_fdt_are_the_same()
    {
        using var folder = new TempFolder();
        float[] samples = [1, 2, 3, 4, 5, 6];
        MatValue Set(MatValue data) => MatValue.Struct(("nbchan", MatValue.Scalar(2)), ("pnts", MatValue.Scalar(3)), ("trials", MatValue.Scalar(1)), ("srate", MatValue.Scalar(64)), ("data", data),
            ("chanlocs", MatValue.StructArray([1, 2], new Dictionary<string, IReadOnlyList<MatValue>> { ["labels"] = [MatValue.Chars("Fz"), MatValue.Chars("Cz")] })),
            ("event", MatValue.Struct(("type", MatValue.Chars("start")), ("latency", MatValue.Scalar(2)))));
        MatWriter.Write(folder.File("a.set"), [("EEG", Set(MatValue.Numeric([2, 3], samples)))]);
        MatWriter.Write(folder.File("b.set"), Set(MatValue.Chars("old-name.fdt")).Fields.Select(f => (f.Key, f.Value[0])));
        File.WriteAllBytes(folder.File("b.fdt"), [.. samples.SelectMany(BitConverter.GetBytes)]);
        foreach (string name in new[] { "a.set", "b.set" })
        {
            var recording = EegFile.Read(folder.File(name));
            Assert.Equal(samples, recording.Samples);
            Assert.Equal(["Fz", "Cz"], recording.Channels.Select(c => c.Name));
            Assert.Equal([new(1, 0, "", "start")], recording.Events);
        }
        File.WriteAllBytes(folder.File("b.fdt"), new byte[8]);
        Assert.Contains("cut off", Assert.Throws<InputDataException>(() => EegFile.Read(folder.File("b.set"))).Message, StringComparison.Ordinal);
        File.Delete(folder.File("b.fdt"));
        Assert.Contains("b.fdt is not there", Assert.Throws<InputDataException>(() => EegFile.Read(folder.File("b.set"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eeglab_test.bdf", 16, 256)]
    [InlineData("testbva.vhdr", 32, 200)]
    [InlineData("eeglab_sub-S1_eeg.set", 15, 256)]
    [InlineData("edfio_short_psg.edf", 3, 100)]
    [InlineData("edfio_short_psg.bdf", 3, 100)]
    public void Recorded_files_of_other_programs_are_read(string name, int channels, double rateHz)
    {
        var recording = EegFile.Read(SharedData.PathOrSkip($"data/eeg/formats/{name}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {recording.Channels.Count} channels, {recording.RateHz} Hz, {recording.SampleCount} samples, {recording.Events.Count} events, left out {string.Join("; ", recording.LeftOut)}, rms {Math.Sqrt(recording.Samples.Average(v => (double)v * v))} {recording.Channels[0]}");
        if (channels > 0) Assert.Equal(channels, recording.Channels.Count);
        if (rateHz > 0) Assert.Equal(rateHz, recording.RateHz);
        Assert.True(recording.SampleCount > 100 && recording.Samples.All(float.IsFinite));
    }

    [Fact]
    public void The_same_recording_as_EDF_and_BDF_has_the_same_samples()
    {
        var edf = EegFile.Read(SharedData.PathOrSkip("data/eeg/formats/edfio_short_psg.edf"));
        var bdf = EegFile.Read(SharedData.PathOrSkip("data/eeg/formats/edfio_short_psg.bdf"));
        Assert.Equal(edf.Channels.Select(c => c.Name), bdf.Channels.Select(c => c.Name));
        Assert.Equal(edf.SampleCount, bdf.SampleCount);
        double scale = edf.Samples.Max(Math.Abs);
        Assert.True(edf.Samples.Zip(bdf.Samples, (a, b) => Math.Abs(a - b)).Max() < scale * 1e-3);
    }

    [Theory, InlineData("x.fdt", ".set"), InlineData("x.vmrk", ".vhdr"), InlineData("x.cnt", ".edf")]
    public void A_file_of_another_kind_says_what_to_give(string name, string hint) =>
        Assert.Contains(hint, Assert.Throws<InputDataException>(() => EegFile.Read(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Headers_survive_mutated_input()
    {
        byte[][] seeds = [Edf(false, 2), Edf(true, 2), Encoding.UTF8.GetBytes(Vhdr)];
        byte[][] words = ["99999999"u8.ToArray(), "-1"u8.ToArray(), "1e300"u8.ToArray(), "NaN"u8.ToArray(), "EDF+D"u8.ToArray(), "NumberOfChannels=9999\n"u8.ToArray(), "="u8.ToArray(), ","u8.ToArray()];
        var result = FuzzRun.Of(new Mutator(13, seeds, words, 8192), 20_000, bytes => MatFileTests.Try(() =>
        {
            if (bytes.Length > 0 && bytes[0] == (byte)'B') BrainVisionReader.Decode(new byte[400], BrainVisionReader.ParseHeader(bytes, "x"), "x");
            else EdfReader.Parse(bytes, "x");
        }), length => 2_000_000 + 2000L * length);
        Assert.InRange(result.Understood, 400, result.Inputs);
    }

    /// <summary>Two records of 1 s: Fz and Cz at 4 Hz, Resp at 1 Hz, and annotations (EDF) or Status (BDF).</summary>
    internal static byte[] Edf(bool bdf, int records, string kind = "EDF+C", double secondRecordS = 1, double startS = 0)
    {
        string[] names = ["Fz", "Cz", "Resp", bdf ? "Status" : "EDF Annotations"];
        int[] perRecord = [4, 4, 1, bdf ? 4 : 16];
        var text = new StringBuilder();
        void Put(string value, int width) => text.Append(value.PadRight(width));
        Put(bdf ? "BIOSEMI" : "0", bdf ? 7 : 8); Put("X", 80); Put("X", 80); Put("01.01.01", 8); Put("01.01.01", 8); Put((256 * 5).ToString(System.Globalization.CultureInfo.InvariantCulture), 8);
        Put(bdf ? "24BIT" : kind, 44); Put(records.ToString(System.Globalization.CultureInfo.InvariantCulture), 8); Put("1", 8); Put("4", 4);
        foreach (string n in names) Put(n, 16);
        foreach (string _ in names) Put("", 80);
        foreach (string _ in names) Put("uV", 8);
        foreach (string v in new[] { "-2000", "2000", "-1000", "1000" }) foreach (string _ in names) Put(v, 8);
        foreach (string _ in names) Put("", 80);
        foreach (int n in perRecord) Put(n.ToString(System.Globalization.CultureInfo.InvariantCulture), 8);
        foreach (string _ in names) Put("", 32);
        using var file = new MemoryStream();
        if (bdf) file.WriteByte(0xFF);
        file.Write(Encoding.ASCII.GetBytes(text.ToString()));
        for (int r = 0; r < records; r++)
            for (int s = 0; s < 4; s++)
            {
                if (s == 3 && !bdf)
                {
                    var tal = new byte[32];
                    Encoding.ASCII.GetBytes(r == 0 ? FormattableString.Invariant($"+{startS}\x14\x14\0+{startS + 0.5}\x15") + "0.25\x14word\x14\0" : FormattableString.Invariant($"+{startS + secondRecordS}\x14\x14\0"), tal);
                    file.Write(tal);
                    continue;
                }
                for (int i = 0; i < perRecord[s]; i++)
                {
                    int v = s == 3 ? (r == 1 ? 7 : 0) : 10 * r + s + i;
                    file.Write(bdf ? [(byte)v, (byte)(v >> 8), (byte)(v >> 16)] : [(byte)v, (byte)(v >> 8)]);
                }
            }
        return file.ToArray();
    }
}
