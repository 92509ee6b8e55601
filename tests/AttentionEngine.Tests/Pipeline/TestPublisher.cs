using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>A small real rig on loopback LSL: array audio, head, two talkers, gaze; paced by the LSL clock on its own thread.</summary>
internal sealed class TestPublisher : IDisposable
{
    private const int ChunkFrames = 160, RateHz = 16000, Microphones = 4;
    private readonly LslTransport _transport = new();
    private readonly string _prefix;
    private readonly Thread _thread;
    private readonly SeededRandom _random = new(5);
    private readonly Lock _gate = new();
    private IStreamOutlet? _gaze, _eeg;
    private string[] _eegLabels = [];
    private volatile bool _stop;

    public TestPublisher(string prefix, bool withGaze = true, int audioChannels = Microphones)
    {
        _prefix = prefix;
        AudioChannels = audioChannels;
        if (withGaze) _gaze = Gaze();
        _thread = new Thread(Publish) { IsBackground = true };
        _thread.Start();
    }

    private int AudioChannels { get; }

    /// <summary>Text of a rig file for these streams.</summary>
    public static string RigYaml(string prefix, string repository) => File.ReadAllText(Path.Combine(repository, "rigs", "sim-bte4.yaml"))
        .Replace("source_id: sim-", $"source_id: {prefix}-", StringComparison.Ordinal)
        .Replace("../models", Path.Combine(repository, "models"), StringComparison.Ordinal);

    private IStreamOutlet Outlet(string name, string type, int channels, double rateHz, System.Xml.Linq.XElement? desc = null) =>
        _transport.CreateOutlet(new StreamInfo { Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = $"{_prefix}-{name}", Desc = desc ?? new("desc") }, new OutletOptions());

    private IStreamOutlet Gaze() => Outlet("gaze", "Gaze", 4, 120);

    public void KillGaze()
    {
        lock (_gate) { _gaze?.Dispose(); _gaze = null; }
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
        var stamp = new double[1];
        float[] headPose = [0, 0, 1.2f, 1, 0, 0, 0], positions = [1, 1, 1.2f, 1, -1, 1.2f];
        for (long n = 0; !_stop; n++)
        {
            double endS = startS + (n + 1) * ChunkFrames / (double)RateHz;
            double waitS = endS - _transport.LocalClockS;
            if (waitS > 0) Thread.Sleep(TimeSpan.FromSeconds(waitS));
            float loud = n / 50 % 2 == 0 ? 0.1f : 0.01f;
            for (int i = 0; i < sound.Length; i++) sound[i] = loud * (float)_random.Normal();
            stamp[0] = endS - 1.0 / RateHz;
            audio.Push<float>(sound, stamp);
            stamp[0] = endS;
            head.Push<float>(headPose, stamp);
            if (n % 10 == 0) talkers.Push<float>(positions, stamp);
            double azimuth = 0.75 * Math.Sin(endS);
            float[] gaze = [(float)Math.Cos(azimuth), (float)Math.Sin(azimuth), 0, 1];
            lock (_gate)
            {
                _gaze?.Push<float>(gaze, stamp);
                PushEeg(endS);
            }
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
        _transport.Dispose();
    }
}
