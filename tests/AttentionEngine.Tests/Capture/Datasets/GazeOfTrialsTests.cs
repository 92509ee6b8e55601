using System.IO.Compression;
using System.Text;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Capture.EegFiles;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>Which talker was looked at, from eye tracking in BIDS and from the streams of a recording.</summary>
public sealed class GazeOfTrialsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Wav(string name)
    {
        Directory.CreateDirectory(_folder.File("stimuli"));
        using var wav = new WavWriter(_folder.File($"stimuli/{name}.wav"), 1, 8000, WavEncoding.Float32);
        wav.Append([.. Enumerable.Range(0, 5 * 8000).Select(i => (float)Math.Sin(0.4 * i))]);
    }

    private void Bids(string json, Func<double, string> x)
    {
        string stem = _folder.File("sub-01/eeg/sub-01_task-aad_");
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        File.WriteAllBytes(stem + "eeg.bdf", EegFileTests.Edf(bdf: true, records: 8));
        File.WriteAllText(stem + "events.tsv", "onset\tduration\tattended_stimulus\tunattended_stimulus\tattended_azimuth_deg\tunattended_azimuth_deg\n2\t4\ta.wav\tb.wav\t30\t-30\n");
        File.WriteAllText(stem + "recording-eye1_physio.json", "{\"PhysioType\":\"eyetrack\",\"SamplingFrequency\":50,\"StartTime\":-1,\"Columns\":[\"timestamp\",\"x_coordinate\",\"y_coordinate\"]," + json + "}");
        var rows = new StringBuilder();
        for (int i = 0; i < 50 * 8; i++) rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"{1_000_000 + 20 * i}\t{x(-1 + i / 50.0)}\t0\n"); // timestamps of the tracker, ms
        using var file = File.Create(stem + "recording-eye1_physio.tsv.gz");
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(rows.ToString()));
    }

    private int[] Looked() => Assert.Single(ListeningDataset.ReadSubject(_folder.File("sub-01"))).GazedTalker!;

    /// <summary>The trial is from 2 to 6 s: at the right talker (28° right) for a second, at none, eyes closed, at the left one.</summary>
    [Fact]
    public void Degrees_to_the_right_become_the_nearest_talker()
    {
        foreach (string name in new[] { "a", "b" }) Wav(name);
        Bids("\"x_coordinate\":{\"Units\":\"deg\"}", t => t < 3 ? "28" : t < 4 ? "2" : t < 5 ? "n/a" : "-35");
        Assert.Equal([1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0], Looked()); // 4 Hz; the recording's own rate
    }

    [Fact]
    public void Pixels_need_the_screen()
    {
        foreach (string name in new[] { "a", "b" }) Wav(name);
        // 0.5 m to the left of the middle at 0.9 m: 29 degrees.
        string Pixels(double t) => t < 4 ? "460" : "1460";
        Bids("\"x_coordinate\":{\"Units\":\"pixel\"}", Pixels);
        Assert.Contains("neither it nor", Assert.Throws<InputDataException>(Looked).Message, StringComparison.Ordinal);
        Bids("\"x_coordinate\":{\"Units\":\"pixel\"},\"StimulusPresentation\":{\"ScreenDistance\":0.9,\"ScreenSize\":[1.92,1.08],\"ScreenResolution\":[1920,1080]}", Pixels);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], Looked());
        Bids("\"x_coordinate\":{\"Units\":\"arb\"}", Pixels);
        Assert.Contains("has the unit 'arb'", Assert.Throws<InputDataException>(Looked).Message, StringComparison.Ordinal);
    }

    /// <summary>The head turns by 40° left after two seconds and the eyes stay straight ahead in it: gaze goes from the talker in front to the one at 40°.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)] // directions come from the table instead of the recorded positions
    public void Streams_of_gaze_head_and_positions_tell_it_too(bool positions)
    {
        foreach (string name in new[] { "a", "b" }) Wav(name);
        Directory.CreateDirectory(_folder.File("p1"));
        using (var writer = new XdfWriter(_folder.File("p1/session.xdf"), options: new XdfWriterOptions(SyncEveryS: 0)))
        {
            int Add(string type, double rateHz, params string[] labels) => writer.AddStream(new StreamInfo { Name = type, Type = type, ChannelCount = labels.Length, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = type, Desc = StreamInfo.DescOf(labels.Select(l => (l, type, "")).ToArray()) });
            int eeg = Add("EEG", 64, "Fz", "Cz"), gaze = Add("Gaze", 120, "DirectionX", "DirectionY", "DirectionZ", "Confidence"), head = Add("MoCap", 100, "PositionX", "PositionY", "PositionZ", "OrientationW", "OrientationX", "OrientationY", "OrientationZ"), talkers = Add("Position", 10, "a.wav_X", "a.wav_Y", "a.wav_Z", "b.wav_X", "b.wav_Y", "b.wav_Z");
            void Fill(int stream, double rateHz, Func<double, float[]> at) { for (int i = 0; i < 6 * rateHz; i++) writer.Write<float>(stream, at(i / rateHz), [100 + i / rateHz]); }
            Fill(eeg, 64, t => [(float)Math.Sin(9 * t), (float)Math.Cos(11 * t)]);
            Fill(gaze, 120, t => [1, 0, 0, t is > 3 and < 3.5 ? 0 : 1]);
            Fill(head, 100, t => { double half = t < 2 ? 0 : 20 * Math.PI / 180; return [1, 0, 0, (float)Math.Cos(half), 0, 0, (float)Math.Sin(half)]; });
            if (positions) Fill(talkers, 10, _ => [2, 0, 0, 1 + (float)Math.Cos(40 * Math.PI / 180), (float)Math.Sin(40 * Math.PI / 180), 0]);
        }
        File.WriteAllText(_folder.File("p1/trials.tsv"), positions ? "onset\tduration\tattended_stimulus\tunattended_stimulus\n1\t4\ta.wav\tb.wav\n" : "onset\tduration\tattended_stimulus\tunattended_stimulus\tattended_azimuth_deg\tunattended_azimuth_deg\n1\t4\ta.wav\tb.wav\t0\t40\n");
        int[] looked = Assert.Single(SessionLoader.ReadSubject(_folder.File("p1/session.xdf"))).GazedTalker!;
        Assert.Equal(256, looked.Length);
        Assert.All(looked[..62], l => Assert.Equal(0, l));
        Assert.All(looked[68..126], l => Assert.Equal(1, l));
        Assert.All(looked[136..158], l => Assert.Equal(-1, l)); // eyes closed
        Assert.All(looked[162..], l => Assert.Equal(1, l));
    }
}
