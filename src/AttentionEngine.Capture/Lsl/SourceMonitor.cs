using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>
/// A thread that watches one source: measures its clock every two seconds, and asks for a sign of life when its data pauses.
/// A source that has answered before and now neither sends nor answers for <see cref="SilenceS"/> counts as gone, although its connection may still stand.
/// </summary>
internal sealed class SourceMonitor : IDisposable
{
    public const double SilenceS = 2.5;
    private const double BurstPeriodS = 2;
    private const double LifePeriodS = 0.5;
    private const int BurstProbes = 8;

    private readonly ClockProber prober;
    private readonly Func<DiscoveredStream> source;
    private readonly Action silent;
    private readonly Thread thread;
    private readonly ManualResetEventSlim closing = new();
    private double lastSignS;
    private volatile bool everAnswered;

    /// <param name="source">The source as it is now (it changes when a restarted one is found).</param>
    /// <param name="silent">Called on the monitor's thread again and again while the source is gone.</param>
    public SourceMonitor(LslNetwork network, Func<DiscoveredStream> source, Action silent)
    {
        this.source = source;
        this.silent = silent;
        prober = new ClockProber(network);
        lastSignS = LslClock.NowS;
        thread = new Thread(Run) { Name = "lsl-monitor", IsBackground = true };
        thread.Start();
    }

    public ProbeLog Probes { get; } = new();

    /// <summary>False while the source neither sends nor answers although it used to answer.</summary>
    public bool Alive => !everAnswered || LslClock.NowS - Volatile.Read(ref lastSignS) < SilenceS;

    /// <summary>Notes that data came.</summary>
    public void NoteSign() => Volatile.Write(ref lastSignS, LslClock.NowS);

    private void Run()
    {
        double spacingS = 0.004, nextBurstS = 0;
        while (!closing.IsSet)
        {
            double nowS = LslClock.NowS;
            int answers = 0;
            if (nowS >= nextBurstS)
            {
                answers = prober.Measure(source().Service, BurstProbes, spacingS, 0.1, () => closing.IsSet, out var best);
                if (answers > 0) Probes.Add(best);
                // The first estimate is wanted at once; later bursts are spread, so that one busy moment does not spoil all their probes.
                if (answers > 0) spacingS = 0.02;
                nextBurstS = nowS + (answers > 0 ? BurstPeriodS : LifePeriodS);
            }
            else if (nowS - Volatile.Read(ref lastSignS) >= LifePeriodS)
            {
                answers = prober.Measure(source().Service, 1, 0, 0.1, () => closing.IsSet, out _);
            }
            if (answers > 0)
            {
                everAnswered = true;
                NoteSign();
            }
            if (!Alive) silent();
            closing.Wait(TimeSpan.FromSeconds(Math.Clamp(nextBurstS - LslClock.NowS, 0.01, LifePeriodS)));
        }
    }

    public void Dispose()
    {
        closing.Set();
        thread.Join();
        prober.Dispose();
        closing.Dispose();
    }
}
