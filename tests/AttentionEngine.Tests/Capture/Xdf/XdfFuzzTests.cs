using System.Text;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Fuzzing;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>Mutated recordings, real ones among the seeds: reading never throws, never hangs, and takes memory only in proportion to the input.</summary>
public class XdfFuzzTests
{
    private static readonly byte[][] Words =
    [
        "XDF:"u8.ToArray(), "<info>"u8.ToArray(), "</info>"u8.ToArray(), "<channel_count>"u8.ToArray(), "string"u8.ToArray(), "float32"u8.ToArray(), "int64"u8.ToArray(), "1e308"u8.ToArray(), "-1"u8.ToArray(),
        "1048576"u8.ToArray(), "<!DOCTYPE a [<!ENTITY b \"cccccccccccccccccccccccc\">]>"u8.ToArray(), "&b;&b;&b;&b;"u8.ToArray(),
        [.. XdfFormat.BoundaryUuid], [4, 22, 0, 0, 0, 5, 0, .. XdfFormat.BoundaryUuid], [3, 0, 1, 0, 0, 0, 4], [4, 0, 1, 0, 0, 0], [8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 3, 0], [4, 0xFF, 0xFF, 0xFF, 0x7F],
    ];

    private static List<byte[]> Seeds(int mostBytes)
    {
        List<byte[]> seeds = [XdfTestFile.Bytes(0.1), XdfTestFile.Bytes(1.2)];
        string folder = SharedData.PathOrSkip("data/eeg/xdf");
        foreach (string file in Directory.GetFiles(folder, "*.xdf").Order())
        {
            byte[] bytes = File.ReadAllBytes(file);
            seeds.Add(bytes.Length <= mostBytes ? bytes : bytes[..mostBytes]);
        }
        return seeds;
    }

    [Fact]
    public void Twenty_thousand_mutated_recordings_are_read_without_an_error() => Run(20_000, 101, 6000);

    [Theory, Trait("tier", "long")]
    [InlineData(1_000_000, 102, 6000), InlineData(200_000, 103, 60_000)]
    public void Many_mutated_recordings_are_read_without_an_error(long inputs, ulong seed, int mostBytes) => Run(inputs, seed, mostBytes);

    private static void Run(long inputs, ulong seed, int mostBytes)
    {
        // Twelve bytes of memory for each of the file: an empty text, two bytes in the file, takes eight for its reference, and twice that while a block grows.
        var result = FuzzRun.Of(new Mutator(seed, Seeds(mostBytes), Words, mostBytes), inputs, ReadAll, length => (1 << 20) + 64L * length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result}");
        Assert.InRange(result.Understood, inputs / 4, inputs);
    }

    /// <summary>Everything that a user can do with a file.</summary>
    private static bool ReadAll(byte[] bytes)
    {
        using var reader = new XdfEventReader("fuzz", new XdfMemorySource(bytes));
        var recording = XdfRecording.Read(reader);
        foreach (var stream in recording.Streams)
        {
            foreach (var mode in Enum.GetValues<XdfTimingMode>())
            {
                var times = XdfTimes.Of(stream, new XdfTimingOptions(Mode: mode));
                Assert.True(times.TimesS.Length <= stream.SampleCount);
            }
        }
        Assert.Equal(bytes.Length, reader.PositionBytes);
        return recording.Streams.Any(s => s.SampleCount > 0);
    }

    /// <summary>A whole recording is decoded in place and checked on another core; events come one by one. What they find is the same, damage in the same order.</summary>
    [Fact]
    public void A_whole_recording_and_its_events_are_the_same()
    {
        var result = FuzzRun.Of(new Mutator(105, [XdfTestFile.Bytes(0.1), XdfTestFile.Bytes(1.2), XdfTestFile.Bytes(3.5)], Words, 200_000), 2000, SameBothWays, length => (1 << 21) + 128L * length);
        Assert.InRange(result.Understood, 500, 2000);
    }

    private static bool SameBothWays(byte[] bytes)
    {
        using var one = new XdfEventReader("whole", new XdfMemorySource(bytes));
        using var two = new XdfEventReader("events", new XdfMemorySource(bytes));
        var recording = XdfRecording.Read(one);
        var stamps = new Dictionary<uint, List<double>>();
        var values = new Dictionary<uint, List<double>>();
        while (two.Read())
        {
            uint id = two.Stream.StreamId;
            if (two.Kind == XdfEventKind.StreamHeader) (stamps[id], values[id]) = ([], []);
            if (two.Kind != XdfEventKind.Samples) continue;
            stamps[id].AddRange(two.StampsS);
            if (two.Stream.Info.Format == ChannelFormat.Text) continue;
            var part = new double[two.Frames * two.Stream.Info.ChannelCount];
            two.CopyValues(part);
            values[id].AddRange(part);
        }
        Assert.Equal(two.Damage, recording.Damage);
        foreach (var stream in recording.Streams)
        {
            Assert.Equal(stamps[stream.Stream.StreamId], stream.StampsS);
            if (stream.Info.Format != ChannelFormat.Text) Assert.Equal(values[stream.Stream.StreamId], stream.ToDoubles());
        }
        return recording.Streams.Count > 0;
    }

    [Fact]
    public void Mutated_stream_metadata_is_understood_or_refused() => RunMetadata(20_000, 104);

    [Fact, Trait("tier", "long")]
    public void A_million_mutated_stream_metadata_are_understood_or_refused() => RunMetadata(1_000_000, 106);

    private static void RunMetadata(long inputs, ulong seed)
    {
        byte[][] seeds =
        [
            Encoding.UTF8.GetBytes(XdfInfoXml.Write(XdfTestFile.Info("a", ChannelFormat.Float32, 64, 500))),
            .. Directory.GetFiles(SharedData.PathOrSkip("data/eeg/xdf"), "*.xdf").SelectMany(f => XdfRecording.Read(f, _ => false).Streams).Select(s => Encoding.UTF8.GetBytes(s.Stream.HeaderXml)),
        ];
        var result = FuzzRun.Of(new Mutator(seed, seeds, Words, 20_000), inputs, bytes => XdfInfoXml.Read(Encoding.UTF8.GetString(bytes), out _) is not null, length => (1 << 20) + 256L * length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result}");
        Assert.InRange(result.Understood, inputs / 4, inputs);
    }

    [Fact]
    public void Deep_and_self_expanding_metadata_cost_nothing()
    {
        string fields = "<name>n</name><channel_count>2</channel_count><channel_format>int8</channel_format>";
        string deep = string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000));
        var info = XdfInfoXml.Read($"<info>{fields}<desc>{deep}</desc></info>", out bool damaged);
        Assert.True(damaged);
        Assert.Equal(("n", 2), (info!.Name, info.ChannelCount));
        string laughs = "<!DOCTYPE info [<!ENTITY a \"haha\">" + string.Concat(Enumerable.Range(0, 20).Select(i => $"<!ENTITY a{i} \"&a{(i == 0 ? "" : i - 1)};&a{(i == 0 ? "" : i - 1)};\">")) + $"]><info>{fields}<desc>&a19;</desc></info>";
        Assert.NotNull(XdfInfoXml.Read(laughs, out damaged));
        Assert.True(damaged);
    }
}
