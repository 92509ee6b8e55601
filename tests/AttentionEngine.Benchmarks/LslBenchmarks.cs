using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Benchmarks;

internal static class LslBenchmarks
{
    private const int Channels = 8, Frames = 32;

    public static IEnumerable<Benchmark> All =>
    [
        new("lsl-push", $"push {Frames} frames x {Channels} channels, float32, nobody listens", 0, CreatePush),
        new("lsl-push-pull", $"push {Frames} frames x {Channels} channels over a loopback socket and pull them", 0, CreatePushPull),
    ];

    private static (Action, IDisposable?) CreatePush()
    {
        var loopback = new Loopback("attend-bench-push");
        return (() => loopback.Push(), loopback);
    }

    private static (Action, IDisposable?) CreatePushPull()
    {
        var loopback = new Loopback("attend-bench-push-pull");
        var inlet = loopback.Listen();
        var received = new float[Frames * Channels];
        var stamps = new double[Frames];
        return (() =>
        {
            loopback.Push();
            for (int got = 0; got < Frames;)
            {
                int now = inlet.Pull<float>(received.AsSpan(got * Channels), stamps.AsSpan(got), TimeSpan.FromSeconds(10));
                if (now == 0) throw new TimeoutException("pushed samples did not arrive within 10 s");
                got += now;
            }
        }, loopback);
    }

    /// <summary>An outlet on loopback, and an inlet on it when asked.</summary>
    private sealed class Loopback : IDisposable
    {
        private readonly LslTransport _transport = new();
        private readonly IStreamOutlet _outlet;
        private readonly float[] _block = new float[Frames * Channels];
        private readonly double[] _lastStamp = new double[1];
        private IStreamInlet? _inlet;

        public Loopback(string sourceId)
        {
            for (int i = 0; i < _block.Length; i++) _block[i] = i;
            _outlet = _transport.CreateOutlet(new StreamInfo { Name = "AttendBench", Type = "Audio", ChannelCount = Channels, NominalRateHz = 16000, Format = ChannelFormat.Float32, SourceId = sourceId }, new OutletOptions(MaxBufferedS: 10));
        }

        public IStreamInlet Listen()
        {
            var found = _transport.Resolve(new StreamQuery(SourceId: _outlet.Info.SourceId), TimeSpan.FromSeconds(10), 1, CancellationToken.None);
            if (found.Count == 0) throw new TimeoutException("the outlet was not found within 10 s");
            _inlet = _transport.CreateInlet(found[0], new InletOptions(MaxBufferedS: 10));
            _inlet.Open(TimeSpan.FromSeconds(10), CancellationToken.None);
            return _inlet;
        }

        public void Push()
        {
            _lastStamp[0] = _transport.LocalClockS;
            _outlet.Push<float>(_block, _lastStamp);
        }

        public void Dispose()
        {
            _inlet?.Dispose();
            _outlet.Dispose();
            _transport.Dispose();
        }
    }
}
