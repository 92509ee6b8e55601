using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A small real rig on loopback LSL: array audio, head, two talkers, gaze; paced by the LSL clock on its own thread.</summary>
internal sealed class TestPublisher : IDisposable
{
    private const int ChunkFrames = 160, RateHz = 16000, Microphones = 4;
    private readonly LslTransport _transport, _gazeTransport;
    private readonly Dictionary<string, List<(float[] Values, double StampS)>> _held = [];
    private readonly string _prefix;
    private readonly Thread _thread;
    private readonly SeededRandom _random = new(5);
    private readonly Lock _gate = new();
    private IStreamOutlet? _gaze, _eeg;
    private string[] _eegLabels = [];
    private volatile bool _stop;

    /// <param name="session">LSL session in which the streams are offered.</param>
    public TestPublisher(string prefix, bool withGaze = true, int audioChannels = Microphones, string session = "default")
    {
        _transport = new LslTransport(new LslOptions { SessionId = session });
        _gazeTransport = new LslTransport(new LslOptions { SessionId = session, ClockAheadS = () => Volatile.Read(ref _gazeAheadS) });
        _prefix = prefix;
        AudioChannels = audioChannels;
        if (withGaze) _gaze = Gaze();
        _thread = new Thread(Publish) { IsBackground = true };
        _thread.Start();
    }

    private int AudioChannels { get; }

    /// <summary>How far the eye tracker's clock is ahead, seconds: its stamps and its answers to time probes.</summary>
    public double GazeAheadS { get => Volatile.Read(ref _gazeAheadS); set => Volatile.Write(ref _gazeAheadS, value); }
    private double _gazeAheadS;

    /// <summary>From now on the stream sends nothing; <see cref="Release"/> sends what was held, at once.</summary>
    public void Hold(string name)
    {
        lock (_gate) _held[name] = [];
    }

    /// <param name="send">False: what was held is never sent.</param>
    public void Release(string name, bool send = true)
    {
        lock (_gate)
        {
            if (!_held.Remove(name, out var held) || !send) return;
            foreach (var (values, stampS) in held) _outlets[name].Push<float>(values, [stampS]);
        }
    }

    private readonly Dictionary<string, IStreamOutlet> _outlets = [];

    private void Send(string name, float[] values, double stampS)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(name, out var held)) held.Add(([.. values], stampS));
            else if (_outlets.TryGetValue(name, out var outlet)) outlet.Push<float>(values, [stampS]);
        }
    }

    /// <summary>Text of a rig file for these streams.</summary>
    public static string RigYaml(string prefix, string repository) => File.ReadAllText(Path.Combine(repository, "rigs", "sim-bte4.yaml"))
        .Replace("source_id: sim-", $"source_id: {prefix}-", StringComparison.Ordinal)
        .Replace("../models", Path.Combine(repository, "models"), StringComparison.Ordinal);

    private IStreamOutlet Outlet(string name, string type, int channels, double rateHz, System.Xml.Linq.XElement? desc = null) 
    {
        var outlet = (name == "gaze" ? _gazeTransport : _transport).CreateOutlet(new StreamInfo { Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = $"{_prefix}-{name}", Desc = desc ?? new("desc") }, new OutletOptions());
        lock (_gate) _outlets[name] = outlet;
        return outlet;
    }

    private IStreamOutlet Gaze() => Outlet("gaze", "Gaze", 4, 120);

    public void KillGaze()
    {
        lock (_gate) { _gaze?.Dispose(); _gaze = null; _outlets.Remove("gaze"); }
    }

    /// <param name="labels">Of its channels; 128 Hz.</param>
    public void StartEeg(string[] labels)
    {
        lock (_gate)
        {
            _eegLabels = labels;
            _eeg = Outlet("eeg", "EEG", labels.Length, 128, StreamInfo.DescOf(labels.Select(l => (l, "EEG", "microvolts"))));
        }
    }

    public void RestartGaze()
    {
        lock (_gate) _gaze = Gaze();
    }

    private void Publish()
    {
        using var audio = Outlet("array", "Audio", AudioChannels, RateHz);
        using var head = Outlet("head", "MoCap", 7, 100);
        using var talkers = Outlet("talkers", "Position", 6, 10, StreamInfo.DescOf(new[] { "a", "b" }.SelectMany(t => new[] { "X", "Y", "Z" }.Select(x => ($"{t}_{x}", "Position", "m")))));
        double startS = _transport.LocalClockS;
        var sound = new float[ChunkFrames * AudioChannels];
        float[] headPose = [0, 0, 1.2f, 1, 0, 0, 0], positions = [1, 1, 1.2f, 1, -1, 1.2f];
        for (long n = 0; !_stop; n++)
        {
            double endS = startS + (n + 1) * ChunkFrames / (double)RateHz;
            double waitS = endS - _transport.LocalClockS;
            if (waitS > 0) Thread.Sleep(TimeSpan.FromSeconds(waitS));
            float loud = n / 50 % 2 == 0 ? 0.1f : 0.01f;
            for (int i = 0; i < sound.Length; i++) sound[i] = loud * (float)_random.Normal();
            Send("array", sound, endS - 1.0 / RateHz);
            Send("head", headPose, endS);
            if (n % 10 == 0) Send("talkers", positions, endS);
            double azimuth = 0.75 * Math.Sin(endS);
            float[] gaze = [(float)Math.Cos(azimuth), (float)Math.Sin(azimuth), 0, 1];
            Send("gaze", gaze, endS + GazeAheadS);
            lock (_gate) PushEeg(endS);
        }
    }

    private double _eegS = double.NaN;

    /// <summary>Noise at 128 Hz up to now.</summary>
    private void PushEeg(double nowS)
    {
        if (_eeg is null) return;
        if (double.IsNaN(_eegS)) _eegS = nowS;
        for (; _eegS <= nowS; _eegS += 1 / 128.0)
            _eeg.Push<float>([.. _eegLabels.Select(_ => 10f * (float)_random.Normal())], [_eegS]);
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        lock (_gate)
        {
            _gaze?.Dispose();
            _eeg?.Dispose();
        }
        _gazeTransport.Dispose();
        _transport.Dispose();
    }
}
