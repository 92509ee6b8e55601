using System.Xml.Linq;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>Makes recordings with known content.</summary>
internal static class XdfTestFile
{
    public static StreamInfo Info(string name, ChannelFormat format, int channels, double rateHz) => new()
    {
        Name = name,
        Type = "Test",
        ChannelCount = channels,
        NominalRateHz = rateHz,
        Format = format,
        SourceId = "source-" + name,
        Desc = new XElement("desc", new XElement("unit", "µV <&>")),
    };

    /// <summary>A float stream of 2 channels at 250 Hz, an int16 stream at 100 Hz, and markers, over <paramref name="seconds"/>.</summary>
    public static void Write(XdfWriter writer, double seconds)
    {
        int eeg = writer.AddStream(Info("eeg", ChannelFormat.Float32, 2, 250));
        int gaze = writer.AddStream(Info("gaze", ChannelFormat.Int16, 1, 100));
        int markers = writer.AddStream(Info("markers", ChannelFormat.Text, 1, 0));
        var values = new float[2 * 5];
        var stamps = new double[5];
        var shorts = new short[2];
        var shortStamps = new double[2];
        for (int block = 0; block < seconds * 50; block++)
        {
            for (int i = 0; i < 5; i++)
            {
                int n = block * 5 + i;
                (values[2 * i], values[2 * i + 1]) = (n, -n);
                stamps[i] = 1000 + n / 250.0;
            }
            writer.Write<float>(eeg, values, stamps);
            for (int i = 0; i < 2; i++)
            {
                shorts[i] = (short)(block * 2 + i);
                shortStamps[i] = 1000.001 + (block * 2 + i) / 100.0;
            }
            writer.Write<short>(gaze, shorts, shortStamps);
            if (block % 25 == 3) writer.WriteText(markers, [$"event {block} ä"], 1000 + block / 50.0);
            if (block % 50 == 7) writer.WriteClockOffset(eeg, new ClockProbe(2000 + block / 50.0, 1000.00001, 0.0003));
        }
    }

    public static byte[] Bytes(double seconds)
    {
        using var temp = new TempFolder();
        string path = temp.File("a.xdf");
        using (var writer = new XdfWriter(path)) Write(writer, seconds);
        return File.ReadAllBytes(path);
    }

    public static XdfRecording ReadBytes(ReadOnlySpan<byte> bytes)
    {
        using var reader = new XdfEventReader("in memory", new XdfMemorySource(bytes.ToArray()));
        return XdfRecording.Read(reader);
    }

    /// <summary>Through a file, for what only files have (gzip).</summary>
    public static XdfRecording ReadFile(TempFolder temp, ReadOnlySpan<byte> bytes)
    {
        string path = temp.File("damaged.xdf");
        File.WriteAllBytes(path, bytes);
        return XdfRecording.Read(path);
    }

    /// <summary>Every sample that was read is one that was written: value and stamp belong together, in order.</summary>
    public static void AssertSamplesTrue(XdfRecording recording)
    {
        if (recording.FindSource("source-eeg") is not { } eeg) return;
        var values = (float[])eeg.Values;
        for (int i = 0; i < eeg.SampleCount; i++)
        {
            Assert.Equal(-values[2 * i], values[2 * i + 1]);
            Assert.Equal(1000 + values[2 * i] / 250.0, eeg.StampsS[i], 1e-6);
            if (i > 0) Assert.True(values[2 * i] > values[2 * (i - 1)]);
        }
    }
}
