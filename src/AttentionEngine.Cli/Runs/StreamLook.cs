using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Cli.Runs;

/// <summary>What listening to a stream for a moment shows.</summary>
/// <param name="RateHz">Measured on the source's clock; NaN before the second sample.</param>
/// <param name="OffsetS">Of the source's clock to ours, now; NaN without a probe.</param>
/// <param name="UncertaintyS">Half-width that covers the true offset with at least 99 %; NaN without a probe.</param>
/// <param name="DriftPpm">Of the source's clock against ours; NaN before three probes.</param>
/// <param name="Problem">Why it could not be listened to, or null.</param>
internal sealed record StreamLook(StreamInfo Info, double RateHz, double OffsetS, double UncertaintyS, double DriftPpm, string? Problem)
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(2);

    /// <summary>Listens to all of them at once for the given time.</summary>
    public static IReadOnlyList<StreamLook> At(IStreamTransport transport, IReadOnlyList<StreamInfo> streams, double seconds, CancellationToken cancellation)
    {
        var looks = new StreamLook[streams.Count];
        var threads = streams.Select((info, i) => new Thread(() => looks[i] = One(transport, info, seconds, cancellation)) { IsBackground = true, Name = "look" }).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        cancellation.ThrowIfCancellationRequested();
        return looks;
    }

    private static StreamLook One(IStreamTransport transport, StreamInfo info, double seconds, CancellationToken cancellation)
    {
        using var inlet = transport.CreateInlet(info, new InletOptions(MaxBufferedS: 10, Recover: false));
        try
        {
            inlet.Open(OpenLimit, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return new StreamLook(info, double.NaN, double.NaN, double.NaN, double.NaN, e.Message);
        }
        var rate = new Rate();
        double endS = transport.LocalClockS + seconds;
        while (transport.LocalClockS < endS && !cancellation.IsCancellationRequested)
        {
            if (info.Format == ChannelFormat.Text) rate.TakeText(inlet);
            else rate.Take(inlet);
        }
        var probes = new ClockProbe[64];
        var clock = new ClockOffsetEstimator();
        foreach (var probe in probes.AsSpan(0, inlet.CopyClockProbes(probes))) clock.Add(probe);
        double now = transport.LocalClockS;
        return new StreamLook(info, rate.Hz, clock.HasEstimate ? clock.OffsetAt(now) : double.NaN, clock.HasEstimate ? clock.UncertaintyAt(now) : double.NaN,
            clock.Probes - clock.Rejected >= 3 ? -clock.DriftPpm : double.NaN, null);
    }

    /// <summary>Counts samples against their stamps.</summary>
    private sealed class Rate
    {
        private readonly double[] _stamps = new double[512];
        private double[] _values = [];
        private string[] _texts = [];
        private double _firstS = double.NaN, _lastS;
        private long _count;

        public double Hz => _count > 1 && _lastS > _firstS ? (_count - 1) / (_lastS - _firstS) : double.NaN;

        public void Take(IStreamInlet inlet)
        {
            if (_values.Length == 0) _values = new double[_stamps.Length * inlet.Info.ChannelCount];
            int n = inlet.Pull<double>(_values, _stamps, TimeSpan.FromMilliseconds(50));
            if (n > 0) Count(_stamps[0], _stamps[n - 1], n);
        }

        public void TakeText(IStreamInlet inlet)
        {
            if (_texts.Length == 0) _texts = new string[inlet.Info.ChannelCount];
            if (inlet.PullText(_texts, out double stampS, TimeSpan.FromMilliseconds(50))) Count(stampS, stampS, 1);
        }

        private void Count(double firstS, double lastS, int n)
        {
            if (_count == 0) _firstS = firstS;
            _lastS = lastS;
            _count += n;
        }
    }
}
