using System.Xml.Linq;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>What the writer does when things go wrong, and what it leaves in the file against that.</summary>
public sealed class XdfWriterTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_flipped_bit_is_detected()
    {
        byte[] whole = XdfTestFile.Bytes(4);
        var random = new SeededRandom(71);
        for (int trial = 0; trial < 1500; trial++)
        {
            int at = trial < 300 ? trial * 4 : random.Index(whole.Length);
            whole[at] ^= (byte)(1 << trial % 8);
            var read = XdfTestFile.ReadBytes(whole);
            var damage = read.Damage;
            // Never more than the chunk with the bit and, where it hides the next one's frame, the one before.
            Assert.InRange(read.FindSource("source-eeg")!.SampleCount, 1000 - 10, 1000);
            whole[at] ^= (byte)(1 << trial % 8);
            Assert.True(damage.Count > 0, $"bit {trial % 8} of byte {at} of {whole.Length} was flipped unnoticed");
            Assert.True(damage.Any(d => d.OffsetBytes <= at && at < d.OffsetBytes + d.LengthBytes), $"bit {trial % 8} of byte {at}: {string.Join(" ", damage)}");
        }
        Assert.Empty(XdfTestFile.ReadBytes(whole).Damage);
    }

    [Fact]
    public void A_thousand_wiped_sectors_cost_the_chunks_they_touch_and_no_header()
    {
        byte[] whole = XdfTestFile.Bytes(20);
        int all = 20 * 250;
        var random = new SeededRandom(72);
        for (int trial = 0; trial < 1000; trial++)
        {
            byte[] bytes = [.. whole];
            // The headers too: their copies stand a second later.
            var sector = bytes.AsSpan(random.Index((whole.Length - 4096) / 512) * 512, 4096);
            if (trial % 2 == 0) sector.Clear();
            else for (int i = 0; i < sector.Length; i++) sector[i] = (byte)random.NextUInt64();
            var recording = XdfTestFile.ReadBytes(bytes);
            Assert.NotEmpty(recording.Damage);
            XdfTestFile.AssertSamplesTrue(recording);
            // 4 KB are some 0.7 s of this recording.
            Assert.InRange(recording.FindSource("source-eeg")!.SampleCount, all - 250 - 50, all);
            Assert.InRange(recording.FindSource("source-gaze")!.SampleCount, 2000 - 100 - 20, 2000);
        }
    }

    [Fact]
    public void Gaps_are_stored_as_a_marker_stream_and_in_the_footer()
    {
        string path = _temp.File("gaps.xdf");
        RecordedGap exact = new(10.5, 11.25, 374, true), estimated = new(20, 20.1, 4, false);
        using (var writer = new XdfWriter(path))
        {
            int s = writer.AddStream(XdfTestFile.Info("eeg", ChannelFormat.Float32, 1, 500));
            writer.WriteClockOffset(s, new ClockProbe(1010, 1000, 1e-4));
            writer.Write<float>(s, [1], [10.5]);
            writer.WriteGap(s, exact);
            writer.WriteGap(s, estimated);
        }
        var recording = XdfRecording.Read(path);
        Assert.Empty(recording.Damage);
        var gaps = recording.FindSource(RecordedGap.SourceId)!;
        Assert.Equal([1011.25, 1020.1], gaps.StampsS);
        Assert.Equal([(1u, exact), (1u, estimated)], ((string[])gaps.Values).Select(t => RecordedGap.TryParse(t)!.Value));
        Assert.Equal([(1u, exact), (1u, estimated)], recording.RecordedGaps());
        var footer = XElement.Parse(recording.Streams[0].FooterXml!);
        Assert.Equal(["374", "4"], footer.Element("gaps")!.Elements("gap").Select(g => g.Element("missing_samples")!.Value));
    }

    [Fact]
    public void A_write_error_is_told_at_once_thrown_always_and_what_was_written_is_whole()
    {
        var output = new FailingOutput(100_000);
        var problems = new List<DataLossException>();
        int written = 0;
        var writer = new XdfWriter(output, options: new XdfWriterOptions(SyncEveryS: 0, IdleFlushS: 0, OnProblem: problems.Add));
        int s = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Float32, 4, 16000));
        var block = new float[4 * 160];
        var stamps = new double[160];
        var error = Assert.Throws<DataLossException>(() =>
        {
            for (; written < 1000; written++)
            {
                for (int i = 0; i < 160; i++) stamps[i] = (written * 160 + i) / 16000.0;
                writer.Write<float>(s, block, stamps);
            }
        });
        Assert.Equal(ExitCode.DataLoss, error.ExitCode);
        Assert.Same(error, Assert.Single(problems));
        Assert.Same(error, writer.Failure);
        Assert.Throws<DataLossException>(() => writer.Write<float>(s, block, stamps));
        Assert.Throws<DataLossException>(writer.Flush);
        writer.Dispose();
        var recording = XdfTestFile.ReadBytes(output.Bytes);
        Assert.Empty(recording.Damage);
        Assert.InRange(recording.Streams[0].SampleCount, (written - 6) * 160, written * 160);
    }

    [Fact]
    public void A_write_error_is_told_also_when_nobody_writes()
    {
        using var told = new ManualResetEventSlim();
        var output = new FailingOutput(1500);
        using var writer = new XdfWriter(output, options: new XdfWriterOptions(OnProblem: _ => told.Set()));
        int s = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Float32, 8, 16000));
        // 2.5 ms of audio: less than what is given to the system at once.
        output.MostBytes = (int)output.Length;
        writer.Write<float>(s, new float[8 * 40], [.. Enumerable.Range(0, 40).Select(i => i / 16000.0)]);
        Assert.True(told.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.NotNull(writer.Failure);
    }

    [Fact]
    public void A_disk_that_cannot_sync_is_told()
    {
        using var told = new ManualResetEventSlim();
        var output = new FailingOutput(int.MaxValue) { FailsToSync = true };
        using var writer = new XdfWriter(output, options: new XdfWriterOptions(SyncEveryS: 0.05, OnProblem: _ => told.Set()));
        Assert.True(told.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void After_a_write_error_recording_goes_on_in_the_fail_over_file_and_nothing_is_lost()
    {
        string second = _temp.File("second.xdf");
        var output = new FailingOutput(200_000);
        var problems = new List<DataLossException>();
        using (var writer = new XdfWriter(output, options: new XdfWriterOptions(FailoverPath: second, OnProblem: problems.Add)))
        {
            int s = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Int32, 4, 16000));
            var block = new int[4 * 160];
            var stamps = new double[160];
            for (int n = 0; n < 300; n++)
            {
                for (int i = 0; i < 160; i++)
                {
                    stamps[i] = (n * 160 + i) / 16000.0;
                    block[4 * i] = n * 160 + i;
                }
                writer.Write<int>(s, block, stamps);
            }
            Assert.Null(writer.Failure);
            Assert.Equal(second, writer.Path);
        }
        Assert.Contains("Nothing is lost", Assert.Single(problems).Message, StringComparison.Ordinal);
        var first = XdfTestFile.ReadBytes(output.Bytes);
        var rest = XdfRecording.Read(second);
        Assert.Empty(first.Damage);
        Assert.Empty(rest.Damage);
        int[] numbers = [.. ((int[])first.Streams[0].Values).Chunk(4).Select(c => c[0]), .. ((int[])rest.Streams[0].Values).Chunk(4).Select(c => c[0])];
        Assert.Equal(Enumerable.Range(0, 300 * 160), numbers);
        Assert.Contains($"<sample_count>{rest.Streams[0].SampleCount}</sample_count>", rest.Streams[0].FooterXml, StringComparison.Ordinal);
        Assert.Equal(rest.Streams[0].SampleCount, XdfIndex.TryOpen(second)!.Streams[0].SampleCount);
    }

    [Fact]
    public void Equal_stamps_do_not_hold_data_back()
    {
        string path = _temp.File("equal.xdf");
        using var writer = new XdfWriter(path, options: new XdfWriterOptions(SyncEveryS: 0, IdleFlushS: 0));
        int s = writer.AddStream(XdfTestFile.Info("a", ChannelFormat.Int16, 1, 1000));
        for (int i = 0; i < 1000; i++) writer.Write<short>(s, [1], [7.0]);
        Assert.InRange(XdfRecording.Read(path).Streams[0].SampleCount, 950, 1000);
    }

    /// <summary>Keeps what it is given, up to a size.</summary>
    private sealed class FailingOutput(int mostBytes) : IXdfOutput
    {
        private readonly MemoryStream _bytes = new();

        public int MostBytes { get; set; } = mostBytes;
        public bool FailsToSync { get; init; }
        public string Path => "failing.xdf";
        public long Length => _bytes.Length;
        public byte[] Bytes => _bytes.ToArray();

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_bytes.Length + bytes.Length > MostBytes) throw new DataLossException("failing.xdf: no space left on device");
            _bytes.Write(bytes);
        }

        public void Sync()
        {
            if (FailsToSync) throw new DataLossException("failing.xdf: the disk failed");
        }

        public void Dispose()
        {
        }
    }
}
