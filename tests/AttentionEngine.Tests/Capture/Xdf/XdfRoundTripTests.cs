using System.Globalization;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

public sealed class XdfRoundTripTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_numeric_format_comes_back_bit_for_bit()
    {
        string path = _temp.File("a.xdf");
        var random = new SeededRandom(3);
        using (var writer = new XdfWriter(path))
        {
            Put(writer, ChannelFormat.Float32, _ => (float)random.Normal());
            Put(writer, ChannelFormat.Double64, i => i == 0 ? double.NaN : i == 1 ? 5e-324 : random.Normal());
            Put(writer, ChannelFormat.Int32, _ => (int)random.NextUInt64());
            Put(writer, ChannelFormat.Int16, _ => (short)random.NextUInt64());
            Put(writer, ChannelFormat.Int8, _ => (sbyte)random.NextUInt64());
            Put(writer, ChannelFormat.Int64, i => i == 0 ? long.MinValue : (long)random.NextUInt64());
        }
        var recording = XdfRecording.Read(path);
        Assert.Empty(recording.Damage);
        Assert.Equal(6, recording.Streams.Count);
        foreach (var s in recording.Streams)
        {
            Assert.Equal(300, s.SampleCount);
            Assert.Equal(_expected[s.Info.Format], s.Values);
            if (s.Values is not string[]) Assert.Equal(s.Values.Cast<object>().Select(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)), s.ToDoubles());
            Assert.Equal(_stamps, s.StampsS);
            Assert.Contains("<sample_count>300</sample_count>", s.FooterXml, StringComparison.Ordinal);
            Assert.Equal("µV <&>", s.Info.Desc.Element("unit")!.Value);
        }
    }

    private readonly Dictionary<ChannelFormat, Array> _expected = [];
    private readonly double[] _stamps = new double[300];

    private void Put<T>(XdfWriter writer, ChannelFormat format, Func<int, T> value) where T : unmanaged
    {
        var values = new T[300 * 3];
        for (int i = 0; i < values.Length; i++) values[i] = value(i);
        // Regular stamps, then one that is off by the last bit, then a gap.
        for (int i = 0; i < 300; i++) _stamps[i] = i == 0 ? 12.5 : _stamps[i - 1] + 1 / 48000.0;
        for (int i = 100; i < 300; i++) _stamps[i] = Math.BitIncrement(_stamps[i]) + (i >= 200 ? 3 : 0);
        int stream = writer.AddStream(XdfTestFile.Info(format.ToString(), format, 3, 48000));
        writer.Write<T>(stream, values.AsSpan(0, 150 * 3), _stamps.AsSpan(0, 150));
        writer.Write<T>(stream, values.AsSpan(150 * 3), _stamps.AsSpan(150));
        _expected[format] = values;
    }

    [Fact]
    public void Text_of_any_length_comes_back()
    {
        string path = _temp.File("t.xdf"), large = new('x', 70_000);
        using (var writer = new XdfWriter(path))
        {
            int s = writer.AddStream(XdfTestFile.Info("m", ChannelFormat.Text, 2, 0));
            writer.WriteText(s, ["", "grüße \0 ende"], 1.25);
            writer.WriteText(s, [large, "b"], 0.5);
        }
        var stream = XdfRecording.Read(path).Streams.Single();
        Assert.Equal(["", "grüße \0 ende", large, "b"], (string[])stream.Values);
        Assert.Equal([1.25, 0.5], stream.StampsS);
    }

    [Fact]
    public void Events_come_in_the_order_of_arrival_with_probes_and_round_trips()
    {
        string path = _temp.File("o.xdf");
        using (var writer = new XdfWriter(path))
        {
            int a = writer.AddStream(XdfTestFile.Info("a", ChannelFormat.Float32, 1, 100));
            int b = writer.AddStream(XdfTestFile.Info("b", ChannelFormat.Text, 1, 0));
            writer.Write<float>(a, [1, 2], [5.0, 5.01]);
            writer.WriteText(b, ["x"], 4.0);
            writer.WriteClockOffset(b, new ClockProbe(100.5, -7.25, 0.002));
            writer.Write<float>(a, [3], [5.02]);
        }
        var log = new List<string>();
        using (var reader = new XdfEventReader(path))
        {
            while (reader.Read())
                log.Add($"{reader.Kind} {reader.Stream.Info.Name} " + (reader.Kind == XdfEventKind.Samples ? $"{reader.Frames}" : reader.Kind == XdfEventKind.ClockOffset ? $"{reader.ClockOffset.ToProbe()}" : ""));
        }
        Assert.Equal(["StreamHeader a ", "StreamHeader b ", "Samples a 2", "Samples b 1",
            "ClockOffset b ClockProbe { LocalTimeS = 100.5, OffsetS = -7.25, RoundTripS = 0.002 }", "Samples a 1", "StreamFooter a ", "StreamFooter b "], log);
    }

    [Fact]
    public void Probes_come_back_to_the_last_bit()
    {
        string path = _temp.File("p.xdf");
        var random = new SeededRandom(4);
        ClockProbe[] probes = [.. Enumerable.Range(0, 200).Select(i => new ClockProbe(1000 + i + random.Uniform(), random.Normal(0, 1e6), random.Uniform()))];
        using (var writer = new XdfWriter(path))
        {
            int s = writer.AddStream(XdfTestFile.Info("a", ChannelFormat.Float32, 1, 100));
            foreach (var probe in probes) writer.WriteClockOffset(s, probe);
        }
        Assert.Equal(probes, XdfRecording.Read(path).Streams[0].ClockOffsets.Select(o => o.ToProbe()));
    }

    [Fact]
    public void What_a_killed_process_leaves_is_at_most_100_ms_short()
    {
        string path = _temp.File("k.xdf"), copy = _temp.File("copy.xdf");
        using var writer = new XdfWriter(path);
        int audio = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Float32, 4, 16000));
        int pose = writer.AddStream(XdfTestFile.Info("pose", ChannelFormat.Float32, 1, 10));
        var block = new float[4 * 32];
        var stamps = new double[32];
        for (int n = 0; n < 1003; n++)
        {
            for (int i = 0; i < 32; i++) stamps[i] = (n * 32 + i) / 16000.0;
            writer.Write<float>(audio, block, stamps);
        }
        writer.Write<float>(pose, [1], [2.0]);
        File.Copy(path, copy); // what the system holds when the process dies here
        var recording = XdfRecording.Read(copy);
        Assert.Empty(recording.Damage);
        Assert.InRange(recording.Streams[0].StampsS[^1], stamps[^1] - 0.1, stamps[^1]);
        Assert.Equal(1, recording.Streams[1].SampleCount);
    }

    [Fact]
    public void It_never_overwrites_and_refuses_what_does_not_fit_the_stream()
    {
        string path = _temp.File("n.xdf");
        using var writer = new XdfWriter(path);
        Assert.Throws<ConfigurationException>(() => new XdfWriter(path));
        Assert.Throws<ConfigurationException>(() => new XdfWriter("/proc/no-such-folder/a.xdf"));
        int s = writer.AddStream(XdfTestFile.Info("a", ChannelFormat.Float32, 2, 100));
        Assert.Throws<ArgumentException>(() => writer.Write<double>(s, [1, 2], [1.0]));
        Assert.Throws<ArgumentException>(() => writer.Write<float>(s, [1, 2, 3], [1.0]));
        Assert.Throws<ArgumentException>(() => writer.WriteText(s, ["a", "b"], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write<float>(7, [1], [1.0]));
    }

    [Fact]
    public void Numeric_chunks_allocate_nothing_in_writing_and_reading()
    {
        string path = _temp.File("alloc.xdf");
        var block = new float[8 * 64];
        var stamps = new double[64];
        using (var writer = new XdfWriter(path))
        {
            int s = writer.AddStream(XdfTestFile.Info("a", ChannelFormat.Float32, 8, 48000));
            long before = 0;
            for (int n = 0; n < 3000; n++)
            {
                if (n == 1000) before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 64; i++) stamps[i] = (n * 64 + i) / 48000.0;
                writer.Write<float>(s, block, stamps);
            }
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        using var reader = new XdfEventReader(path);
        long start = 0;
        for (int n = 0; n < 2900; n++)
        {
            if (n == 1000) start = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(reader.Read());
            if (reader.Kind == XdfEventKind.Samples) reader.CopyValues(block);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - start);
    }

    [Fact]
    public void Many_threads_may_write()
    {
        string path = _temp.File("threads.xdf");
        using (var writer = new XdfWriter(path))
        {
            int[] ids = [.. Enumerable.Range(0, 4).Select(k => writer.AddStream(XdfTestFile.Info($"s{k}", ChannelFormat.Int32, 1, 1000)))];
            Parallel.ForEach(ids, id =>
            {
                for (int n = 0; n < 2000; n++) writer.Write<int>(id, [n], [n / 1000.0]);
            });
        }
        var recording = XdfRecording.Read(path);
        Assert.Empty(recording.Damage);
        Assert.All(recording.Streams, s => Assert.Equal(Enumerable.Range(0, 2000), (int[])s.Values));
    }
}
