using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>The recorder on real LSL streams over loopback.</summary>
public sealed class RecorderTests : IDisposable
{
    private static int s_number;
    private readonly TempFolder _folder = new();
    private readonly string _type = $"Counted{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";

    public void Dispose() => _folder.Dispose();

    private RecordResult Record(string file, double? seconds, Action<StreamRecorder>? running = null, Func<IRecordingSink>? failover = null, IRecordingSink? sink = null, StreamQuery[]? also = null, CancellationToken cancellation = default)
    {
        using var transport = new LslTransport();
        using var xdf = sink is null ? new XdfWriter(file) : null;
        StreamRecorder? self = null;
        using var recorder = new StreamRecorder(new WantedStreams(null, false, also ?? [new StreamQuery(Type: _type)]), transport, sink ?? xdf!, failover, new RecorderOptions(seconds))
        {
            Progress = (_, _) => running?.Invoke(self!),
        };
        self = recorder;
        return recorder.Run(cancellation);
    }

    [Fact]
    public void Nothing_up_to_the_stop_is_missing()
    {
        using var streams = new CountedStreams(_type);
        string file = _folder.File("whole.xdf");
        using var stop = new CancellationTokenSource();
        double startS = double.NaN, stopS = double.NaN, returnedS = double.NaN;
        var result = Record(file, null, _ =>
        {
            if (double.IsNaN(startS)) startS = streams.NowS;
            if (streams.NowS - startS < 2 || !double.IsNaN(stopS)) return;
            stopS = streams.NowS;
            stop.Cancel();
        }, cancellation: stop.Token);
        returnedS = streams.NowS;
        Assert.Equal("interrupted", result.Ended);
        Assert.Equal(0, result.Lost);
        var recording = XdfRecording.Read(file);
        Assert.Empty(recording.Damage);
        var missing = streams.Check(recording, startS, stopS);
        Assert.All(missing, m => Assert.True(m.Value < streams.StepS(m.Key), $"{m.Key} lacks the last {m.Value * 1000:F1} ms before the stop"));
        Assert.All(result.Streams, s => Assert.Equal(s.Samples, recording.FindSource(s.Info.SourceId)!.SampleCount));
        TestContext.Current.SendDiagnosticMessage($"stop took {(returnedS - stopS) * 1000:F0} ms");
    }

    [Fact]
    public void A_gap_is_counted_and_is_in_the_file()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(new StreamInfo { Name = "holed", Type = _type, ChannelCount = 2, NominalRateHz = 250, Format = ChannelFormat.Float32, SourceId = $"{_type}-holed" }, new OutletOptions());
        using var stop = new CancellationTokenSource();
        double startS = transport.LocalClockS;
        long n = 0;
        var result = Record(_folder.File("holed.xdf"), null, _ =>
        {
            while (startS + n / 250.0 < transport.LocalClockS)
            {
                if (n is >= 500 and < 525) { n++; continue; } // 100 ms are never sent
                outlet.Push<float>([n, 0], [startS + n++ / 250.0]);
            }
            if (n > 1000) stop.Cancel();
        }, cancellation: stop.Token);
        Assert.Equal(25, result.Lost);
        var gap = Assert.Single(result.Events, e => e.Kind == HealthKind.Gap);
        Assert.Equal(25, gap.Count);
        Assert.Equal("holed", gap.Source);
        Assert.Equal(startS + 525 / 250.0, gap.Time.Seconds, 3);
        string[] events = (string[])XdfRecording.Read(_folder.File("holed.xdf")).Streams.Single(s => s.Info.Name == "RecorderEvents").Values;
        Assert.Contains(events, e => e.StartsWith("Gap holed 25:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stream_that_ends_early_is_loss_and_one_that_comes_late_is_recorded()
    {
        var first = new CountedStreams(_type, sound: false);
        CountedStreams? late = null;
        string second = _type + "-late";
        using var stop = new CancellationTokenSource();
        double? killedS = null;
        var result = Record(_folder.File("ends.xdf"), 5, _ =>
        {
            if (killedS is null && first.NowS - first.StartS > 1.5) { killedS = first.NowS; first.Dispose(); late = new CountedStreams(second, sound: false); }
        }, also: [new StreamQuery(Type: _type), new StreamQuery(Type: second)]);
        Assert.Equal("completed", result.Ended);
        Assert.Contains(result.Events, e => e.Kind == HealthKind.Disconnect && e.Source == "eeg");
        Assert.Contains(result.Events, e => e.Kind == HealthKind.Gap && e.Source == "eeg" && e.Detail.Contains("gone", StringComparison.Ordinal));
        Assert.Contains(result.Events, e => e.Kind == HealthKind.Reconnect && e.Source == "eeg-2");
        Assert.True(result.Lost > 500, $"{result.Lost} counted");
        Assert.True(result.Streams.Single(s => s.Info.SourceId == $"{second}-eeg").Samples > 500);
        late?.Dispose();
    }

    [Fact]
    public void A_second_source_of_the_same_id_is_refused_and_said()
    {
        using var one = new CountedStreams(_type, sound: false);
        CountedStreams? two = null;
        var result = Record(_folder.File("two.xdf"), 3.5, _ => two ??= new CountedStreams(_type, sound: false));
        two?.Dispose();
        Assert.Contains(result.Events, e => e.Kind == HealthKind.DuplicateSource);
        one.Check(XdfRecording.Read(_folder.File("two.xdf")), one.NowS, one.NowS); // of one source, whole
    }

    /// <summary>NaN payloads, a rate of 0, a wrong nominal rate, two streams of one name, a late joiner: all are recorded as they were sent, and none of it is loss.</summary>
    [Fact]
    public void Odd_streams_are_recorded_as_they_are()
    {
        using var transport = new LslTransport();
        IStreamOutlet Outlet(string name, string id, int channels, double rateHz) => transport.CreateOutlet(
            new StreamInfo { Name = name, Type = _type, ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = $"{_type}-{id}" }, new OutletOptions());
        using var nan = Outlet("twin", "nan", 2, 100);
        using var slow = Outlet("twin", "slow", 1, 200); // declares 200 Hz, sends 50
        using var events = Outlet("events", "events", 1, 0);
        IStreamOutlet? late = null;
        float odd = BitConverter.Int32BitsToSingle(0x7FC0_1234); // a NaN that carries something
        using var stop = new CancellationTokenSource();
        double startS = transport.LocalClockS;
        int n = 0, lateN = 0;
        var result = Record(_folder.File("odd.xdf"), null, _ =>
        {
            for (; startS + n * 0.01 < transport.LocalClockS; n++)
            {
                double timeS = startS + n * 0.01;
                nan.Push<float>(n % 3 == 0 ? [odd, float.NegativeInfinity] : [n, -0f], [timeS]);
                if (n % 2 == 0) slow.Push<float>([n], [timeS]);
                if (n % 97 == 0) events.Push<float>([n], [timeS]);
                if (late is not null) late.Push<float>([lateN++], [timeS]);
            }
            if (n > 100) late ??= Outlet("late", "late", 1, 100);
            if (n > 500) stop.Cancel();
        }, cancellation: stop.Token, also: [new StreamQuery(Type: _type)]);
        late?.Dispose();
        Assert.Equal(0, result.Lost);
        Assert.DoesNotContain(result.Events, e => e.Kind is HealthKind.Gap or HealthKind.DuplicateSource);
        Assert.Contains(result.Events, e => e.Kind == HealthKind.Reconnect && e.Source == "late");
        Assert.Equal(4, result.Streams.Select(s => s.Name).Distinct().Count()); // the twins are told apart
        var recording = XdfRecording.Read(_folder.File("odd.xdf"));
        float[] twin = recording.FindSource($"{_type}-nan")!.ToSingles();
        Assert.True(twin.Length / 2 > 300);
        int first = (int)Math.Round((recording.FindSource($"{_type}-nan")!.StampsS[0] - startS) * 100);
        for (int i = 0; i < twin.Length / 2; i++)
        {
            bool isOdd = (first + i) % 3 == 0;
            Assert.Equal(BitConverter.SingleToInt32Bits(isOdd ? odd : first + i), BitConverter.SingleToInt32Bits(twin[2 * i]));
            Assert.Equal(BitConverter.SingleToInt32Bits(isOdd ? float.NegativeInfinity : -0f), BitConverter.SingleToInt32Bits(twin[2 * i + 1]));
        }
        Assert.Equal(50, result.Streams.Single(s => s.Info.SourceId == $"{_type}-slow").RateHz, 0);
        Assert.True(recording.FindSource($"{_type}-events")!.SampleCount >= 3);
        Assert.True(recording.FindSource($"{_type}-late")!.SampleCount > 100);
    }

    /// <summary>A disk that is full after some writes.</summary>
    private sealed class FullDisk(IRecordingSink inner, int writes) : IRecordingSink
    {
        private int _left = writes;

        private void Use()
        {
            if (_left-- <= 0) throw new DataLossException("no space left on the test's disk");
        }

        public int AddStream(StreamInfo info) => inner.AddStream(info);
        public void Write<T>(int stream, ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged { Use(); inner.Write(stream, interleaved, timestampsS); }
        public void WriteText(int stream, ReadOnlySpan<string> values, double timestampS) { Use(); inner.WriteText(stream, values, timestampS); }
        public void WriteClockOffset(int stream, ClockProbe probe) { Use(); inner.WriteClockOffset(stream, probe); }
        public void Dispose() => inner.Dispose();
    }

    [Fact]
    public void A_full_disk_ends_the_recording_at_once_and_goes_on_elsewhere_where_it_may()
    {
        using var streams = new CountedStreams(_type, sound: false);
        using (var full = new FullDisk(new XdfWriter(_folder.File("full.xdf")), 60))
        {
            var result = Record("", null, sink: full);
            Assert.Equal("failed", result.Ended);
            Assert.IsType<DataLossException>(result.Failure);
        }
        Assert.Empty(XdfRecording.Read(_folder.File("full.xdf")).Damage);

        using var stop = new CancellationTokenSource();
        double stopS = double.NaN, startS = double.NaN;
        using (var full = new FullDisk(new XdfWriter(_folder.File("full-2.xdf")), 60))
        {
            var result = Record("", 2.5, failover: () => { startS = streams.NowS; return new XdfWriter(_folder.File("other.xdf")); }, sink: full);
            stopS = streams.NowS;
            Assert.Equal("completed", result.Ended);
            Assert.Contains(result.Events, e => e.Kind == HealthKind.Fault && e.Source == "file");
        }
        streams.Check(XdfRecording.Read(_folder.File("other.xdf")), startS, stopS);
    }

    [Fact]
    public void Nothing_to_record_is_said_with_what_is_there()
    {
        var error = Assert.Throws<StreamMissingException>(() =>
        {
            using var transport = new LslTransport();
            using var xdf = new XdfWriter(_folder.File("none.xdf"));
            using var recorder = new StreamRecorder(new WantedStreams(null, false, [new StreamQuery(Type: _type)]), transport, xdf, null, new RecorderOptions(1, WaitS: 0.5));
            recorder.Run(CancellationToken.None);
        });
        Assert.Contains("no stream to record", error.Message, StringComparison.Ordinal);
    }
}
