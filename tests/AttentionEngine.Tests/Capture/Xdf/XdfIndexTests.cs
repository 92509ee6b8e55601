using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

public sealed class XdfIndexTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0.5), InlineData(70), InlineData(150)]
    public void The_index_says_what_reading_the_whole_file_says(double seconds)
    {
        string path = _temp.File("a.xdf");
        File.WriteAllBytes(path, XdfTestFile.Bytes(seconds));
        var whole = XdfRecording.Read(path);
        var index = XdfIndex.TryOpen(path)!;
        Assert.True(index.IsClosed);
        Assert.Equal(whole.Streams.Select(s => (s.Stream.StreamId, s.Info.Name, (long)s.SampleCount, s.StampsS[0], s.StampsS[^1])),
            index.Streams.Select(s => (s.Stream.StreamId, s.Stream.Info.Name, s.SampleCount, s.FirstStampS, s.LastStampS)));
        Assert.InRange(index.Points.Count, (int)(seconds * 0.97), (int)seconds + 2);
        Assert.Equal(index.Points.OrderBy(p => p.Offset).Select(p => p.TimeS).Order(), index.Points.Select(p => p.TimeS));
    }

    [Fact]
    public void From_any_second_on_nothing_is_missing_also_in_a_file_that_was_not_closed()
    {
        byte[] whole = XdfTestFile.Bytes(140);
        var random = new SeededRandom(61);
        for (int trial = 0; trial < 40; trial++)
        {
            byte[] bytes = trial < 10 ? whole : whole[..(whole.Length / 3 + random.Index(whole.Length * 2 / 3))];
            var index = XdfIndex.TryRead("memory", new XdfMemorySource(bytes))!;
            Assert.Equal(trial < 10, index.IsClosed);
            // The stamps are 1000 s before the recorder's time.
            double timeS = 2000 + random.Uniform(-5, 150);
            var all = XdfTestFile.ReadBytes(bytes);
            using var reader = new XdfEventReader("memory", new XdfMemorySource(bytes));
            reader.Seek(index, timeS);
            long from = reader.PositionBytes;
            var found = XdfRecording.Read(reader);
            foreach (var stream in all.Streams)
            {
                int later = stream.StampsS.Count(t => t > timeS - 1000);
                var there = found.Find(stream.Stream.StreamId);
                Assert.InRange(there?.SampleCount ?? 0, later, stream.SampleCount);
                if (later > 0) Assert.Equal(stream.StampsS[^later..], there!.StampsS[^later..]);
            }
            // It does not begin much earlier than it must.
            if (found.FindSource("source-eeg") is { SampleCount: > 0 } eeg && from > 4) Assert.True(eeg.StampsS[0] > timeS - 1000 - 1.2 || eeg.StampsS[0] > all.FindSource("source-eeg")!.StampsS[^1] - 1.2);
        }
    }

    [Fact]
    public void A_damaged_or_absent_index_is_not_trusted()
    {
        byte[] whole = XdfTestFile.Bytes(3);
        Assert.Null(XdfIndex.TryRead("memory", new XdfMemorySource(whole.AsMemory(0, 1500))));
        Assert.Null(XdfIndex.TryRead("memory", new XdfMemorySource("not a recording"u8.ToArray())));
        var random = new SeededRandom(62);
        var sound = XdfIndex.TryRead("memory", new XdfMemorySource(whole))!;
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] bytes = [.. whole];
            bytes[^(1 + random.Index(700))] ^= (byte)(1 << random.Index(8));
            // Either it is found from an older checkpoint, or not at all: never a wrong one.
            if (XdfIndex.TryRead("memory", new XdfMemorySource(bytes)) is { } index)
                Assert.All(index.Points, p => Assert.Contains(p, sound.Points));
        }
        string foreign = SharedData.PathOrSkip("data/eeg/xdf/xdfmodules_clock_resets.xdf");
        Assert.Null(XdfIndex.TryOpen(foreign));
    }

    /// <summary>10 GB of a real recording, most of it zeros that take no room on the disk: opening and seeking read a few hundred kilobytes.</summary>
    [Fact, Trait("tier", "long")]
    public void Ten_gigabytes_are_opened_and_sought_by_reading_little()
    {
        string path = _temp.File("large.xdf");
        const int channels = 1 << 16, rate = 10, seconds = 3900;
        using (var writer = new XdfWriter(new SparseOutput(path), options: new XdfWriterOptions(SyncEveryS: 0)))
        {
            int s = writer.AddStream(XdfTestFile.Info("wide", ChannelFormat.Float32, channels, rate));
            var frame = new float[channels];
            for (int i = 0; i < rate * seconds; i++) writer.Write<float>(s, frame, [i / (double)rate]);
        }
        long length = new FileInfo(path).Length;
        Assert.InRange(length, 10_000_000_000, 11_000_000_000);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var source = new CountingSource(new XdfFileSource(path));
        var index = XdfIndex.TryRead(path, source)!;
        TestContext.Current.TestOutputHelper?.WriteLine($"{length / 1e9:F1} GB opened in {clock.Elapsed.TotalMilliseconds:F1} ms, {source.BytesRead} bytes read, {source.Reads} reads");
        Assert.Equal(rate * seconds, index.Streams[0].SampleCount);
        Assert.InRange(source.BytesRead, 1, 4 << 20);
        Assert.InRange(source.Reads, 1, 200);
        var random = new SeededRandom(63);
        for (int trial = 0; trial < 20; trial++)
        {
            double timeS = random.Uniform(0, seconds - 2);
            using var counted = new CountingSource(new XdfFileSource(path));
            using var reader = new XdfEventReader(path, counted, verify: false);
            clock.Restart();
            reader.Seek(index, timeS);
            do Assert.True(reader.Read());
            while (reader.Kind != XdfEventKind.Samples);
            TestContext.Current.TestOutputHelper?.WriteLine($"sought {timeS:F1} s in {clock.Elapsed.TotalMilliseconds:F1} ms, {counted.BytesRead} bytes read");
            Assert.InRange(reader.StampsS[0], timeS - 1.3, timeS + 0.2);
            Assert.InRange(counted.BytesRead, 1, 8 << 20);
        }
    }

    /// <summary>A file in which blocks of zeros take no room.</summary>
    private sealed class SparseOutput(string path) : IXdfOutput
    {
        private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);

        public string Path => path;
        public long Length { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var block = bytes[..(int)Math.Min(bytes.Length, 4096 - Length % 4096)];
                if (block.ContainsAnyExcept((byte)0)) RandomAccess.Write(_handle, block, Length);
                Length += block.Length;
                bytes = bytes[block.Length..];
            }
        }

        public void Sync()
        {
        }

        public void Dispose() => _handle.Dispose();
    }

    private sealed class CountingSource(IXdfSource inner) : IXdfSource
    {
        public long BytesRead { get; private set; }
        public int Reads { get; private set; }
        public long Length => inner.Length;
        public string? Problem => inner.Problem;

        public int Read(Span<byte> destination, long offset)
        {
            int got = inner.Read(destination, offset);
            BytesRead += got;
            Reads++;
            return got;
        }

        public void Dispose() => inner.Dispose();
    }
}
