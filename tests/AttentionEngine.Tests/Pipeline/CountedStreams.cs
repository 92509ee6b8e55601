using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>
/// Real outlets whose samples carry their own number, so that a test can tell exactly what is missing: sound (float, 8 channels, 48 kHz),
/// EEG (float, 64 channels, 500 Hz), a counter (int64, 120 Hz) and markers (text, ten a second), paced by the LSL clock.
/// </summary>
internal sealed class CountedStreams : IDisposable
{
    private readonly LslTransport _transport = new();
    private readonly Thread _thread;
    private readonly List<Stream> _streams = [];
    private volatile bool _stop;

    /// <param name="Next">Number of the next sample.</param>
    private sealed class Stream(IStreamOutlet outlet, double stepS, int perChunk, Action<IStreamOutlet, long, int, double[]> push)
    {
        public IStreamOutlet Outlet { get; } = outlet;
        public double StepS { get; } = stepS;
        public long Next { get; private set; }

        public void PushUntil(double startS, double nowS)
        {
            while (startS + (Next + perChunk - 1) * StepS <= nowS)
            {
                var stamps = new double[perChunk];
                for (int i = 0; i < perChunk; i++) stamps[i] = startS + (Next + i) * StepS;
                push(Outlet, Next, perChunk, stamps);
                Next += perChunk;
            }
        }
    }

    /// <param name="type">LSL type of all of them: what the recorder is told to record.</param>
    /// <param name="sound">Without it the load is light.</param>
    public CountedStreams(string type, bool sound = true)
    {
        Type = type;
        if (sound) Add("sound", ChannelFormat.Float32, 8, 48000, 480, (o, n, count, t) => o.Push<float>(Numbered(n, count, 8), t));
        Add("eeg", ChannelFormat.Float32, 64, 500, 4, (o, n, count, t) => o.Push<float>(Numbered(n, count, 64), t));
        Add("counter", ChannelFormat.Int64, 1, 120, 1, (o, n, _, t) => o.Push<long>([(1L << 60) + n], t));
        Add("markers", ChannelFormat.Text, 1, 0, 1, (o, n, _, t) => o.PushText([$"marker {n}"], t[0]));
        StartS = _transport.LocalClockS;
        _thread = new Thread(Publish) { IsBackground = true };
        _thread.Start();
    }

    public string Type { get; }
    public double StartS { get; }
    public double NowS => _transport.LocalClockS;

    private void Add(string name, ChannelFormat format, int channels, double rateHz, int perChunk, Action<IStreamOutlet, long, int, double[]> push) =>
        _streams.Add(new Stream(_transport.CreateOutlet(new StreamInfo { Name = name, Type = Type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = $"{Type}-{name}" }, new OutletOptions()),
            rateHz > 0 ? 1 / rateHz : 0.1, perChunk, push));

    private static float[] Numbered(long first, int count, int channels)
    {
        var values = new float[count * channels];
        for (int i = 0; i < count; i++) values[i * channels] = (first + i) % (1 << 24);
        return values;
    }

    private void Publish()
    {
        while (!_stop)
        {
            double nowS = _transport.LocalClockS;
            foreach (var stream in _streams) stream.PushUntil(StartS, nowS);
            Thread.Sleep(2);
        }
    }

    /// <summary>Checks a recording against what was sent: each stream's numbers follow one another without a hole, with the stamps they were sent with.</summary>
    /// <param name="beginsByS">Nothing from here on may be missing at the beginning.</param>
    /// <returns>For each stream, by how many seconds its last sample lies before <paramref name="endsAtS"/>.</returns>
    public IReadOnlyDictionary<string, double> Check(XdfRecording recording, double beginsByS, double endsAtS)
    {
        var missing = new Dictionary<string, double>();
        foreach (var sent in _streams)
        {
            var stream = recording.FindSource(sent.Outlet.Info.SourceId);
            Assert.True(stream is not null, $"{sent.Outlet.Info.Name} is not in the file");
            string name = stream.Info.Name;
            var stamps = stream.StampsS;
            Assert.True(stamps.Length > 0, $"{name} has no sample");
            long first = (long)Math.Round((stamps[0] - StartS) / sent.StepS);
            Assert.True(stamps[0] <= beginsByS + 0.25, $"{name} begins {stamps[0] - beginsByS:F3} s late");
            float[] values = stream.Info.Format == ChannelFormat.Float32 ? stream.ToSingles() : [];
            long[] numbers = stream.Values as long[] ?? [];
            string[] texts = stream.Values as string[] ?? [];
            for (int i = 0; i < stamps.Length; i++)
            {
                long n = first + i;
                Assert.True(Math.Abs(stamps[i] - (StartS + n * sent.StepS)) < 1e-9, $"{name}: sample {i} has stamp {stamps[i]:R}, expected number {n}");
                if (values.Length > 0) Assert.Equal(n % (1 << 24), values[i * stream.Info.ChannelCount]);
                else if (numbers.Length > 0) Assert.Equal((1L << 60) + n, numbers[i]);
                else Assert.Equal($"marker {n}", texts[i]);
            }
            missing[name] = endsAtS - stamps[^1];
        }
        return missing;
    }

    /// <summary>Seconds from one sample of a stream to the next.</summary>
    public double StepS(string name) => _streams.Find(s => s.Outlet.Info.Name == name)!.StepS;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        foreach (var stream in _streams) stream.Outlet.Dispose();
        _transport.Dispose();
    }
}
