using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Fuzzing;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>Sound files are loaded on all cores; what comes is to the bit what reading step by step gives, or nothing.</summary>
public sealed class XdfParallelLoadTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private int _files;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_sound_real_file_is_the_same()
    {
        int taken = 0;
        foreach (string file in Directory.GetFiles(SharedData.PathOrSkip("data/eeg/xdf"), "*.xdf"))
            if (SameOrNothing(File.ReadAllBytes(file))) taken++;
        Assert.InRange(taken, 5, int.MaxValue);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void All_formats_are_the_same_with_and_without_checksums(bool verify)
    {
        byte[] file = AllFormats(seconds: 5);
        Assert.True(SameOrNothing(file, verify));
    }

    [Fact]
    public void A_flipped_bit_of_a_sample_is_found_by_its_checksum()
    {
        byte[] file = AllFormats(seconds: 3);
        int at = file.AsSpan().IndexOf(BitConverter.GetBytes(12345f));
        file[at] ^= 1;
        Assert.Null(XdfParallelLoad.TryRead("flipped", new XdfMemorySource(file), null, null, verify: true));
        Assert.Single(XdfTestFile.ReadBytes(file).Damage);
        Assert.True(SameOrNothing(file, verify: false));
    }

    [Fact]
    public void Values_that_nobody_wants_are_left_out()
    {
        byte[] file = AllFormats(seconds: 2);
        var recording = XdfParallelLoad.TryRead("some", new XdfMemorySource(file), s => s.Info.Format == ChannelFormat.Int16, null, verify: true)!;
        Assert.All(recording.Streams, s => Assert.Equal(s.Info.Format == ChannelFormat.Int16, s.Values.Length > 0));
        Assert.All(recording.Streams, s => Assert.True(s.SampleCount > 0));
    }

    [Fact]
    public void A_large_file_comes_this_way_with_progress_and_can_be_cancelled()
    {
        string path = _temp.File("large.xdf");
        File.WriteAllBytes(path, AllFormats(seconds: 60));
        Assert.True(new FileInfo(path).Length > XdfParallelLoad.LeastBytes);
        var parts = new List<double>();
        var recording = XdfRecording.Read(path, progress: parts.Add);
        using var reader = new XdfEventReader(path);
        AssertSame(XdfRecording.Read(reader), recording);
        Assert.Equal(1, parts[^1]);
        Assert.Equal(parts.Order(), parts);
        Assert.Throws<OperationCanceledException>(() => XdfRecording.Read(path, progress: _ => throw new OperationCanceledException()));
    }

    /// <summary>As LabRecorder writes: a stamp at every second sample, and none at the beginning of a chunk, or of the stream.</summary>
    [Theory]
    [InlineData(0), InlineData(1), InlineData(5), InlineData(int.MaxValue)]
    public void Stamps_that_are_left_out_are_deduced_in_the_same_way(int firstStamped)
    {
        byte[] file = Deduced(firstStamped, chunks: 40, frames: 50);
        Assert.True(SameOrNothing(file));
    }

    [Fact]
    public void Mutated_files_are_the_same_or_refused() => Fuzz(3000, 201);

    [Fact, Trait("tier", "long")]
    public void A_million_mutated_files_are_the_same_or_refused() => Fuzz(1_000_000, 202);

    private static void Fuzz(long inputs, ulong seed)
    {
        int taken = 0;
        List<byte[]> seeds = [XdfTestFile.Bytes(0.1), XdfTestFile.Bytes(1.2), Deduced(1, 4, 5), Deduced(int.MaxValue, 4, 5)];
        var result = FuzzRun.Of(new Mutator(seed, seeds, [[4, 0, 1, 0, 0, 0], [8, 0, 0], [0, 0, 0, 0], [4, 0xFF, 0xFF, 0xFF, 0x7F]], 6000), inputs, bytes =>
        {
            // Without checksums much more of it passes for sound, and must then be the same.
            if (SameOrNothing(bytes, verify: bytes.Length % 4 == 0)) taken++;
            return true;
        }, length => (1 << 21) + 128L * length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result}; {taken} of them sound");
        Assert.InRange(taken, inputs / 200, inputs);
    }

    /// <returns>Whether it was loaded this way.</returns>
    private static bool SameOrNothing(byte[] file, bool verify = true)
    {
        if (XdfParallelLoad.TryRead("memory", new XdfMemorySource(file), null, null, verify) is not { } fast) return false;
        using var reader = new XdfEventReader("memory", new XdfMemorySource(file), verify);
        AssertSame(XdfRecording.Read(reader), fast);
        return true;
    }

    private static void AssertSame(XdfRecording expected, XdfRecording actual)
    {
        Assert.Empty(expected.Damage);
        Assert.Empty(actual.Damage);
        Assert.Equal((expected.HasMagic, expected.FileHeaderXml), (actual.HasMagic, actual.FileHeaderXml));
        Assert.Equal(expected.Streams.Count, actual.Streams.Count);
        foreach (var (e, a) in expected.Streams.Zip(actual.Streams))
        {
            Assert.Equal((e.Stream.StreamId, e.Stream.HeaderXml, e.Stream.Index, e.FooterXml), (a.Stream.StreamId, a.Stream.HeaderXml, a.Stream.Index, a.FooterXml));
            Assert.True(MemoryMarshal.AsBytes(e.StampsS.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(a.StampsS.AsSpan())), e.Info.Name);
            Assert.Equal(e.ClockOffsets, a.ClockOffsets);
            Assert.Equal(e.Values.GetType(), a.Values.GetType());
            Assert.True(Bytes(e).SequenceEqual(Bytes(a)), e.Info.Name);
        }
    }

    private static ReadOnlySpan<byte> Bytes(XdfStreamData stream) => stream.Values switch
    {
        string[] texts => System.Text.Encoding.UTF8.GetBytes(string.Join('\0', texts)),
        float[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        double[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        int[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        short[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        sbyte[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        long[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        _ => throw new InvalidOperationException("no other kind"),
    };

    private byte[] AllFormats(double seconds)
    {
        string path = _temp.File($"formats-{_files++}.xdf");
        using (var writer = new XdfWriter(path))
        {
            int audio = Add(ChannelFormat.Float32, 8, 4800), eeg = Add(ChannelFormat.Float32, 64, 500), doubles = Add(ChannelFormat.Double64, 3, 100), ints = Add(ChannelFormat.Int32, 1, 50);
            int shorts = Add(ChannelFormat.Int16, 5, 20), bytes = Add(ChannelFormat.Int8, 2, 0), longs = Add(ChannelFormat.Int64, 1, 120), texts = Add(ChannelFormat.Text, 2, 0);
            for (int block = 0; block < seconds * 10; block++)
            {
                double atS = 100 + block / 10.0;
                Put(audio, 8, 480, i => i == 7 ? 12345f : (float)(block + i));
                Put(eeg, 64, 50, i => i % 3 == 0 ? float.NaN : (float)i);
                Put(doubles, 3, 10, i => block + i / 7.0);
                Put(ints, 1, 5, i => block * 5 + i);
                Put(shorts, 5, 2, i => (short)i);
                Put(bytes, 2, 1, i => (sbyte)-i);
                Put(longs, 1, 12, i => (1L << 60) + block * 12 + i);
                writer.WriteText(texts, [$"marker {block} ä", ""], atS);
                if (block % 20 == 0) writer.WriteClockOffset(audio, new ClockProbe(atS, 3, 1e-4));

                void Put<T>(int stream, int channels, int frames, Func<int, T> value) where T : unmanaged
                {
                    T[] values = [.. Enumerable.Range(0, frames * channels).Select(value)];
                    writer.Write<T>(stream, values, [.. Enumerable.Range(0, frames).Select(i => atS + i * 0.1 / frames)]);
                }
            }

            int Add(ChannelFormat format, int channels, double rateHz) => writer.AddStream(XdfTestFile.Info(format.ToString() + channels, format, channels, rateHz));
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>A foreign file: one int16 stream whose samples have a stamp from number <paramref name="firstStamped"/> on, at every second.</summary>
    private static byte[] Deduced(int firstStamped, int chunks, int frames)
    {
        var file = new XdfBuffer(4096);
        file.Put(XdfFormat.Magic);
        file.BeginChunk(XdfFormat.StreamHeader, 7);
        file.Put(System.Text.Encoding.UTF8.GetBytes(XdfInfoXml.Write(XdfTestFile.Info("deduced", ChannelFormat.Int16, 1, 250))));
        file.EndChunk();
        for (int n = 0; n < chunks; n++)
        {
            file.BeginChunk(XdfFormat.Samples, 7);
            file.PutCount(frames);
            for (int i = n * frames; i < (n + 1) * frames; i++)
            {
                bool stamped = i >= firstStamped && (i - firstStamped) % 2 == 0 && n % 3 != 1;
                file.PutByte((byte)(stamped ? 8 : 0));
                if (stamped) file.PutDouble(50 + i * 0.0040001);
                BinaryPrimitives.WriteInt16LittleEndian(file.Take(2), (short)i);
            }
            file.EndChunk();
        }
        return file.Written.ToArray();
    }
}
