using System.Xml.Linq;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A recording that is sent over LSL again and recorded again.</summary>
public sealed class RepublishTests : IDisposable
{
    private const double Seconds = 3;
    private static int s_number;
    private readonly TempFolder _folder = new();
    private readonly string _type = $"Again{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";

    public void Dispose() => _folder.Dispose();

    private StreamInfo Info(string name, ChannelFormat format, int channels, double rateHz) => new()
    {
        Name = name, Type = _type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = $"{_type}-{name}",
        Desc = StreamInfo.DescOf(Enumerable.Range(0, channels).Select(c => ($"c{c} µ", "EEG", "microvolts")), new XElement("setup", new XElement("of", name))),
    };

    /// <summary>Streams of four formats, one of them on a clock that lies 12 345 s apart, written in chunks that are far out of order.</summary>
    private string Record(out double apartS)
    {
        apartS = 12_345;
        string path = _folder.File("first.xdf");
        using var xdf = new XdfWriter(path);
        int eeg = xdf.AddStream(Info("eeg", ChannelFormat.Float32, 3, 500)), counter = xdf.AddStream(Info("counter", ChannelFormat.Int64, 1, 100));
        int pose = xdf.AddStream(Info("pose", ChannelFormat.Double64, 2, 0)), markers = xdf.AddStream(Info("markers", ChannelFormat.Text, 1, 0));
        int ours = xdf.AddStream(EngineStreams.RecorderEvents());
        for (int half = 0; half < 2 * Seconds; half++)
        {
            double fromS = 100 + half * 0.5;
            xdf.WriteClockOffset(counter, new ClockProbe(fromS, apartS, 1e-4));
            xdf.WriteText(markers, [$"half {half} ä"], fromS + 0.25);
            xdf.Write<float>(eeg, [.. Enumerable.Range(0, 250 * 3).Select(i => (float)(half * 750 + i))], [.. Enumerable.Range(0, 250).Select(i => fromS + i / 500.0)]);
            xdf.Write<long>(counter, [.. Enumerable.Range(0, 50).Select(i => (1L << 60) + half * 50 + i)], [.. Enumerable.Range(0, 50).Select(i => fromS - 12_345 + i / 100.0)]);
            xdf.Write<double>(pose, [Math.PI * half, double.NaN], [fromS + 0.125]);
            xdf.WriteText(ours, ["Gap eeg 1: not to be sent"], fromS);
        }
        return path;
    }

    private (XdfRecording Again, RepublishResult Sent) SendAndRecord(string path, RepublishOptions options)
    {
        string again = _folder.File("again.xdf");
        using var transport = new LslTransport();
        using var stop = new CancellationTokenSource();
        using var ready = new ManualResetEventSlim();
        RepublishResult? sent = null;
        var republisher = new Republisher(path, transport, options) { Ready = ready.Set };
        var sending = new Thread(() => { sent = republisher.Run(CancellationToken.None); stop.Cancel(); });
        sending.Start();
        Assert.True(ready.Wait(TimeSpan.FromSeconds(20)));
        using (var listening = new LslTransport())
        using (var xdf = new XdfWriter(again))
        using (var recorder = new StreamRecorder(new WantedStreams(null, false, [new StreamQuery(Type: _type)]), listening, xdf, null, new RecorderOptions(null)))
            recorder.Run(stop.Token);
        sending.Join();
        return (XdfRecording.Read(again), sent!);
    }

    [Fact]
    public void What_is_recorded_again_is_the_same_to_the_bit()
    {
        string path = Record(out double apartS);
        var (again, sent) = SendAndRecord(path, new RepublishOptions(Speed: 4));
        var first = XdfRecording.Read(path);
        Assert.Equal("completed", sent.Ended);
        Assert.Equal(["RecorderEvents"], sent.LeftOut);
        double? shift = null;
        foreach (string name in (string[])["eeg", "counter", "pose", "markers"])
        {
            var (was, now) = (first.FindSource($"{_type}-{name}")!, again.FindSource($"{_type}-{name}")!);
            Assert.Equal(was.Values, now.Values);
            Assert.True(XNode.DeepEquals(was.Info.Desc, now.Info.Desc));
            Assert.Equal((was.Info.Format, was.Info.NominalRateHz, was.Info.Name), (now.Info.Format, now.Info.NominalRateHz, now.Info.Name));
            Assert.Equal(0, sent.Streams.Single(s => s.Info.Name == name).Dropped);
            double offset = name == "counter" ? apartS : 0;
            for (int i = 0; i < was.StampsS.Length; i++)
            {
                // One constant for all streams, and four times faster: what lay between two samples is a quarter of it.
                double zero = now.StampsS[i] - (was.StampsS[i] + offset) / 4;
                shift ??= zero;
                Assert.True(Math.Abs(zero - shift.Value) < 1e-6, $"{name} {i}: {(zero - shift.Value) * 1e6:F2} us");
            }
        }
    }

    /// <summary>A minute of 8 channels at 16 kHz in 0.6 s: the recorder falls behind, and holds what it cannot write yet.</summary>
    [Fact]
    public void A_hundred_times_faster_nothing_is_lost()
    {
        const int rateHz = 16_000, channels = 8, seconds = 60;
        string path = _folder.File("first.xdf");
        var block = new float[rateHz / 10 * channels];
        using (var xdf = new XdfWriter(path, options: new XdfWriterOptions(SyncEveryS: 0)))
        {
            int sound = xdf.AddStream(Info("sound", ChannelFormat.Float32, channels, rateHz));
            for (int tenth = 0; tenth < 10 * seconds; tenth++)
            {
                for (int i = 0; i < rateHz / 10; i++) block[i * channels] = tenth * (rateHz / 10) + i;
                xdf.Write<float>(sound, block, [.. Enumerable.Range(0, rateHz / 10).Select(i => 100 + tenth / 10.0 + i / (double)rateHz)]);
            }
        }
        var (again, sent) = SendAndRecord(path, new RepublishOptions(Speed: 100));
        Assert.Equal(0, Assert.Single(sent.Streams).Dropped);
        float[] values = again.FindSource($"{_type}-sound")!.ToSingles();
        Assert.Equal(rateHz * seconds, values.Length / channels);
        for (int i = 0; i < rateHz * seconds; i++) Assert.Equal(i, values[i * channels]);
    }

    [Fact]
    public void Original_stamps_are_sent_as_they_were()
    {
        string path = Record(out _);
        var (again, _) = SendAndRecord(path, new RepublishOptions(Speed: 10, OriginalStamps: true, FromS: 0));
        foreach (var was in XdfRecording.Read(path).Streams.Where(s => s.Info.Type == _type))
        {
            var now = again.FindSource(was.Info.SourceId)!;
            Assert.Equal(was.Values, now.Values);
            Assert.Equal(was.StampsS, now.StampsS);
        }
    }

    [Fact]
    public void A_loop_goes_on_with_rising_stamps_and_stops_when_told()
    {
        string path = Record(out _);
        var (again, sent) = SendAndRecord(path, new RepublishOptions(Speed: 10, Loop: true, Seconds: 8, FromS: 1));
        Assert.Equal("completed", sent.Ended);
        var eeg = again.FindSource($"{_type}-eeg")!;
        Assert.True(eeg.SampleCount > 1500, $"{eeg.SampleCount} samples of three rounds");
        for (int i = 1; i < eeg.StampsS.Length; i++) Assert.True(eeg.StampsS[i] > eeg.StampsS[i - 1]);
        Assert.Equal(1500f, eeg.ToSingles()[0]); // the first second was left out
    }
}
